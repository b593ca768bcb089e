"""The real browser, watched: which processes of it a crawl starts, and whether any is left."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SCRIPT = """#!/bin/sh
[ "$1" = --version ] || echo $$ >>"{log}"
exec "{browser}" "$@"
"""


@dataclass(frozen=True)
class WatchedBrowser:
    """A command ``chromium`` at the front of ``path``: it notes its process, and becomes the real one."""

    folder: Path

    @property
    def path(self) -> str:
        """A PATH on which it is found first."""
        return f"{self.folder}:{os.environ['PATH']}"

    def started(self) -> list[int]:
        """The process of each browser that was started."""
        log = self.folder / "started"
        return [int(line) for line in log.read_text().split()] if log.exists() else []

    def left(self, seconds: float = 0.0) -> list[int]:
        """Those of which a process lives after so many seconds; each leads a group of its own.

        A moment is what the system takes to clear them away after their parent has ended.
        """
        deadline = time.monotonic() + seconds
        while (left := [pid for pid in self.started() if lives(pid)]) and time.monotonic() < deadline:
            time.sleep(0.05)
        return left


def lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def find_browser() -> str | None:
    """The path of a Chromium or Chrome."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def watch(browser: str, folder: Path) -> WatchedBrowser:
    """Put a command ``chromium`` into a folder."""
    command = folder / "chromium"
    command.write_text(SCRIPT.format(log=folder / "started", browser=browser))
    command.chmod(0o755)
    return WatchedBrowser(folder)
