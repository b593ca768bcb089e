"""Of a page whose rows PostgreSQL refuses, the records that are at fault are set aside, and the rest is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from pipelines.batch import dumped
from pipelines.cleaning import clean, clean_text
from schemas.page import Page, Record, RejectedRecord

Refusal = Callable[[Page], Awaitable[str | None]]
"""Tries a page's rows, and writes none of them: what PostgreSQL says where it refuses them."""
SHOWN_CHARACTERS = 10_000
"""Of data that cannot be stored as they are."""


async def sift(page: Page, refusal: Refusal) -> str | None:
    """Set aside each record that PostgreSQL refuses, with its reason.

    Returns why PostgreSQL refuses the page's own row, where that is at fault: then the page is as it was.
    """
    bare = replace(page, records=[], rejected=[])
    if reason := await refusal(bare):
        return reason
    sound, aside = [], list(page.rejected)
    for record in page.records:
        reason = await refusal(replace(bare, records=[record]))
        if reason is None:
            sound.append(record)
        else:
            aside.append(_rejected(record, reason))
    page.rejected = [await _storable(bare, record, refusal) for record in aside]
    page.records = sound
    return None


def problem(reason: str) -> dict[str, str]:
    """What ``rejected_record`` says of a record that PostgreSQL refused."""
    return {"field": "", "problem": f"PostgreSQL: {clean_text(reason)}"}


def reasons(problems: list[dict[str, str]]) -> str:
    """What ``rejected_record`` says of a record, in a line."""
    return "; ".join(f"{one['field']} {one['problem']}".strip() for one in problems)


def _rejected(record: Record, reason: str) -> RejectedRecord:
    return RejectedRecord(record.kind, record.data, [problem(reason)])


async def _storable(bare: Page, record: RejectedRecord, refusal: Refusal) -> RejectedRecord:
    reason = await refusal(replace(bare, rejected=[record]))
    if reason is None:
        return record
    return RejectedRecord(record.kind, {"text": _shown(record)}, [*record.problems, problem(reason)])


def _shown(record: RejectedRecord) -> str:
    try:
        return dumped(clean(record.data)).decode()[:SHOWN_CHARACTERS]
    except (TypeError, ValueError, RecursionError):
        return f"It is no JSON: its fields are {', '.join(map(clean_text, map(str, record.data)))}."[:SHOWN_CHARACTERS]
