"""Keys of ``request.meta`` by which a request says whose it is, and who works on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from scrapy import Request

JOB = "longline_job"
"""The id of the job, as text. Without it the request belongs to the job of the setting LONGLINE_JOB_ID.

Spiders of people's own may well put something of theirs under ``job``.
"""
COUNTS = "counts_as_page"
"""True for a request that becomes a page: ``max_pages`` counts it."""
ADMITTED = "admitted"
"""True for a request that has its place among the pages that the job may fetch."""
CLAIM = "claim"
"""The claim under which this process works on the request; it is done when all that it led to is done."""
DELAY = "delay_seconds"
"""The scheduler hands the request out after so many seconds."""

_OWN = (CLAIM, ADMITTED)


def job_of(meta: dict[str, Any]) -> UUID | None:
    """The job that a request or response says it belongs to."""
    job = meta.get(JOB)
    return UUID(job) if job else None


def forget(request: Request) -> None:
    """Take out what belongs to its parent: people copy ``response.meta`` into new requests."""
    for name in _OWN:
        request.meta.pop(name, None)
