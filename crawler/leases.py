"""Keys of ``request.meta`` by which a request says whose it is, and under which lease it is worked on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from scrapy import Request

from crawler.fetch.keys import OF_TIERS

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.lane import Lane

JOB = "longline_job"
"""The id of the job, as text. Without it the request belongs to the job of the setting LONGLINE_JOB_ID.

Spiders of people's own may well put something of theirs under ``job`` or ``lease``.
"""
COUNTS = "counts_as_page"
"""True for a request that becomes a page: ``max_pages`` counts it."""
ADMITTED = "longline_admitted"
"""True for a request that has its place among the pages that the job may fetch."""
LEASE = "longline_lease"
"""The number of the lease under which this process works on the request; ended when all that it led to is done."""
DELAY = "delay_seconds"
"""The scheduler hands the request out after so many seconds."""
SLOT = "download_slot"
"""Scrapy's key for what is asked politely as one; the host, with its port, where a spider says nothing else."""

_OWN = (LEASE, ADMITTED, *OF_TIERS)


def job_of(meta: dict[str, Any]) -> UUID | None:
    """The job that a request or response says it belongs to."""
    job = meta.get(JOB)
    try:
        return UUID(job) if job else None
    except (ValueError, AttributeError, TypeError):
        # A spider of somebody's own has put something of its own there.
        return None


def lane_of(crawler: Crawler, request: Request) -> Lane | None:
    """The job of a request, as this process works on it; None with another scheduler than ours, which has no jobs."""
    turns: Any = getattr(crawler.engine.scheduler, "turns", None) if crawler.engine else None
    lane: Lane | None = turns.lane(request) if turns else None
    return lane


def host_of(request: Request) -> str:
    """Who is asked for a request: what ``meta["download_slot"]`` says, or the host with its port."""
    slot = request.meta.get(SLOT)
    return str(slot) if slot else host_in(request.url)


def host_in(url: str) -> str:
    """The host of a URL, with its port, as it stands there."""
    return url.split("/", 3)[2].rpartition("@")[2]


def child(request: Request, parent: Request) -> Request:
    """A request without what belongs to its parent: people copy ``response.meta`` into new ones, or ask once more."""
    if request is parent:
        request = request.copy()
    for name in _OWN:
        request.meta.pop(name, None)
    _leave_slot(request.meta, parent.url)
    return request


def redirected(request: Request) -> None:
    """A redirect may lead to another host, which is asked at that host's pace."""
    urls = request.meta.get("redirect_urls")
    if urls:
        _leave_slot(request.meta, urls[-1])


def _leave_slot(meta: dict[str, Any], url: str) -> None:
    if SLOT in meta and meta[SLOT] == host_in(url):
        # Scrapy noted it there; a spider's own choice has another name.
        del meta[SLOT]
