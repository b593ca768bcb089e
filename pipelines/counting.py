"""What a page or an item adds to its job's counts, by the flat names of ``JobStats.counts``."""

from __future__ import annotations

from collections import Counter

from schemas.job import STATUS, VERDICT
from schemas.page import Page
from schemas.verdicts import Kind


def counts_of(page: Page) -> dict[str, int]:
    """Of a page that is stored; without those that are zero."""
    kinds = Counter(record.kind for record in page.records)
    counts = {
        "pages": 1,
        f"{STATUS}{page.status}": 1,
        "postings": kinds["posting"],
        "texts": kinds["text"],
        "rejected": len(page.rejected),
        "problems": len(page.problems),
        "body_bytes": page.body_bytes,
        "archived_bytes": page.pointer.length if page.pointer else 0,
    }
    if page.verdict and page.verdict.kind is not Kind.OK:
        counts[f"{VERDICT}{page.verdict.name}"] = 1
        counts["walled"] = int(page.verdict.is_wall and page.status < 300)
    return {name: count for name, count in counts.items() if count}


def item_counts(*, rejected: bool) -> dict[str, int]:
    """Of an item of somebody's own spider: stored, or set aside."""
    return {"rejected": 1} if rejected else {"records": 1}
