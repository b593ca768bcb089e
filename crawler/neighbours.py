"""Hosts at one address that are asked as one, where a job's config is polite to addresses."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from crawler.address_book import AddressBook
from crawler.gates import Gate, Terms
from crawler.lane import Lane
from crawler.pace import Pace
from schemas.redis_keys import address_name

MOST_NEIGHBOURS = 8
"""Hosts at one address that one process asks at one time, so that there is room for hosts elsewhere."""


@dataclass(slots=True)
class AddressGate(Gate):
    """An address: the gates of its hosts open only when it does, too.

    What does not pass the gates, as robots.txt, waits for its ``turn`` alone.
    """

    terms: Terms = (0.0, 1)
    queued: int = 0
    """Requests that wait to be sent."""
    sending: asyncio.Lock = field(default_factory=asyncio.Lock)

    def opens_at(self, now: float) -> float | None:
        """As of any gate; those that wait to be sent go first."""
        at = Gate.opens_at(self, now)
        return None if at is None else max(at, self.sends_at + self.queued * self.delay)

    def is_idle(self, hosts: Iterable[Gate]) -> bool:
        """Whether this process keeps it from others, and has none of its hosts' budgets to make use of it."""
        unused = all(gate.enrolled and not gate.share for gate in hosts)
        return self.share > 0 and not self.active and unused

    async def turn(self, host: Gate) -> None:
        """Return when a request to a host may be sent: one that had to wait must not come close to the host's next."""
        self.queued += 1
        try:
            async with self.sending:
                await asyncio.sleep(max(self.sends_at, host.sends_at) - time.monotonic())
                now = time.monotonic()
                self.sent_at, self.sends_at = now, now + self.delay
                host.sent_at, host.sends_at = now, now + host.delay
        finally:
            self.queued -= 1


class Neighbours:
    """Which gates stand behind that of an address.

    Args:
        asks: whether a job is polite to addresses.
        book: where hosts are.
    """

    def __init__(self, asks: Callable[[Lane], bool], book: AddressBook) -> None:
        self.asks = asks
        self._book = book
        self.gates: dict[str, AddressGate] = {}

    def open(self, hosts: Iterable[str], gates: Mapping[str, Gate]) -> list[str]:
        """Hosts that may be asked for a job that is polite to addresses: where they are is known, and has room."""
        taken = Counter(gate.shared.host for gate in gates.values() if gate.shared)
        found = []
        for host in hosts:
            if host in gates and gates[host].shared:
                found.append(host)
                continue
            address = self._book.address(host)
            if address is None:
                continue
            name = address_name(address)
            if host in gates or not address or taken[name] < MOST_NEIGHBOURS:
                found.append(host)
                taken[name] += 1
        return found

    def join(self, gate: Gate) -> None:
        """Put a gate behind that of its host's address; one without an address stays as it is."""
        address = self._book.address(gate.host)
        if address and not gate.shared:
            name = address_name(address)
            gate.shared = self.gates.setdefault(name, AddressGate(name, Pace(0.0, 1)))

    def due(self, now: float, gates: Mapping[str, Gate], lanes: list[Lane]) -> list[tuple[AddressGate, bool]]:
        """Addresses whose budgets are to be asked for, and whether to release them."""
        found = []
        for name, address in list(self.gates.items()):
            hosts = _behind(address, gates)
            if address.ask_at <= now or not (hosts or address.active):
                wanted_by = self._keep(hosts, lanes)
                if wanted_by:
                    address.terms = _strictest(wanted_by)
                elif not address.active:
                    del self.gates[name]
                found.append((address, not wanted_by or address.is_idle(hosts)))
        return found

    def hurry(self, address: Gate, gates: Mapping[str, Gate]) -> None:
        """Ask soon for the hosts at an address that this process may ask from now on."""
        for gate in _behind(address, gates):
            if not gate.enrolled:
                gate.ask_at = 0.0

    def _keep(self, hosts: Iterable[Gate], lanes: Iterable[Lane]) -> list[Lane]:
        """The jobs for whose sake gates of hosts stand behind that of their address; those of no such job no longer
        do."""
        polite = [lane for lane in lanes if self.asks(lane)]
        wanted_by: list[Lane] = []
        for gate in hosts:
            found = [lane for lane in polite if gate.host in lane.hosts or gate.serves(lane)]
            wanted_by += found
            if not found:
                gate.shared = None
        return wanted_by


def _behind(address: Gate, gates: Mapping[str, Gate]) -> list[Gate]:
    return [gate for gate in gates.values() if gate.shared is address]


def _strictest(lanes: Iterable[Lane]) -> Terms:
    delays, concurrencies = zip(*(lane.politeness for lane in lanes), strict=True)
    return max(delays), max(1, min(concurrencies))
