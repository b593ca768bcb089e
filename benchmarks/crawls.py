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

from benchmarks.servers import processor_seconds

CAN_PIN = hasattr(os, "sched_setaffinity")
# Not pages: what a crawler asks a site for before it begins.
PREAMBLE = frozenset({"/robots.txt", "/sitemap.xml"})
_LOG_LINE = re.compile(r'"GET (?P<path>\S+) HTTP/[^"]*" (?P<status>\d{3}) ')
_MACHINE = Path("/proc/stat")


class CrawlFailedError(RuntimeError):
    """A crawler ended with another status than 0; the text is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that a crawl took: of a processor (user and system, all threads of all crawlers), and of a clock.

    ``valkey`` are those of its Valkey's processor, 0 without one; ``machine`` those of all cores by whatever ran on
    them, not a number where the system does not say.
    """

    processor: float
    wall: float
    valkey: float = 0.0
    machine: float = float("nan")

    def __sub__(self, other: Cost) -> Cost:
        return Cost(
            self.processor - other.processor,
            self.wall - other.wall,
            self.valkey - other.valkey,
            self.machine - other.machine,
        )


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
class Command:
    """What to start: its words, the folder to start it in, and its environment."""

    words: list[str]
    folder: Path
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class Bench:
    """Runs one crawl after the other against one site, each of its processes on a core of ``cores``, in order.

    ``redis_url`` is the server whose processor time counts beside.
    """

    access_log: Path
    cores: tuple[int | None, ...]
    redis_url: str | None = None

    def crawl(self, command: Command, helpers: tuple[Process, ...] = ()) -> Crawl:
        """Run a crawl to its end; ``helpers`` take part, and are told to stop when it is over.

        Raises:
            CrawlFailedError: it did not end well, or one of its helpers.
        """
        logged = self.access_log.stat().st_size
        valkey, machine, began = self._valkey(), machine_seconds(), time.monotonic()
        processor = self.start(command).end()
        wall = time.monotonic() - began
        machine, valkey = machine_seconds() - machine, self._valkey() - valkey
        processor += sum(helper.stop() for helper in helpers)
        with self.access_log.open() as lines:
            lines.seek(logged)
            return _crawl(Cost(processor, wall, valkey, machine), lines)

    def start(self, command: Command, number: int = 0) -> Process:
        """Start a process on the core that is its by number."""
        said = self.access_log.with_name(f"crawl-{number}.log")
        with said.open("wb") as log, pinned(self.cores[number]):
            return Process(command, said, log)

    def _valkey(self) -> float:
        return processor_seconds(self.redis_url) if self.redis_url else 0.0


class Process:
    """A crawler that runs. It is killed where it is not awaited."""

    def __init__(self, command: Command, said: Path, log: IO[bytes]) -> None:
        self._said = said
        self._words = " ".join(command.words)
        self._process = subprocess.Popen(
            command.words,
            cwd=command.folder,
            env=command.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )

    def end(self) -> float:
        """Wait for its end: the seconds of a processor that it took, by the kernel's account.

        Raises:
            CrawlFailedError: it ended with another status than 0.
        """
        try:
            _, status, usage = os.wait4(self._process.pid, 0)
        except BaseException:
            self.kill()
            raise
        self._process.returncode = os.waitstatus_to_exitcode(status)
        if self._process.returncode:
            raise self._failed()
        return usage.ru_utime + usage.ru_stime

    def stop(self) -> float:
        """Tell it to stop, and wait for its end, as in ``end``."""
        self._process.terminate()
        return self.end()

    def check(self) -> None:
        """Make sure that it still runs.

        Raises:
            CrawlFailedError: it has ended.
        """
        if self._process.poll() is not None:
            raise self._failed()

    def kill(self) -> None:
        """End it at once, where it still runs."""
        if self._process.returncode is None:
            self._process.kill()
            self._process.wait()

    def _failed(self) -> CrawlFailedError:
        said = self._said.read_text()[-2000:]
        return CrawlFailedError(f"{self._words} ended with {self._process.returncode}:\n{said}")


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


def machine_seconds() -> float:
    """Seconds in which a core of this machine was busy, since it started; not a number where that is unknown."""
    if not _MACHINE.exists():
        return float("nan")
    user, nice, system, _, _, interrupts, soft, *_ = map(int, _MACHINE.read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system + interrupts + soft) / os.sysconf("SC_CLK_TCK")


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


def reserve_cores(count: int) -> tuple[int | None, ...]:
    """Give each of ``count`` crawlers a core, and this process and the servers that it will start those that are left.

    Where none are left, the servers share all of them with the crawlers.

    Returns:
        None for each where there are too few, or where the system cannot say.
    """
    if not CAN_PIN or (free := len(os.sched_getaffinity(0))) < max(2, count):
        return (None,) * count
    cores = sorted(os.sched_getaffinity(0), reverse=True)
    if free > count:
        os.sched_setaffinity(0, cores[count:])
    return tuple(cores[:count])
