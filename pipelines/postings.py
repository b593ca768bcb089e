"""Rows of postings, and the statement that writes them. As those of ``rows``, it may run again with the same row."""

from __future__ import annotations

from typing import Any

from extractors import EXTRACTOR
from pipelines.rows import digest, json
from schemas.page import Page

_VALUES = (
    *("requisition_id", "url", "apply_url", "title", "company", "locations", "workplace_type", "applicant_scope"),
    *("employment_types", "salary", "skills", "description_html", "description_text", "language", "date_posted"),
    *("date_precision", "valid_through", "status", "provenance", "conflicts"),
)
_JSON = frozenset(["locations", "applicant_scope", "salary", "skills", "provenance", "conflicts"])
_KEY = ("platform", "tenant", "source_id")
_COLUMNS = (*_KEY, *_VALUES, "page_id", "extractor", "content_sha256", "fence")
_UPDATES = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[len(_KEY) :])

POSTING = f"""
INSERT INTO posting ({", ".join(_COLUMNS)}, first_seen, last_seen)
VALUES ({", ".join(f"%({name})s" for name in _COLUMNS)}, %(seen)s, %(seen)s)
ON CONFLICT (platform, tenant, source_id) DO UPDATE SET {_UPDATES}, last_seen = excluded.last_seen
WHERE posting.fence <= excluded.fence
"""  # noqa: S608 - made of this module's own column names


def posting_row(page: Page, page_id: int, data: dict[str, Any]) -> dict[str, Any]:
    """Parameters of ``POSTING``; ``data`` is a dumped ``Posting``."""
    row = {name: data[name] for name in (*_KEY, *_VALUES)}
    row |= {name: None if row[name] is None else json(row[name]) for name in _JSON}
    return row | {
        "page_id": page_id,
        "extractor": EXTRACTOR,
        "content_sha256": digest(data),
        "fence": list(page.fence),
        "seen": page.fetched_at,
    }
