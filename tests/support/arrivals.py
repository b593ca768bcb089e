"""When requests arrive at many hosts, as a test sees it: by the clock of their server."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
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
    """The least that any of them came after it was due, in seconds, for any earlier one that the delay is counted from.

    Zero at best; below it by as much as the machine held back the earlier one, or as a request came too soon.
    """
    due = [arrival.at - number * delay for number, arrival in enumerate(arrivals)]
    latest, least = due[0], 0.0
    for at in due[1:]:
        least, latest = min(least, at - latest), max(latest, at)
    return least


def span(arrivals: list[Arrival]) -> float:
    """Seconds from the first to the last."""
    return arrivals[-1].at - arrivals[0].at
