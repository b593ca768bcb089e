"""The processes of a crawl: ``crawl site`` and the workers, as people start them."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.crawl import Scrapy
from tests.support.mortal import spawn

PATIENCE = 120.0
REFUSED = 2
"""The status of a command that could not reach a server at its start."""
IN_ORDER = {0, REFUSED, -signal.SIGTERM}
"""How a process may end that is told to stop; the last: before it could listen."""


@dataclass
class Member:
    """One process, and what it says."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    killed: bool = False

    @property
    def status(self) -> int | None:
        """None while it runs."""
        return self.process.poll()

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it is gone."""
        if self.status is None:
            self.killed = self.killed or number == signal.SIGKILL
            self.process.send_signal(number)

    def said_last(self, lines: int = 5) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def ended(self) -> str:
        """A sentence about how it ended, with what it said last."""
        return f"{self.name} ended with status {self.status}; it said:\n{self.said_last()}"


@dataclass
class Crew:
    """``crawl site`` and so many workers, in one environment. A worker that ended by itself is started again."""

    scrapy: Scrapy
    environment: dict[str, str]
    options: list[str]
    folder: Path
    site: Member | None = None
    workers: dict[int, Member] = field(default_factory=dict)
    leaving: list[Member] = field(default_factory=list)
    """Those that were told to stop."""
    started: int = 0

    def begin(self, url: str, workers: int, *arguments: str) -> None:
        """Start them all."""
        for number in range(workers):
            self.start_worker(number)
        words = [word for argument in (f"url={url}", *arguments) for word in ("-a", argument)]
        self.site = self._start("crawl-site", "site", *words)

    def start_worker(self, number: int) -> None:
        """Start the worker of this number, where there is none."""
        if number not in self.workers:
            self.started += 1
            self.workers[number] = self._start(f"worker-{number}.{self.started}", "worker")

    def kill_worker(self, number: int) -> None:
        """SIGKILL; another one may take its place."""
        member = self.workers.pop(number, None)
        if member:
            self._kill(member)

    def stop_worker(self, number: int) -> None:
        """SIGTERM; another one may take its place at once."""
        member = self.workers.pop(number, None)
        if member:
            self._ask_to_stop(member)

    def signal_worker(self, number: int, signal_number: signal.Signals) -> None:
        """SIGSTOP or SIGCONT, say."""
        if number in self.workers:
            self.workers[number].send(signal_number)

    def kill_site(self) -> None:
        """SIGKILL to ``crawl site``."""
        if self.site:
            self._kill(self.site)

    def supervise(self) -> Iterator[str]:
        """Start again who ended by itself: a sentence for each that should not have."""
        for number, member in list(self.workers.items()):
            if member.status is not None:
                if member.status != REFUSED:
                    yield f"Unasked, {member.ended()}"
                del self.workers[number]
                self.start_worker(number)

    def dismiss(self) -> Iterator[str]:
        """Wait for ``crawl site``, and stop the workers: a sentence for each that did not end as it should."""
        if self.site and not self.site.killed:
            if not _waited(self.site):
                yield f"The job has ended, and crawl site runs on; it said:\n{self.site.said_last()}"
            elif self.site.status:
                yield self.site.ended()
        for member in self.workers.values():
            self._ask_to_stop(member)
        for member in self.leaving:
            if not _waited(member):
                yield f"{member.name} did not stop within {PATIENCE:g} s; it said:\n{member.said_last()}"
            elif member.status not in IN_ORDER:
                yield f"Told to stop, {member.ended()}"

    def everyone(self) -> list[Member]:
        """All whom it was not for us to kill, and ``crawl site``."""
        return [*([self.site] if self.site else []), *self.workers.values(), *self.leaving]

    def kill_all(self) -> None:
        """Leave no process behind."""
        for member in self.everyone():
            self._kill(member)

    def _start(self, name: str, *words: str) -> Member:
        log = self.folder / f"{name}.log"
        command = self.scrapy.command("crawl", *words, *self.options, strict=False)
        environment = self.scrapy.environment(**self.environment)
        return Member(name, spawn(command, log, cwd=self.scrapy.folder, env=environment), log)

    def _ask_to_stop(self, member: Member) -> None:
        # One that is stopped takes no other signal.
        member.send(signal.SIGCONT)
        member.send(signal.SIGTERM)
        self.leaving.append(member)

    def _kill(self, member: Member) -> None:
        member.send(signal.SIGKILL)
        member.process.wait(timeout=PATIENCE)


def _waited(member: Member) -> bool:
    try:
        member.process.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return False
    return True
