"""Objects of data that look like postings, whatever the site calls them: found by their shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from extractors.postings.values import Node, as_list, text_of
from extractors.postings.words import word_list

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_APART = re.compile(r"[\W_]+")
_MOST_OBJECTS = 50_000
_DEEPEST = 40
_LONGEST_TITLE = 250
_LEAST_DESCRIPTION = 60
_SURE = (
    "employment_types",
    "workplace_type",
    "apply_url",
    "requisition_id",
    "salary",
    "skills",
    "department",
    "remote",
)
"""Signs of a posting that products, articles and events do not have."""
_OTHER = ("locations", "city", "date_posted", "valid_through", "company")
_MOST_PAIRS = 100
_LEAST_VALUES = 3
_BESIDE = frozenset({"similar", "related", "recommended", "recommendations", "suggested", "suggestions", "nearby"})
"""Words of names under which other postings stand beside the one that a page is about."""


@dataclass(slots=True)
class Found:
    """An object that looks like a posting, where it stands, and what it stands in, the nearest first."""

    flat: Flat
    path: str
    around: tuple[Node, ...]
    node: Node = field(default_factory=dict)

    def places(self) -> dict[str, str]:
        """Where each of ``flat``'s values stands, as the site spells it: ``props.job.jobTitle`` of ``job title``."""
        spelled: dict[str, str] = {}
        for name, value in self.node.items():
            spelled[words_of(name)] = str(name)
            if isinstance(value, dict):
                for inner in value:
                    spelled.setdefault(words_of(inner), f"{name}.{inner}")
        return {words: f"{self.path}.{name}" if self.path else name for words, name in spelled.items()}


class Flat:
    """An object's values by words of their names: ``jobTitle``, ``job_title`` and ``job-title`` are ``job title``.

    What stands in a wrapper (``attributes``), or as a pair of name and value, counts where the object itself has none.
    """

    def __init__(self, node: Node) -> None:
        self.values: dict[str, Any] = {}
        self._take(node, 2)

    def _take(self, node: Node, depth: int) -> None:
        inner: list[Any] = []
        for name, value in node.items():
            key = words_of(name)
            if value not in (None, "", [], {}):
                self.values.setdefault(key, value)
            if depth and key in _names("wrapped") and isinstance(value, dict):
                inner.append(value)
            elif key in _names("pairs") and isinstance(value, list):
                inner.append(_paired(value))
        for value in inner:
            self._take(value, depth - 1)

    def first(self, meaning: str) -> Any:
        """The value under the first of the meaning's names that the object has; None: it has none."""
        return next((self.values[name] for name in _lists()[meaning] if name in self.values), None)

    def name_of(self, meaning: str) -> str | None:
        """The first of the meaning's names that the object has."""
        return next((name for name in _lists()[meaning] if name in self.values), None)

    def all(self, meaning: str) -> Iterator[Any]:
        """The values under all of the meaning's names."""
        return (self.values[name] for name in _lists()[meaning] if name in self.values)


@dataclass(slots=True)
class _Search:
    """One walk through a value; bounded, since any page may hold anything."""

    found: list[Found] = field(default_factory=list)
    left: int = _MOST_OBJECTS

    def walk(self, value: Any, path: str, around: tuple[Node, ...], *, about_jobs: bool) -> None:
        if len(around) > _DEEPEST or self.left <= 0:
            return
        if isinstance(value, list):
            for index, one in enumerate(value):
                self.walk(one, f"{path}[{index}]", around, about_jobs=about_jobs)
        elif isinstance(value, dict):
            self.left -= 1
            self._object(value, path, around, about_jobs=about_jobs)

    def _object(self, node: Node, path: str, around: tuple[Node, ...], *, about_jobs: bool) -> None:
        before = len(self.found)
        for name, inner in node.items():
            if isinstance(inner, dict | list) and _BESIDE.isdisjoint(words_of(name).split()):
                here = about_jobs or is_about_jobs(name)
                self.walk(inner, f"{path}.{name}" if path else str(name), (node, *around), about_jobs=here)
        if len(self.found) == before and len(node) >= _LEAST_VALUES:
            flat = Flat(node)
            if looks_like_posting(flat, about_jobs=about_jobs):
                self.found.append(Found(flat, path, around, node))


