"""Crawls as processes of their own: what each of them costs, and which pages it asked for."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

CAN_PIN = hasattr(os, "sched_setaffinity")
# Not pages: what a crawler asks a site for before it begins.
PREAMBLE = frozenset({"/robots.txt", "/sitemap.xml"})
_LOG_LINE = re.compile(r'"GET (?P<path>\S+) HTTP/[^"]*" (?P<status>\d{3}) ')


class CrawlFailedError(RuntimeError):
    """A crawler ended with another status than 0; the text is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that a process took: of a processor (user and system, all its threads), and of a clock."""

    processor: float
    wall: float

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.processor - other.processor, self.wall - other.wall)


@dataclass(frozen=True, slots=True)
class Crawl:
    """One crawl: its cost, and for each path that it asked for the status of the answer, by the server's own log.

    ``repeated`` are the paths that it asked for more than once.
    """

    cost: Cost
    answers: dict[str, int]
    repeated: frozenset[str]

    @property
    def pages(self) -> int:
        """How many different pages it fetched."""
        return len(self.answers)


@dataclass(frozen=True, slots=True)
class Bench:
    """Runs one crawl after the other against one server, each on ``core`` where the system can pin it."""

    access_log: Path
    core: int | None

    def crawl(self, command: list[str], folder: Path, environment: dict[str, str]) -> Crawl:
        """Run a crawl to its end.

        Raises:
            CrawlFailedError: it did not end well.
        """
        logged = self.access_log.stat().st_size
        said = self.access_log.with_name("crawl.log")
        with said.open("wb") as log, pinned(self.core):
            cost, status = measured(command, folder, environment, log)
        if status:
            raise CrawlFailedError(f"{' '.join(command)} ended with {status}:\n{said.read_text()[-2000:]}")
        with self.access_log.open() as lines:
            lines.seek(logged)
            return _crawl(cost, lines)


def _crawl(cost: Cost, lines: IO[str]) -> Crawl:
    answers: dict[str, int] = {}
    repeated = set()
    for match in filter(None, map(_LOG_LINE.search, lines)):
        path = match["path"]
        if path in answers:
            repeated.add(path)
        if path not in PREAMBLE:
            answers[path] = int(match["status"])
    return Crawl(cost, answers, frozenset(repeated))


def measured(command: list[str], folder: Path, environment: dict[str, str], log: IO[bytes]) -> tuple[Cost, int]:
    """Run a command: its cost, by the kernel's account of the process, and its exit status."""
    began = time.monotonic()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        process.wait()
        raise
    wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(usage.ru_utime + usage.ru_stime, wall), process.returncode


@contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Have what is started meanwhile run on this core alone."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def reserve_core() -> int | None:
    """Keep one core for the crawler: this process, and the servers that it will start, go to the others.

    Returns:
        None where there is but one, or where the system cannot say.
    """
    if not CAN_PIN or len(os.sched_getaffinity(0)) < 2:
        return None
    *others, core = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, others)
    return core
