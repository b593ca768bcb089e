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
from typing import TYPE_CHECKING
from uuid import UUID

from crawler.lane import Held, Lane
from crawler.pace import Pace
from frontier.budgets import Ask, Grant
from frontier.model import Lease

if TYPE_CHECKING:
    from crawler.neighbours import AddressGate, Neighbours

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
    enrolled: bool = False
    """Redis knows that this process asks for it."""
    sends_at: float = 0.0
    """When the next request may be sent that has waited for its address."""
    shared: AddressGate | None = None
    """That of its address, which its requests pass, too."""

    def opens_at(self, now: float) -> float | None:
        """When the next request may leave; None where that depends on something else than time."""
        if len(self.active) >= self.pace.limit(self.share) or now >= self.until:
            return None
        at = max(self.next_at, self.pace.not_before)
        if self.shared is None:
            return at
        shared = self.shared.opens_at(now)
        return None if shared is None else max(at, shared)

    @property
    def behind(self) -> bool:
        """Whether its address is not this process's to ask: then its own budget is for others."""
        return self.shared is not None and not self.shared.share

    def begin(self, job: UUID, number: int, now: float) -> None:
        """A request leaves."""
        self.active.add((job, number))
        self.sent_at, self.next_at = now, now + self.delay
        if self.shared is not None:
            self.shared.begin(job, number, now)

    def serves(self, lane: Lane) -> bool:
        """Whether it has leases of a job, or requests under way."""
        return any(entry[-1].lane is lane for entry in self.ready) or any(job == lane.id for job, _ in self.active)

    def take(self, grant: Grant, now: float) -> None:
        """Take in what was granted."""
        self.share, self.delay = grant.share, grant.delay
        self.until = now + grant.seconds if grant.share else 0.0
        self.ask_at = now + min(self.patience, grant.seconds / RENEWALS if grant.share else grant.seconds)
        self.patience *= PATIENCE
        self.next_at = max(self.next_at, now + grant.start_in)

    def room(self, now: float) -> int:
        """How many more leases it would take."""
        if not self.share or now >= self.until or self.behind:
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
        neighbours: hosts at one address that are asked as one.
    """

    def __init__(
        self, terms: Callable[[str], Terms], last_sent: Callable[[str], float | None], neighbours: Neighbours
    ) -> None:
        self._terms = terms
        self._last_sent = last_sent
        self._neighbours = neighbours
        self._addresses = neighbours.gates
        self._gates: dict[str, Gate] = {}
        self._ties = itertools.count()

    def add(self, held: Held) -> None:
        """A lease waits for its turn."""
        lease = held.lease
        heapq.heappush(self._gate(lease.host).ready, (-lease.priority, lease.number, next(self._ties), held))

    def knock(self, lane: Lane) -> None:
        """See that the hosts of a job are asked for, as far as there is room."""
        for host in self._open_to(lane):
            if host in self._gates or len(self._gates) < MOST_HOSTS:
                gate = self._gate(host)
                if self._neighbours.asks(lane):
                    self._neighbours.join(gate)

    def _open_to(self, lane: Lane) -> list[str]:
        """Hosts of a job that may be asked: those whose address is known, where that matters to the job."""
        if not self._neighbours.asks(lane):
            return list(lane.hosts)
        return self._neighbours.open(lane.hosts, self._gates)

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
                gate.begin(held.lane.id, held.lease.number, now)
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
        for address in self._addresses.values():
            address.active.discard((job, number))
        return True

    def answered(self, host: str, status: int, latency: float, retry_after: float) -> None:
        """What a host answered: it may want to be asked more slowly."""
        gate = self._gates.get(host)
        if gate:
            gate.pace.answered(status, latency, retry_after, time.monotonic())

    def hold(self, host: str, seconds: float) -> None:
        """Have no request for a host leave for so long: there is no way to it."""
        gate = self._gates.get(host)
        if gate:
            gate.next_at = max(gate.next_at, time.monotonic() + seconds)

    def opens_at(self, now: float) -> float | None:
        """When the first lease that waits for nothing but time may go out."""
        times = [gate.opens_at(now) for gate in self._gates.values() if gate.ready]
        return min((at for at in times if at is not None), default=None)

    def waiting(self) -> int:
        """Leases that wait for their turn."""
        return sum(len(gate.ready) for gate in self._gates.values())

    # Leases of a job

    def ahead(self, lane: Lane) -> list[Lease]:
        """Those that wait for their turn."""
        return [held.lease for gate in self._gates.values() for *_, held in gate.ready if held.lane is lane]

    def wants(self, lane: Lane) -> dict[str, int]:
        """How many more leases of each of a job's hosts this process would take."""
        if lane.paused:
            return {}
        now = time.monotonic()
        rooms = {host: self._gates[host].room(now) for host in self._open_to(lane) if host in self._gates}
        return {host: room for host, room in rooms.items() if room > 0}

    def hungry(self, lane: Lane) -> bool:
        """Whether a host of a job could be asked for more than is here."""
        now = time.monotonic()
        return any(gate.hungry(now) for host in lane.hosts if (gate := self._gates.get(host)))

    # Budgets

    def hurry(self, host: str) -> None:
        """Ask for a host's budget anew: what is wanted of it has changed."""
        if host in self._gates:
            self._gates[host].ask_at = 0.0

    def asks_at(self) -> float | None:
        """When the next budget is to be asked for."""
        times = [gate.ask_at for gate in self._gates.values() if not gate.behind]
        return min((*times, *(gate.ask_at for gate in self._addresses.values())), default=None)

    def asks(self, now: float, lanes: list[Lane]) -> list[Ask]:
        """Budgets that are due; a host that nobody needs any more is let go, and so is one whose address others ask."""
        needed = {host for lane in lanes for host in lane.hosts}
        # Addresses before the hosts behind them: whoever has a host's budget shall be able to use it.
        due = self._neighbours.due(now, self._gates, lanes) if self._addresses else []
        asks = [self._ask(address, address.terms, now, release=release) for address, release in due]
        for host, gate in list(self._gates.items()):
            idle = not gate.ready and not gate.active and host not in needed
            if idle:
                del self._gates[host]
            behind = gate.behind and gate.enrolled and not gate.active
            if idle or behind or (gate.ask_at <= now and not gate.behind):
                asks.append(self._ask(gate, self._terms(host), now, release=idle or behind))
        return asks

    def _ask(self, gate: Gate, terms: Terms, now: float, *, release: bool) -> Ask:
        times = [at for at in (gate.sent_at, self._last_sent(gate.host)) if at is not None]
        sent_ago = max(0.0, now - max(times)) if times else None
        gate.enrolled = not release
        return Ask(gate.host, *terms, sent_ago, release, gate.pace.penalty(now), len(gate.active))

    def granted(self, grants: list[Grant], now: float) -> list[Gate]:
        """Take in what was granted: the gates of hosts that it concerns."""
        gates = []
        for grant in grants:
            gate = self._gates.get(grant.host) or self._addresses.get(grant.host)
            if gate is None:
                continue
            gate.take(grant, now)
            if grant.host in self._gates:
                gates.append(gate)
            elif grant.share:
                self._neighbours.hurry(gate, self._gates)
        return gates

    async def turn(self, host: str) -> None:
        """Return when a request to a host may be sent, as far as that is for its address to say."""
        gate = self._gates.get(host)
        if gate and gate.shared:
            await gate.shared.turn(gate)

    def releases(self) -> list[Ask]:
        """Let go of all hosts."""
        now = time.monotonic()
        addresses = list(self._addresses.values())
        asks = [self._ask(gate, gate.terms, now, release=True) for gate in addresses]
        asks += [self._ask(gate, self._terms(gate.host), now, release=True) for gate in self._gates.values()]
        self._addresses.clear()
        self._gates = {}
        return asks

    def drop(self, lane: Lane) -> None:
        """Forget the leases of a job."""
        for gate in self._gates.values():
            gate.ready = [entry for entry in gate.ready if entry[-1].lane is not lane]
            heapq.heapify(gate.ready)


def call_at(moment: float, function: Callable[[], None]) -> asyncio.TimerHandle:
    """Call a function at a moment of the monotonic clock."""
    loop = asyncio.get_running_loop()
    return loop.call_later(max(0.0, moment - time.monotonic()), function)