def found_in(value: Any, *, about_jobs: bool) -> list[Found]:
    """The objects in a value that look like whole postings, in its order; ``about_jobs``: its page says so.

    One that only lists a posting (a title and a link) is none: its page says more.
    """
    search = _Search()
    search.walk(value, "", (), about_jobs=about_jobs)
    return search.found


def looks_like_posting(flat: Flat, *, about_jobs: bool) -> bool:
    """A title, a description, and a sign that it is a job; where the data is about jobs anyway, any sign will do."""
    title = text_of(flat.first("title"))
    if not title or len(title) > _LONGEST_TITLE or len(description_text(flat)) < _LEAST_DESCRIPTION:
        return False
    sure, other = signs_of(flat)
    return (sure >= 1 and sure + other >= 2) or (about_jobs and sure + other >= 1)


def signs_of(flat: Flat) -> tuple[int, int]:
    """How many signs of a posting an object has: those that nothing else has, and others."""
    sure = sum(flat.name_of(meaning) is not None for meaning in _SURE)
    return sure, sum(flat.name_of(meaning) is not None for meaning in _OTHER)


def is_described(flat: Flat) -> bool:
    """Whether an object has a text that may be a posting's description."""
    return len(description_text(flat)) >= _LEAST_DESCRIPTION


def description_text(flat: Flat) -> str:
    """The longest text that may be the object's description."""
    texts = (markup_of(value) for meaning in ("description", "sections") for value in flat.all(meaning))
    return max(texts, key=len, default="")


def markup_of(value: Any, depth: int = 4) -> str:
    """The markup in a text, in an object that wraps one, or in a list of parts, each with its heading."""
    if isinstance(value, str):
        return value
    if not depth:
        return ""
    if isinstance(value, list):
        return "\n".join(filter(None, (_part(one, depth - 1) for one in value[:_MOST_PAIRS])))
    if not isinstance(value, dict):
        return ""
    flat = {words_of(name): inner for name, inner in value.items()}
    own = next((flat[name] for name in _lists()["markup"] if isinstance(flat.get(name), str)), None)
    return own if own is not None else "\n".join(filter(None, (_part(one, depth - 1) for one in value.values())))


def _part(value: Any, depth: int) -> str:
    """``{"title": "Requirements", "content": "<li>…"}``, with its heading."""
    text = markup_of(value, depth)
    if not isinstance(value, dict) or len(value) < 2:
        return text
    flat = {words_of(name): inner for name, inner in value.items()}
    if isinstance(flat.get("content"), str):
        text = flat["content"]
    heading = next((flat[name] for name in _lists()["heading"] if isinstance(flat.get(name), str)), "")
    return text if heading in ("", text) else f"<h3>{heading}</h3>\n{text}"


def words_of(name: Any) -> str:
    """The words of a name: ``jobTitle``, ``job_title`` and ``JobTitle`` are ``job title``."""
    return _words_of(str(name)[:80])


@lru_cache(10_000)
def _words_of(name: str) -> str:
    return " ".join(_APART.sub(" ", _CAMEL.sub(" ", name)).lower().split())


def is_about_jobs(name: str) -> bool:
    """Whether a name, or a part of a URL, speaks of jobs."""
    words = set(words_of(name).split())
    return not words.isdisjoint(_names("about_jobs"))


@cache
def _lists() -> dict[str, list[str]]:
    return word_list("shapes")


@cache
def _names(meaning: str) -> frozenset[str]:
    return frozenset(_lists()[meaning])


def _paired(values: list[Any]) -> Node:
    """``[{"label": "Employment type", "value": "Full-time"}]`` as an object."""
    pairs: Node = {}
    for one in as_list(values)[:_MOST_PAIRS]:
        if isinstance(one, dict):
            flat = {words_of(name): value for name, value in one.items()}
            name = next((flat[key] for key in _lists()["pair_name"] if isinstance(flat.get(key), str)), None)
            value = next((flat[key] for key in _lists()["pair_value"] if flat.get(key)), None)
            if name and value is not None:
                pairs.setdefault(name, value)
    return pairs
