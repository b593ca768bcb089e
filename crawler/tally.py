"""What is still to come of a request that is worked on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from scrapy import Request

from crawler.leases import JOB, LEASE

Lease = tuple[str, int]
"""A job's id and the number of one of its leases."""


@dataclass(slots=True)
class Tally:
    """What is still to come of one request, and what came.

    ``output``: what its callback or errback makes of it is being read. ``failed``: why it is not done, and will not be.
    """

    request: Request
    items: int = 0
    callback: bool = True
    output: bool = False
    settled: bool = False
    failed: str | None = None
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def done(self) -> bool:
        """Whether nothing is to come, as far as is known."""
        return self.items == 0 and not self.callback


def lease_of(request: Request) -> Lease | None:
    """The lease by which a request goes."""
    number = request.meta.get(LEASE)
    return (str(request.meta.get(JOB, "")), number) if number is not None else None
