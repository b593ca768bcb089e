"""When requests arrive at many hosts, as a test sees it: by the clock of their server."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tests.support.processes import serving


@dataclass(frozen=True)
class Arrival:
    """One request: when it came in, in seconds, and how many its host, and its address, then had under way with it."""

    at: float
    host: str
    path: str
    at_once: int
    at_address: int


@dataclass(frozen=True)
class Crowd:
    """Hosts, with their ports, each with as many pages."""

    hosts: list[str]
    log: str

    def url(self, host: str | None = None) -> str:
        """The start page of a host; of the first, if none is given."""
        return f"http://{host or self.hosts[0]}/"

    def arrivals(self, host: str | None = None) -> list[Arrival]:
        """What came in so far, in order; at one host, if one is given. robots.txt is among them."""
        with urllib.request.urlopen(self.log, timeout=60) as answer:
            visits = [Arrival(**visit) for visit in json.load(answer)]
        return [visit for visit in visits if host in {None, visit.host}]


@contextmanager
def crowd(
    hosts: int = 1, pages: int = 10, latency: float = 0.0, robots: str = "", *, together: bool = False
) -> Iterator[Crowd]:
    """Serve so many hosts until the block ends, each at an address of its own, or all together at one; see
    ``tests/support/crowd.py``."""
    where = "together" if together else "apart"
    with serving("tests.support.crowd", str(hosts), str(pages), str(latency), robots, where) as said:
        yield Crowd(**said)


def distance(arrivals: list[Arrival], delay: float) -> float:
    """As ``soonest``."""
    return soonest([arrival.at for arrival in arrivals], delay)


def soonest(times: Sequence[float], delay: float) -> float:
    """The least that any came after it was due, in seconds, as the delay is counted from those before it.

    Zero at best; below it where a request came too soon. A busy machine holds back one or the other of those before,
    and so their delay seems to be over too early: what counts is the one of the last eight that was held back least.
    The first three are not looked at, since there are too few before them.
    """
    due = [at - number * delay for number, at in enumerate(times)]
    return min((at - min(due[max(0, number - 8) : number]) for number, at in enumerate(due) if number > 2), default=0.0)


def span(arrivals: list[Arrival]) -> float:
    """Seconds from the first to the last."""
    return arrivals[-1].at - arrivals[0].at
