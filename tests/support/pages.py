"""Pages as a spider makes them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from schemas.job import Job
from schemas.page import Page

MOMENT = datetime(2026, 3, 2, 12, 30, 15, 123456, tzinfo=UTC)
HTML = b"<!doctype html><html lang=en><title>A page</title><main><h1>Heading</h1><p>Some words.</p></main></html>"


def make_page(url: str = "https://example.com/", job: Job | None = None, **changes: Any) -> Page:
    """A sound page of a job, or of none that is stored, but for what ``changes`` says."""
    page = Page(
        url=url,
        final_url=url,
        status=200,
        request_headers=[("User-Agent", "Longline/test")],
        headers=[("Content-Type", "text/html; charset=utf-8"), ("ETag", '"v1"')],
        body=HTML,
        content_type="text/html; charset=utf-8",
        fetched_at=MOMENT,
        site_id=job.site_id if job else 1,
        job_id=job.id if job else UUID(int=1),
        fence=job.fence(1) if job else (1, 1),
        site=job.site if job else "example.com",
        extract=frozenset({"page", "posting"}),
    )
    for name, value in changes.items():
        setattr(page, name, value)
    page.body_sha256 = hashlib.sha256(page.body).digest()
    page.body_bytes = len(page.body)
    return page
