"""When requests arrive at many hosts, as a test sees it: by the clock of their server."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from tests.support.processes import serving


@dataclass(frozen=True)
class Arrival:
    """One request: when it came in, in seconds, and how many its host then had under way with it."""

    at: float
    host: str
    path: str
    at_once: int


@dataclass(frozen=True)
class Crowd:
    """Hosts at one port, each with as many pages."""

    hosts: list[str]
    port: int
    log: str

    def url(self, host: str | None = None) -> str:
        """The start page of a host; of the first, if none is given."""
        return f"http://{host or self.hosts[0]}:{self.port}/"

    def addresses(self) -> list[str]:
        """All hosts, with their port."""
        return [f"{host}:{self.port}" for host in self.hosts]

    def arrivals(self, host: str | None = None) -> list[Arrival]:
        """What came in so far, in order; at one host, if one is given. robots.txt is among them."""
        with urllib.request.urlopen(self.log, timeout=10) as answer:
            visits = [Arrival(**visit) for visit in json.load(answer)]
        return [visit for visit in visits if host in {None, visit.host}]


@contextmanager
def crowd(hosts: int = 1, pages: int = 10, latency: float = 0.0, robots: str = "") -> Iterator[Crowd]:
    """Serve so many hosts until the block ends; see ``tests/support/crowd.py``."""
    with serving("tests.support.crowd", str(hosts), str(pages), str(latency), robots) as said:
        yield Crowd(**said)


def gaps(arrivals: list[Arrival]) -> list[float]:
    """Seconds from each to the next."""
    return [later.at - earlier.at for earlier, later in pairwise(arrivals)]


def span(arrivals: list[Arrival]) -> float:
    """Seconds from the first to the last."""
    return arrivals[-1].at - arrivals[0].at
