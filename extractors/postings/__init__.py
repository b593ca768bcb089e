"""Postings: from a page or feed to dicts in the shape of ``schemas.posting.Posting``, which are validated later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from extractors.postings import jsonld, microdata, objects, selectors, visible
from extractors.postings.document import Document
from extractors.postings.doubt import compare_with_page
from extractors.postings.employer import employer_of_board
from extractors.postings.gate import gated
from extractors.postings.identity import identified
from extractors.postings.platforms import board_of
from extractors.postings.prose import with_prose
from extractors.postings.reading import PLATFORM, Merged, Reading, merged
from extractors.postings.subject import is_stray, tell_apart

Source = Callable[[Document], list[Reading]]
SOURCES: tuple[Source, ...] = (
    objects.read_feed,
    jsonld.read,
    microdata.read,
    objects.read_state,
    visible.read,
    selectors.read,
)
"""What may know of postings, those first that know most; each is done with a page without any at one look."""


def postings(document: Document) -> list[dict[str, Any]]:
    """The postings of a page or feed, in its order; none on most pages.

    A posting that lacks something, or says nonsense, is there too: who validates it says what is wrong.
    """
    return [found.posting for found in explained(document)]


def explained(document: Document) -> list[Merged]:
    """The same with what each source says of each field."""
    found = [one for one in _met(document) if not _only_listed(one.posting, document)]
    if found:
        compare_with_page(found, document)
        for one in found:
            _name_employer(one.posting, document)
            one.posting = with_prose({"status": "open"} | one.posting, document.metadata.language)
        found = gated(found, document)
        identified([one.posting for one in found], document)
    return found


def left_out(document: Document) -> list[tuple[Merged, str]]:
    """What ``explained`` leaves out, each with the reason."""
    met = [(one, _only_listed(one.posting, document)) for one in _met(document)]
    listed = [(one, "only listed here: its own page says more") for one, is_listed in met if is_listed]
    unfilled = [one for one, is_listed in met if not is_listed and not gated([one], document)]
    strays = merged(reading for reading in _readings(document) if is_stray(reading, document))
    other = [(one, "about another posting than the one that the page shows") for one in strays]
    return [*listed, *other, *((one, "a template that nobody has filled in") for one in unfilled)]


def _met(document: Document) -> list[Merged]:
    return merged(reading for reading in _readings(document) if not is_stray(reading, document))


def _readings(document: Document) -> list[Reading]:
    readings = [reading for source in SOURCES for reading in source(document)]
    tell_apart(readings, document)
    return readings


def _name_employer(posting: dict[str, Any], document: Document) -> None:
    """Where nothing names the employer, the board does that it is on."""
    board = board_of(posting.get("url") or "") or board_of(document.url)
    if board and board.employer and not posting.get("company"):
        posting["company"] = employer_of_board(board.employer, posting.get("description_text") or "")
        posting["provenance"]["company"] = PLATFORM


def _only_listed(posting: dict[str, Any], document: Document) -> bool:
    """A title and a link to the page that says the rest: it must not take the place of what that page says."""
    elsewhere = posting.get("url") not in (None, document.url, document.metadata.canonical_url)
    return elsewhere and not posting.get("description_text")
