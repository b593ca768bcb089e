"""Postings in real tables, each on a site of its own."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from pipelines.rows import json
from schemas.addresses import url_sha256
from schemas.job import Job
from tests.support.tables import Rows

TEXT = " ".join(f"You will bake {number} loaves of bread before dawn" for number in range(40))
Add = Callable[..., int]

_PAGE = """
INSERT INTO page (site_id, url_sha256, url, job_id, final_url, status, body_sha256, body_bytes, archive_uri,
    archive_offset, archive_length)
VALUES (%(site)s, %(digest)s, %(url)s, %(job)s, '', 200, '', 0, '', 0, 0) RETURNING id
"""
_JSON = ("locations", "salary", "skills")


def advertising(rows: Rows, job: Job) -> Add:
    """``add(title="Cook")`` puts a baker's posting on a page of its own, but for what is said otherwise; its id."""
    number = 0

    def add(of: Job = job, **changes: Any) -> int:
        nonlocal number
        number += 1
        tenant = changes.get("tenant", f"site-{number}.example")
        url = changes.get("url", f"https://{tenant}/jobs/{number}")
        page = {"site": of.site_id, "job": of.id, "url": url, "digest": url_sha256(f"{url}?number={number}")}
        values = {
            "platform": "web",
            "tenant": tenant,
            "source_id": str(number),
            "page_id": one(rows, _PAGE, page)["id"],
        }
        values |= {"url": url, "title": "Baker", "company": "Bread GmbH", "description_text": TEXT} | changes
        values["content_sha256"] = sha256(repr(sorted(values.items())).encode()).digest()
        values |= {name: json(values[name]) for name in _JSON if name in values}
        marks = ", ".join(f"%({name})s" for name in values)
        return int(one(rows, f"INSERT INTO posting ({', '.join(values)}) VALUES ({marks}) RETURNING id", values)["id"])

    return add


def one(rows: Rows, query: str, values: Any = None) -> dict[str, Any]:
    """The one row that a query gives."""
    row = rows.execute(query.encode(), values).fetchone()
    assert row is not None
    return row
