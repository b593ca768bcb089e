"""How Chromium is started, and what of it is seen."""

from __future__ import annotations

import asyncio
import os
import re

import psutil
from playwright.async_api import async_playwright

from crawler.fetch.launching import DISABLED_FEATURES, FLAGS, launch_options, resident_bytes
from tests.conftest import missing
from tests.support.browser import find_browser


async def command_line_of_playwright(path: str) -> str:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, chromium_sandbox=os.geteuid() != 0)
        session = await browser.new_browser_cdp_session()
        known = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
        (number,) = (process["id"] for process in known if process["type"] == "browser")
        words = " ".join(psutil.Process(number).cmdline())
        await browser.close()
        return words


def test_what_playwright_switches_off_stays_off() -> None:
    path = find_browser()
    if path is None:
        missing("There is no browser (Debian: apt install chromium)")
    words = asyncio.run(command_line_of_playwright(path))
    theirs = re.findall(r"--disable-features=(\S+)", words)[-1].split(",")
    assert set(theirs) <= set(DISABLED_FEATURES)


def test_a_kind_that_is_wanted_is_not_switched_off() -> None:
    assert FLAGS["font"] in launch_options(None)["args"]
    assert FLAGS["font"] not in launch_options(None, {"font"})["args"]
    assert FLAGS["image"] in launch_options(None, {"font"})["args"]


def test_memory_is_that_of_a_process_and_what_it_started() -> None:
    assert resident_bytes(os.getpid()) > 10_000_000
    assert resident_bytes(2**22 + 1) == 0
