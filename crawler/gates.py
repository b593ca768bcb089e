"""Who may be asked now: leases wait at their host's gate until its budget lets them through.

No slow host holds up another, and none fills the downloader: a request leaves here only when it can be sent at once.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from crawler.lane import Held, Lane
from crawler.pace import Pace
from frontier.budgets import Ask, Grant

READ_AHEAD = 4
"""Leases for each place of a host that are here ahead of need."""
READ_AHEAD_SECONDS = 2.0
"""The same for a host that is asked slowly: what it will be asked in that time."""
MOST_HOSTS = 64
"""Hosts that one process asks at one time."""
RENEWALS = 2.5
"""Renewals in the time for which a budget is granted."""
FIRST_PATIENCE, PATIENCE = 0.2, 1.5
"""Seconds to the first renewal, and how much longer each further one may take: workers that begin together soon have
their shares."""

Terms = tuple[float, int]
"""Seconds between two requests to a host, and how many at one time."""


@dataclass(slots=True)
class Gate:
    """One host, as this process may ask it. Times are those of the monotonic clock."""

    host: str
    pace: Pace
    ready: list[tuple[int, int, int, Held]] = field(default_factory=list)
    """A heap: the highest priority first, then the oldest. More may come while these wait."""
    active: set[tuple[UUID, int]] = field(default_factory=set)
    share: int = 0
    delay: float = 0.0
    next_at: float = 0.0
    until: float = 0.0
    ask_at: float = 0.0
    patience: float = FIRST_PATIENCE
    sent_at: float | None = None

    def opens_at(self, now: float) -> float | None:
        """When the next request may leave; None where that depends on something else than time."""
        if len(self.active) >= self.pace.limit(self.share) or now >= self.until:
            return None
        return max(self.next_at, self.pace.not_before)

    def room(self, now: float) -> int:
        """How many more leases it would take."""
        if not self.share or now >= self.until:
            return 0
        ahead = READ_AHEAD * self.share
        if self.delay:
            ahead = max(1, min(ahead, int(READ_AHEAD_SECONDS / self.delay)))
        return ahead - len(self.ready)

    def hungry(self, now: float) -> bool:
        """Whether it could soon ask for more than is here."""
        return len(self.ready) < self.share and self.room(now) > 0


class Gates:
    """All hosts that this process asks.

    Args:
        terms: what the jobs' configs and robots.txt want of a host.
        last_sent: when a request really left for it, which may be after it left here; None where none did.
    """

    def __init__(self, terms: Callable[[str], Terms], last_sent: Callable[[str], float | None]) -> None:
        self._terms = terms
        self._last_sent = last_sent
        self._gates: dict[str, Gate] = {}
        self._ties = itertools.count()

    def add(self, held: Held) -> None:
        """A lease waits for its turn."""
        lease = held.lease
        heapq.heappush(self._gate(lease.host).ready, (-lease.priority, lease.number, next(self._ties), held))

    def knock(self, lane: Lane) -> None:
        """See that the hosts of a job are asked for, as far as there is room."""
        for host in lane.hosts:
            if host in self._gates or len(self._gates) < MOST_HOSTS:
                self._gate(host)

    def _gate(self, host: str) -> Gate:
        if host not in self._gates:
            self._gates[host] = Gate(host, Pace(*self._terms(host)))
        return self._gates[host]

    def pop(self, now: float) -> Held | None:
        """The next lease that may go out now, each host in its turn."""
        for host, gate in list(self._gates.items()):
            opens = gate.opens_at(now) if gate.ready else None
            if opens is None or opens > now:
                continue
            self._gates[host] = self._gates.pop(host)
            held = self._first(gate)
            if held:
                gate.active.add((held.lane.id, held.lease.number))
                gate.sent_at, gate.next_at = now, now + gate.delay
                held.begun = True
                return held
        return None

    def _first(self, gate: Gate) -> Held | None:
        while gate.ready:
            *_, held = heapq.heappop(gate.ready)
            if held.lane.held.get(held.lease.number) is held and not held.lane.ended:
                return held
        return None

    def left(self, host: str, job: UUID, number: int) -> bool:
        """The request of a lease has its answer, or has none; True where that was not known."""
        gate = self._gates.get(host)
        if gate is None or (job, number) not in gate.active:
            return False
        gate.active.discard((job, number))
        return True

    def answered(self, host: str, status: int, latency: float, retry_after: float) -> None:
        """What a host answered: it may want to be asked more slowly."""
        gate = self._gates.get(host)
        if gate:
            gate.pace.answered(status, latency, retry_after, time.monotonic())

    def opens_at(self, now: float) -> float | None:
        """When the first lease that waits for nothing but time may go out."""
        times = [gate.opens_at(now) for gate in self._gates.values() if gate.ready]
        return min((at for at in times if at is not None), default=None)

    def waiting(self) -> int:
        """Leases that wait for their turn."""
        return sum(len(gate.ready) for gate in self._gates.values())

    # Leases of a job

    def wants(self, lane: Lane) -> dict[str, int]:
        """How many more leases of each of a job's hosts this process would take."""
        if lane.paused:
            return {}
        now = time.monotonic()
        rooms = {host: self._gates[host].room(now) for host in lane.hosts if host in self._gates}
        return {host: room for host, room in rooms.items() if room > 0}

    def hungry(self, lane: Lane) -> bool:
        """Whether a host of a job could be asked for more than is here."""
        now = time.monotonic()
        return any(self._gates[host].hungry(now) for host in lane.hosts if host in self._gates)

    # Budgets

    def hurry(self, host: str) -> None:
        """Ask for a host's budget anew: what is wanted of it has changed."""
        if host in self._gates:
            self._gates[host].ask_at = 0.0

    def asks_at(self) -> float | None:
        """When the next budget is to be asked for."""
        return min((gate.ask_at for gate in self._gates.values()), default=None)

    def asks(self, now: float, lanes: list[Lane]) -> list[Ask]:
        """Budgets that are due; a host that nobody needs any more is let go."""
        needed = {host for lane in lanes for host in lane.hosts}
        asks = []
        for host, gate in list(self._gates.items()):
            idle = not gate.ready and not gate.active and host not in needed
            if idle:
                del self._gates[host]
            if idle or gate.ask_at <= now:
                asks.append(self._ask(gate, now, release=idle))
        return asks

    def _ask(self, gate: Gate, now: float, *, release: bool) -> Ask:
        delay, concurrency = self._terms(gate.host)
        times = [at for at in (gate.sent_at, self._last_sent(gate.host)) if at is not None]
        sent_ago = max(0.0, now - max(times)) if times else None
        return Ask(gate.host, delay, concurrency, sent_ago, release, gate.pace.penalty(now), len(gate.active))

    def granted(self, grants: list[Grant], now: float) -> list[Gate]:
        """Take in what was granted: the gates that it concerns."""
        gates = []
        for grant in grants:
            gate = self._gates.get(grant.host)
            if gate is None:
                continue
            gate.share, gate.delay = grant.share, grant.delay
            gate.until = now + grant.seconds if grant.share else 0.0
            gate.ask_at = now + min(gate.patience, grant.seconds / RENEWALS if grant.share else grant.seconds)
            gate.patience *= PATIENCE
            gate.next_at = max(gate.next_at, now + grant.start_in)
            gates.append(gate)
        return gates

    def releases(self) -> list[Ask]:
        """Let go of all hosts."""
        now = time.monotonic()
        gates, self._gates = list(self._gates.values()), {}
        return [self._ask(gate, now, release=True) for gate in gates]

    def drop(self, lane: Lane) -> None:
        """Forget the leases of a job."""
        for gate in self._gates.values():
            gate.ready = [entry for entry in gate.ready if entry[-1].lane is not lane]
            heapq.heapify(gate.ready)


def call_at(moment: float, function: Callable[[], None]) -> asyncio.TimerHandle:
    """Call a function at a moment of the monotonic clock."""
    loop = asyncio.get_running_loop()
    return loop.call_later(max(0.0, moment - time.monotonic()), function)
