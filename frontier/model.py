"""What a worker and a job's frontier say to each other: one batch there, one answer back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class JobCommand(StrEnum):
    """What a job's workers are to do."""

    RUNNING = "running"
    PAUSED = "paused"
    """Nothing is handed out; everything else works."""
    CANCELLED = "cancelled"
    """Nothing is handed out or queued any more; the job is over when nothing is leased."""
    GONE = "gone"
    """Redis knows nothing of the job (any more): its data are lost, or it was removed."""


MAX_DELIVERIES = 5
"""An entry that failed so often is dead, where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a worker works on a job.

    Args:
        lease_seconds: how long it keeps a lease that it does not renew.
        max_deliveries: an entry that failed so often is dead.
        shards: in how many parts Redis has the job.
    """

    lease_seconds: float = 30.0
    max_deliveries: int = MAX_DELIVERIES
    shards: int = 1


USUAL = Terms()


@dataclass(frozen=True, slots=True)
class Entry:
    """What is queued.

    Args:
        payload: the request, encoded.
        host: who is asked for it, as in URLs: ``example.com``, ``127.0.0.1:8080``.
        priority: the higher leaves first; within one priority of one host the oldest.
        fingerprint: signed, 64 bit; an entry whose fingerprint was queued before is left out. None: do not ask.
        page: counts among the pages that the job may fetch.
        admitted: has its place among them already.
        delay: seconds before it may be handed out.
    """

    payload: bytes
    host: str
    priority: int = 0
    fingerprint: int | None = None
    page: bool = False
    admitted: bool = False
    delay: float = 0.0

    @property
    def may_wait(self) -> bool:
        """Whether it may be queued twice, and has nothing but what a link has."""
        return self.fingerprint is not None and not self.admitted and self.delay <= 0


@dataclass(frozen=True, slots=True)
class Lease:
    """An entry that a worker works on, until it ends the lease or lets it run out.

    ``number`` grows with each lease of the job, also when Redis lost data. ``admitted``: a page that has its place
    among the job's pages. ``deliveries``: how often it was handed out, this time included.
    """

    number: int
    payload: bytes
    host: str
    priority: int
    admitted: bool
    deliveries: int


@dataclass(frozen=True, slots=True)
class Done:
    """Acknowledged: all that it led to is kept. ``counts`` are added to the job's stats."""

    number: int
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replaced:
    """Ended, and ``entry`` queued in its place: a retry, or where a redirect leads. A duplicate just ends it."""

    number: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Returned:
    """Given back.

    Without a cause it was not begun: the delivery does not count, and it is the first of its priority to leave. With
    one, the delivery counts and the cause is kept; after the last delivery that the job allows it is dead.
    """

    number: int
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Died:
    """It will not be tried again. ``counts`` are added to the job's stats."""

    number: int
    cause: str
    counts: dict[str, int] = field(default_factory=dict)


Ending = Done | Replaced | Returned | Died


@dataclass(slots=True)
class Batch:
    """All that a worker says of one job at once.

    Args:
        id: ``<worker>:<counter>``; a batch whose answer was lost is sent again with the same id, and done once.
        entries: to be queued.
        endings: of this worker's leases.
        renew: numbers of its leases that it still works on.
        failures: cause and example; counted by cause, the first example kept.
        freed: leases whose pages gave their place back: redirects, failures. Not for an entry that dies by its last
            delivery, or leads to a duplicate: its place is free without a word.
        wants: host to how many entries it would take. No answer has more than 500 leases.
        buried: tokens of dead entries that are kept elsewhere now.
        finish: the worker has nothing of this job any more, buffered or leased, and would end it.
    """

    id: str
    entries: list[Entry] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    renew: list[int] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    freed: list[int] = field(default_factory=list)
    wants: dict[str, int] = field(default_factory=dict)
    buried: list[bytes] = field(default_factory=list)
    finish: bool = False


@dataclass(frozen=True, slots=True)
class Dead:
    """An entry that nobody will try again, and each cause why it failed."""

    token: bytes
    payload: bytes
    host: str
    attempts: int
    causes: list[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """A job after a batch.

    Args:
        state: what the job's workers are to do.
        epoch: grows when Redis was restarted or another one took over: what is cached of the job may be wrong.
        leases: what this worker was handed.
        lost: numbers in its endings or renewals that are not its own (any more): the work on them is void.
        hosts: up to 64 hosts with pending entries, at random, and how many each has.
        pending: entries that may be handed out.
        later: entries that wait for their time.
        leased: leases of all workers.
        admitted: pages that have a place.
        new: entries of the batch that were queued, rather than left out as duplicates.
        due_in: seconds until the first later entry may be handed out; None where there is none.
        stats: the job's counts, of all workers.
        dead: up to 20 dead entries that nobody has buried.
        over: nothing is left to do, and this worker is the one to end the job.
        quiet: nothing is left to do.
        moves: how many entries have been queued, or queued again.
        node: which Redis answered; another one, or one that was restarted, has another name.
        restarted: shards whose epoch has grown since this worker's last answer: what it knows of them may be wrong.
    """

    state: JobCommand
    epoch: int
    leases: list[Lease]
    lost: list[int]
    hosts: dict[str, int]
    pending: int
    later: int
    leased: int
    admitted: int
    new: int
    due_in: float | None
    stats: dict[str, int]
    dead: list[Dead]
    over: bool
    quiet: bool = False
    moves: int = 0
    node: str = ""
    restarted: frozenset[int] = frozenset()
