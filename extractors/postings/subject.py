"""Which posting a page is about, where its data tells of another one: a similar job, or what a template left over."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from urllib.parse import urlsplit

from extractors.postings.document import Document
from extractors.postings.heading import is_role, is_title, page_titles
from extractors.postings.page_lines import CONTENT
from extractors.postings.reading import JSONLD, MICRODATA, RDFA, SELECTORS, STATE, TEXT, Reading
from extractors.postings.same import LEAST_SHINGLES, shingles, title_key
from schemas.addresses import site_host

_MARKUP = frozenset({JSONLD, MICRODATA, RDFA})
_DATA = _MARKUP | {STATE}
_HALF = 0.5
_LONG_NUMBER = 5
_SEEN, _SEEN_AT_LEAST = 0.7, 0.4
"""So much of a description is on the page that shows its posting: more than what all jobs of an employer share. Less
will do where the titles have words in common."""


def tell_apart(readings: list[Reading], document: Document) -> None:
    """Mark what data tells of another posting than the one that the page shows: it is ``elsewhere``.

    Only where the page shows one for sure, and neither title nor text of the data are on it. Data that tells of several
    postings, none of them the page's, is a list's, unless the page is called by the title that it shows.
    """
    data = [reading for reading in readings if reading.source in _DATA]
    if not data or sum(reading.source == TEXT for reading in readings) > 1:
        return
    shown = _shown(readings)
    title = str(shown.fields["title"]) if shown else _heading(document)
    if title is None:
        return
    page = _Page(title, document, is_sure=shown is not None)
    others = [reading for reading in data if not page.is_about(reading)]
    titles = {title_key(str(reading.fields.get("title"))) for reading in data}
    alone = len(others) < len(data) or len(titles) == 1
    if alone or (page.is_called_so and all(_has_own_page(reading, document) for reading in others)):
        for reading in others:
            reading.elsewhere = True


def is_stray(reading: Reading, document: Document) -> bool:
    """Whether what is elsewhere is nothing: markup is about its own page, and other data needs a page of its own."""
    return reading.elsewhere and (reading.source in _MARKUP or not _has_own_page(reading, document))


def _shown(readings: Iterable[Reading]) -> Reading | None:
    """What a person's selectors show as the title of the page's one posting, else what a reader sees as that."""
    found = [one for one in readings if (one.source == TEXT or one.alone) and one.fields.get("title")]
    return next((one for one in found if one.source == SELECTORS), found[0] if found else None)


def _heading(document: Document) -> str | None:
    """The one heading of a page that says too little to be read, where it names work, and is the page's title too."""
    headings = {line.words for line in document.lines if line.level == 1 and line.zone == CONTENT}
    if len(headings) != 1:
        return None
    (heading,) = headings
    titles = {title_key(one) for one in page_titles(document)}
    return heading if title_key(heading) in titles and is_role(heading) else None


def _has_own_page(reading: Reading, document: Document) -> bool:
    return reading.fields.get("url") not in (None, document.url, document.metadata.canonical_url)


class _Page:
    """A page that shows one posting by this title; one that is not sure must not even mention that of the data."""

    def __init__(self, title: str, document: Document, *, is_sure: bool) -> None:
        self._document = document
        self._is_sure = is_sure
        self._own = title_key(title)
        self._titles = {self._own, *map(title_key, page_titles(document))} - {""}
        self._places = {_place(url) for url in (document.url, document.metadata.canonical_url) if url}
        self.is_called_so = is_role(title) and self._own in {title_key(one) for one in page_titles(document)}

    def is_about(self, reading: Reading) -> bool:
        """Whether the page shows the posting of the reading, as far as can be told."""
        url, title = reading.fields.get("url"), title_key(str(reading.fields.get("title") or ""))
        if not title or not is_title(title) or (url and _place(url) in self._places):
            return True
        if any(title in own or own in title for own in self._titles):
            return True
        if (title in self._headings and (reading.source in _MARKUP or not url)) or self._names(reading):
            return True
        related = any(_share_words(title, own) for own in self._titles)
        if not self._is_sure and (related or title in title_key(self._document.text)):
            return True
        return self._has_text(reading, related=related)

    def _names(self, reading: Reading) -> bool:
        """Whether the posting's own number stands in the page's address, or on the page."""
        number = str(reading.fields.get("requisition_id") or "")
        if len(number) < _LONG_NUMBER or not any(letter.isdigit() for letter in number):
            return False
        return number in self._document.url or number in self._document.text

    def _has_text(self, reading: Reading, *, related: bool) -> bool:
        """Whether most of its description is on the page; one that says too little to tell goes by its title."""
        own = shingles(str(reading.fields.get("description_text") or ""))
        if len(own) < LEAST_SHINGLES and (related or not own):
            return related
        return len(own & self._text) / len(own) >= (_SEEN_AT_LEAST if related else _SEEN)

    @cached_property
    def _headings(self) -> set[str]:
        return {title_key(line.words) for line in self._document.lines if line.level and line.zone == CONTENT}

    @cached_property
    def _text(self) -> frozenset[int]:
        return shingles(self._document.text)


def _place(url: str) -> tuple[str, str]:
    """An address without what does not tell pages apart."""
    parts = urlsplit(url)
    return site_host(url), parts.path.rstrip("/")


def _share_words(one: str, other: str) -> bool:
    mine, others = set(one.split()), set(other.split())
    return len(mine & others) >= _HALF * min(len(mine), len(others))
