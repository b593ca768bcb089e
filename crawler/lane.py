"""One job as this process works on it: what waits to be said to Redis, and the leases that it was handed."""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from dataclasses import dataclass, field
from uuid import UUID

from scrapy import Request

from crawler.leases import ADMITTED, LEASE
from crawler.queues import JobQueue, SeenFilter
from frontier.model import Answer, Batch, Dead, Ending, Entry, JobCommand, Lease, Replaced, Returned
from frontier.shards import Frontier
from schemas.job import Job

FLUSH_SECONDS = 0.05
"""How long what is to be said waits for more, where nothing is urgent."""
POLL_SECONDS = 0.2
"""How often a process without work of a job asks whether there is some."""
CHECK_SECONDS = 1.0
"""How often one that has work asks what becomes of the job."""
RENEWALS = 3.0
"""Renewals in the time of a lease."""


@dataclass(slots=True)
class Held:
    """A lease of this process. ``begun``: its request was handed to Scrapy."""

    lane: Lane
    lease: Lease
    begun: bool = False


@dataclass(slots=True)
class Unsaid:
    """What the next batch will carry."""

    entries: list[Entry] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    freed: list[int] = field(default_factory=list)
    buried: list[bytes] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.entries or self.endings or self.failures or self.freed or self.buried)


@dataclass(frozen=True, slots=True)
class Membership:
    """How this process works on a job.

    Args:
        id: the job's.
        job: as it was announced; None where nobody described it, as in a stock project.
        worker: this process's name.
        politeness: seconds between two requests to a host, and how many at one time, as the job's config says.
        lease_seconds: the time of a lease.
    """

    id: UUID
    job: Job | None
    worker: str
    politeness: tuple[float, int]
    lease_seconds: float


