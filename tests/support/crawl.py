"""Crawls as users start them: a process of its own, with a clean environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.processes import ROOT


@dataclass(frozen=True)
class Crawled:
    """How a command ended, and what it said."""

    status: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Scrapy:
    """Runs ``scrapy`` with a clean environment, in a folder where no developer's ``.env`` lies."""

    home: Path
    folder: Path

    def allowed(self, arguments: tuple[str, ...]) -> dict[str, str]:
        """Every site of a test is on a private address, where nobody goes unless its URL was typed."""
        stored = any(word.startswith("site=") or word == "worker" for word in arguments)
        return {"LONGLINE_ALLOW_PRIVATE_ADDRESSES": "true"} if stored else {}

    def environment(self, **changes: str) -> dict[str, str]:
        """The environment of a command: where the code and ``LONGLINE_HOME`` are, and what ``changes`` says."""
        own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LONGLINE_HOME": str(self.home)}
        return own | changes

    def command(self, *arguments: str, strict: bool = True) -> list[str]:
        """The words of ``scrapy ARGUMENTS``; strict: a warning is an error.

        But for ResourceWarning: Scrapy itself leaves an event loop behind where it is told to use uvloop.
        """
        warnings = ["-W", "error", "-W", "ignore::ResourceWarning"] if strict else []
        return [sys.executable, *warnings, "-m", "scrapy", *arguments]

    def run(self, *arguments: str, strict: bool = True, timeout: float = 240, **environment: str) -> Crawled:
        """Run ``scrapy ARGUMENTS`` to its end; TimeoutExpired after ``timeout`` seconds, when it is killed."""
        done = subprocess.run(
            self.command(*arguments, strict=strict),
            cwd=self.folder,
            env=self.environment(**self.allowed(arguments) | environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Crawled(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str, strict: bool = True, **environment: str) -> subprocess.Popen[str]:
        """Start ``scrapy ARGUMENTS`` in a process group of its own, for tests that send it signals."""
        return subprocess.Popen(
            self.command(*arguments, strict=strict),
            cwd=self.folder,
            env=self.environment(**self.allowed(arguments) | environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def crawl(self, url: str, *arguments: str, **options: Any) -> Crawled:
        """``scrapy crawl site -a url=URL``; an argument ``max_pages=5`` becomes ``-a max_pages=5``."""
        words = [word for argument in arguments for word in ("-a", argument)]
        return self.run("crawl", "site", "-a", f"url={url}", *words, **options)


def make_scrapy(home: Path, folder: Path) -> Scrapy:
    """``scrapy`` in a folder that is given the project's ``scrapy.cfg``."""
    shutil.copy(ROOT / "scrapy.cfg", folder)
    return Scrapy(home, folder)
