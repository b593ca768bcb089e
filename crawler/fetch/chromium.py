"""Where a Chromium is that can be driven: looked for, asked for its version, fetched where there is none."""

from __future__ import annotations

import asyncio
import atexit
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""What it is called on the PATH."""
MAC_APPS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
HOW_TO_GET_ONE = (
    "Install one with: apt-get install chromium; or, where there is no such package, with: "
    "python -m playwright install --with-deps chromium"
)
VERSION_SECONDS = 10.0
INSTALL_SECONDS = 60.0

_VERSION = re.compile(r"\d+(?:\.\d+)+")
_LOCATION = re.compile(r"^\s*Install location:\s*(.*\S)", re.MULTILINE)
_PLAYWRIGHT = (sys.executable, "-m", "playwright", "install")


class NoBrowserError(RuntimeError):
    """There is no browser that can be driven. The text is a sentence, and says how to get one."""


@dataclass(frozen=True, slots=True)
class Chromium:
    """A browser. ``path`` is None where it is Playwright's own build, which Playwright finds by itself."""

    path: str | None
    version: str

    def __str__(self) -> str:
        return f"{self.version} ({self.path or 'the build of Playwright'})"


async def find() -> Chromium | None:
    """The first Chromium or Chrome on the PATH that says its version; else Playwright's own build, if it is there."""
    for path in (*map(shutil.which, NAMES), *filter(os.path.isfile, MAC_APPS)):
        # What is on the PATH may be a stub that only says how to install the browser.
        said = await _said(path, "--version", seconds=VERSION_SECONDS) if path else None
        if path and said and _VERSION.search(said):
            return Chromium(path, said.strip().splitlines()[-1].strip())
    return await _own_build()


async def find_or_install(seconds: float = INSTALL_SECONDS) -> Chromium:
    """As ``find``; where there is none, Playwright's build is fetched, for at most so many seconds.

    Raises:
        NoBrowserError: there is none, and none came.
    """
    found = await find()
    if found is None:
        await _said(*_PLAYWRIGHT, "--only-shell", "chromium", seconds=seconds)
        found = await _own_build()
    if found is None:
        raise NoBrowserError(
            f"There is no Chromium or Chrome on the PATH, and Playwright could not fetch one. {HOW_TO_GET_ONE}"
        )
    return found


async def _own_build() -> Chromium | None:
    """Playwright says where its builds would be; without a window it uses the headless shell alone."""
    said = await _said(*_PLAYWRIGHT, "--dry-run", "--only-shell", "chromium", seconds=VERSION_SECONDS) or ""
    builds = [folder for folder in map(Path, _LOCATION.findall(said)) if "headless" in folder.name]
    if not builds or not all((folder / "INSTALLATION_COMPLETE").exists() for folder in builds):
        return None
    return Chromium(None, said.partition("(")[0].strip())


async def _said(*command: str, seconds: float) -> str | None:
    """What a command prints; None where it cannot be run, fails, or takes longer than ``seconds``."""
    with suppress(OSError, TimeoutError):
        async with _running(*command) as process, asyncio.timeout(seconds):
            output, _ = await process.communicate()
        return None if process.returncode else output.decode(errors="replace")
    return None


@asynccontextmanager
async def _running(*command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A command that ends with the block, and with this process, together with all that it started."""
    pipe, none = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, stdin=none, stdout=pipe, stderr=none, start_new_session=True
    )

    def kill() -> None:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    # Who presses Ctrl-C twice stops the loop, so that the block never ends.
    atexit.register(kill)
    try:
        yield process
    finally:
        atexit.unregister(kill)
        kill()
        await process.wait()
