"""Postings that are none, or none that is open: left over from a template, closed by the page's head, a talent pool."""

from __future__ import annotations

from typing import Any

from extractors.postings.document import Document
from extractors.postings.reading import Merged
from extractors.postings.vocabulary import fold, pattern, says

Data = dict[str, Any]

MARKER = "marker"
"""The source of a status that words in the page's head say."""
_HEAD = 600
_FEW = 3
_FILLER = "lorem ipsum dolor"


def gated(found: list[Merged], document: Document) -> list[Merged]:
    """Those that somebody wrote, with the status that title and page say; the rest of each is as it was."""
    kept = [one for one in found if not _is_template(one.posting)]
    for one in kept:
        _seat(one.posting)
        if _is_pool(one.posting):
            _take(one.posting, "talent_pool", "title")
    own = [one.posting for one in kept if not one.elsewhere]
    if len(own) == 1 and own[0].get("status") in (None, "open") and document.closed_words:
        _take(own[0], "closed", MARKER)
    return kept


def _seat(posting: Data) -> None:
    """``Remote, US``: the country where applicants may live is also that of the employer who hires there."""
    scope = posting.get("applicant_scope") or []
    countries = [place for place in scope if place["country"] and not (place["city"] or place["region"])]
    if posting.get("locations") or not 0 < len(countries) == len(scope) <= _FEW:
        return
    posting["locations"] = [place | {"role": "seat"} for place in countries]
    if "applicant_scope" in posting["provenance"]:
        posting["provenance"]["locations"] = posting["provenance"]["applicant_scope"]


def _take(posting: Data, status: str, source: str) -> None:
    posting["status"] = status
    posting["provenance"]["status"] = source


def _is_template(posting: Data) -> bool:
    """Its title or employer is a place to fill in, or its text is filler."""
    named = (str(posting.get(name) or "") for name in ("title", "company"))
    if any(says("placeholder", text[:_HEAD]) for text in named):
        return True
    text = str(posting.get("description_text") or "")[:_HEAD]
    return _FILLER in fold(text) or says("placeholder_in_text", text)


def _is_pool(posting: Data) -> bool:
    """Its title invites to apply for no job in particular. A job like ``Talent Pool Manager`` is one."""
    if posting.get("status") not in (None, "open"):
        return False
    title = str(posting.get("title") or "")
    return pattern("talent_pool").search(fold(title)) is not None and not says("pool_roles", title)
