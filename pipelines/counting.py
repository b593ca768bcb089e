"""What a page or an item adds to its job's counts, by the flat names of ``JobStats.counts``."""

from __future__ import annotations

from collections import Counter

from schemas.job import STATUS, VERDICT
from schemas.page import Page, Unchanged
from schemas.verdicts import Kind


def counts_of(page: Page) -> dict[str, int]:
    """Of a page that is stored; without those that are zero."""
    if page.unchanged:
        return _positive(_unchanged(page, page.unchanged) | {"cleaned": page.cleaned})
    kinds = Counter(record.kind for record in page.records)
    counts = {
        "pages": 1,
        f"{STATUS}{page.status}": 1,
        "postings": kinds["posting"],
        "texts": kinds["text"],
        "rejected": len(page.rejected),
        "problems": len(page.problems),
        "cleaned": page.cleaned,
        "body_bytes": page.body_bytes,
        "archived_bytes": page.archived_bytes,
    }
    if page.verdict and page.verdict.kind is not Kind.OK:
        counts[f"{VERDICT}{page.verdict.name}"] = 1
        counts["walled"] = int(page.verdict.is_wall and page.status < 300)
    return _positive(counts | _directives(page))


def _unchanged(page: Page, known: Unchanged) -> dict[str, int]:
    counts = {"pages": 1, f"{STATUS}{page.status}": 1, "unchanged": 1}
    return counts | {"postings": known.postings, "texts": known.texts} | _directives(page)


def _directives(page: Page) -> dict[str, int]:
    return {name: int(name in page.directives) for name in ("noindex", "nofollow")}


def _positive(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def item_counts(*, rejected: bool, cleaned: int = 0) -> dict[str, int]:
    """Of an item of somebody's own spider: stored, or set aside; ``cleaned``: how many of its texts had to be."""
    return _positive({"rejected" if rejected else "records": 1, "cleaned": cleaned})
