"""The misbehaving web as a test sees it."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.support.processes import serving
from tests.web.server import Visit


@dataclass(frozen=True)
class RunningWeb:
    """Every site of ``tests/web``, in a process of its own.

    ``sites`` has the address of each (``http://127.0.0.1:port``, no slash at its end) by name; what a crawl of it
    must yield is in ``tests.web.expected.EXPECTED``.
    """

    control: str
    sites: dict[str, str]

    def url(self, site: str, path: str = "/") -> str:
        """The URL of a path of a site."""
        return self.sites[site] + path

    def visits(self, site: str) -> list[Visit]:
        """What was asked of a site since the last reset, in order."""
        with urllib.request.urlopen(f"{self.control}/__log__", timeout=60) as answer:
            visits = [Visit(**visit) for visit in json.load(answer)]
        return [visit for visit in visits if visit.site == site]

    def asked(self, site: str) -> Counter[str]:
        """How often each path of a site was asked for since the last reset."""
        return Counter(visit.path for visit in self.visits(site))

    def reset(self) -> None:
        """Forget all visits; pages that fail at first will fail again."""
        request = urllib.request.Request(f"{self.control}/__log__", method="DELETE")
        with urllib.request.urlopen(request, timeout=60):
            pass


@contextmanager
def running_web() -> Iterator[RunningWeb]:
    """Serve all sites on free ports until the block ends."""
    with serving("tests.web", "--until-eof") as said:
        yield RunningWeb(**said)