class Lane:
    """Requests go in, leases come out. Nothing here waits: ``crawler/courier.py`` carries the batches."""

    def __init__(self, frontier: Frontier, queue: JobQueue, dupefilter: SeenFilter, membership: Membership) -> None:
        self.frontier = frontier
        self.queue = queue
        self.dupefilter = dupefilter
        self.id = membership.id
        self.job = membership.job
        self.politeness = membership.politeness
        self.held: dict[int, Held] = {}
        self.seed: int | None = None
        """The lease of the job's beginning, where this process starts the job."""
        self.seeded = asyncio.Event()
        """It is known who starts the job: this process, or none that need wait for it."""
        self.answer: Answer | None = None
        self.hosts: dict[str, int] = {}
        """Hosts with pending entries, as far as is known, and how many."""
        self.ended = False
        """The job is over, or lost: nothing more is queued."""
        self.closed = False
        """That is written down, too: nothing more is to be waited for."""
        self.closing = False
        """This process stops: it takes no more leases."""
        self.cancelled = False
        """Somebody has called the job off."""
        self.failures: dict[str, tuple[int, str]] | None = None
        """What went wrong in the job, as this process heard of it last."""
        self.burying = False
        """The dead are being written down."""
        self.holds_back = False
        """What it has to say waits until some of it is kept elsewhere."""
        self.kept_open: set[str] = set()
        """Why the job is not over, though Redis may have none of its requests."""
        self.started_over = False
        """Redis was restarted: what this process knows of the job may be wrong."""
        self.poll_seconds = POLL_SECONDS
        self._worker = membership.worker
        self._renew_seconds = membership.lease_seconds / RENEWALS
        self._unsaid = Unsaid()
        self._sent: Batch | None = None
        self._numbers = itertools.count(1)
        self._last = self._renewed = 0.0
        self._useless = False

    # What Scrapy says

    def push(self, request: Request, once: int | None = None) -> bool:
        """Queue a new request; False where this process knows that it was queued before.

        ``once`` is the fingerprint of one that is not to be filtered, but may be queued again by mistake.
        """
        fingerprint = once
        if not request.dont_filter:
            fingerprint = self.dupefilter.fingerprint(request)
            if self.dupefilter.known(fingerprint):
                return False
        try:
            self._add(self.queue.entry(request, fingerprint))
        except Exception:
            self.dupefilter.forget(fingerprint)
            raise
        return True

    def _add(self, entry: Entry) -> None:
        self._unsaid.entries.append(entry)
        self.hosts[entry.host] = self.hosts.get(entry.host, 0) + 1
        self._useless = False

    def replace(self, number: int, request: Request) -> None:
        """Queue a request in place of the one of a lease."""
        fingerprint = None if request.dont_filter else self.dupefilter.fingerprint(request)
        entry = self.queue.entry(request, fingerprint)
        self.hosts[entry.host] = self.hosts.get(entry.host, 0) + 1
        self.end(Replaced(number, entry))

    def end(self, ending: Ending) -> None:
        """End a lease; one that was lost, or has ended, is let be."""
        if self.held.pop(ending.number, None) is not None:
            self._unsaid.endings.append(ending)

    def holds(self, request: Request) -> bool:
        """Whether a request goes by a lease of this process that stands."""
        return request.meta.get(LEASE) in self.held

    def give_back_place(self, request: Request) -> None:
        """A request ends without a page: its place among the job's pages is free. Where its lease was lost, another
        worker has the place."""
        if request.meta.pop(ADMITTED, False) and self.holds(request):
            self._unsaid.freed.append(request.meta[LEASE])

    def fail(self, cause: str, example: str) -> None:
        """Count a failure of the job."""
        self._unsaid.failures.append((cause, example))

    def bury(self, dead: list[Dead]) -> None:
        """The dead are kept elsewhere now."""
        self._unsaid.buried += [one.token for one in dead]

    def stop(self) -> None:
        """Take no more, and give back what was not begun."""
        self.closing = True
        self._return_unbegun()

    def cancel(self) -> None:
        """The job is called off: what is under way may end."""
        self.cancelled = True
        self._return_unbegun()

    def _return_unbegun(self) -> None:
        self._return([number for number, held in self.held.items() if not held.begun])

    def give_up(self) -> None:
        """Give back all that is held: this process ends."""
        self._return(list(self.held))

    def _return(self, numbers: list[int]) -> None:
        # Each goes before all others: the oldest last.
        for number in sorted(numbers, reverse=True):
            self.end(Returned(number))

    # Links for which Redis has no room

    def hold_back(self) -> list[Entry]:
        """Take out the links of the next batch that may wait elsewhere; where there are any, it waits for ``go_on``."""
        entries = self._unsaid.entries
        links = [entry for entry in entries if entry.may_wait]
        if links:
            self.holds_back = True
            self._unsaid.entries = [entry for entry in entries if not entry.may_wait]
        return links

    def go_on(self, links: list[Entry]) -> None:
        """Let the next batch go, with these."""
        self.bring_back(links)
        self.holds_back = False

    def bring_back(self, links: list[Entry]) -> None:
        """Queue links, before all that is to be said now."""
        self._unsaid.entries[:0] = links
        self._useless = False

    # What goes to Redis, and comes back

    def due_at(self, *, hungry: bool) -> float:
        """When the next batch is to go, by the monotonic clock. Hungry: a host could be asked for more than is here."""
        urgent = self.frontier.ready or (self._unsaid and self.closing)
        if self._sent or (hungry and not self._useless) or urgent:
            return self._last
        if self._unsaid and not self.holds_back:
            return self._last + FLUSH_SECONDS
        return self._last + (self.poll_seconds if hungry or not self.held else CHECK_SECONDS)

    def batch(self, wants: dict[str, int]) -> Batch:
        """The next batch: the one before once more, where its answer did not come."""
        if self._sent is None:
            said = Unsaid() if self.holds_back else self._unsaid
            if not self.holds_back:
                self._unsaid = Unsaid()
            self._sent = Batch(
                f"{self._worker}:{next(self._numbers)}",
                said.entries,
                said.endings,
                self._renewals(),
                said.failures,
                said.freed,
                {} if self.closing or self.cancelled else wants,
                said.buried,
                finish=not (self.held or self.closing or self.burying or self.holds_back or self.kept_open),
            )
        return self._sent

    def _renewals(self) -> list[int]:
        now = time.monotonic()
        if now - self._renewed < self._renew_seconds:
            return []
        self._renewed = now
        return list(self.held)

    def take(self, answer: Answer) -> list[Held]:
        """Take in what came back: the leases that are new."""
        sent = self._sent
        self.answer, self._sent, self._last = answer, None, time.monotonic()
        if answer.restarted:
            self._start_over(answer.restarted)
        for number in answer.lost:
            self.held.pop(number, None)
        self._useless = not (answer.leases or (sent and sent.entries) or answer.hosts.keys() - self.hosts.keys())
        self._note_hosts(answer)
        taken = [Held(self, lease) for lease in answer.leases]
        self.held |= {held.lease.number: held for held in taken}
        if self.closing or self.cancelled:
            # They were asked for before that.
            self._return_unbegun()
            return []
        return taken

    def _note_hosts(self, answer: Answer) -> None:
        self.hosts = answer.hosts
        for entry in self._unsaid.entries:  # meanwhile
            self.hosts[entry.host] = self.hosts.get(entry.host, 0) + 1

    def _start_over(self, shards: frozenset[int]) -> None:
        """Redis may have lost what it knew: so must we."""
        self.held = {number: held for number, held in self.held.items() if self.frontier.shard_of(number) not in shards}
        self._return_unbegun()
        self.dupefilter.clear()
        self.started_over = True

    @property
    def silent(self) -> bool:
        """Whether nothing is held and nothing waits to be said."""
        return not (self.held or self._unsaid or self._sent or self.frontier.unsaid)

    def has_more(self) -> bool:
        """Whether more of its requests may come this way."""
        answer = self.answer
        if answer is None or self.ended or self.closing or self.cancelled or self.paused:
            return False
        full = self.job is not None and answer.admitted >= (self.job.config.max_pages or sys.maxsize)
        return bool(self._unsaid.entries) or (answer.pending + answer.later > 0 and not full)

    @property
    def paused(self) -> bool:
        """Whether somebody has told the job's workers to wait."""
        return self.answer is not None and self.answer.state == JobCommand.PAUSED
