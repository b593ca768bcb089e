"""Objects of data by the words of their values' names, whatever the site calls them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from extractors.postings.values import Node, as_list, text_of
from extractors.postings.words import word_list

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_APART = re.compile(r"[\W_]+")
_DEEPEST = 4
_MOST_PAIRS = 100
_MOST_LABEL = 3
_NOTHING: tuple[Any, ...] = (None, "", [], {})


class Flat:
    """An object's values by words of their names: ``jobTitle``, ``job_title`` and ``job-title`` are ``job title``.

    What stands in a wrapper (``attributes``), or as a pair of name and value, counts where the object itself has none;
    then ``title`` is what ``positionTitle`` says, where nothing is called just that.
    """

    def __init__(self, node: Node, around: Node | None = None) -> None:
        self.values: dict[str, Any] = {}
        self._take(node, _DEEPEST)
        if around is not None:
            self._take({name: value for name, value in around.items() if value is not node}, 1)
        self._name_shorter()

    def _take(self, node: Node, depth: int) -> None:
        inner: list[Any] = []
        for name, value in node.items():
            key = words_of(name)
            if value not in _NOTHING:
                self.values.setdefault(key, value)
            if isinstance(value, dict):
                if depth and is_wrapper(key, value):
                    inner.append(value)
            elif isinstance(value, list) and key in names("pairs"):
                inner.append(_paired(value))
        for value in inner:
            self._take(value, depth - 1)

    def _name_shorter(self) -> None:
        for shorter in (_without_lead, core_of):
            for key in list(self.values):
                core = shorter(key)
                if core != key:
                    self.values.setdefault(core, self.values[key])

    def first(self, meaning: str) -> Any:
        """The value under the first of the meaning's names that the object has; None: it has none."""
        return next((self.values[name] for name in lists()[meaning] if name in self.values), None)

    def name_of(self, meaning: str) -> str | None:
        """The first of the meaning's names that the object has."""
        return next((name for name in lists()[meaning] if name in self.values), None)

    def all(self, meaning: str) -> Iterator[Any]:
        """The values under all of the meaning's names."""
        return (self.values[name] for name in lists()[meaning] if name in self.values)


def is_wrapper(key: str, value: Node) -> bool:
    """Whether what stands under a name is a part of the object around it, and no thing of its own."""
    if key in names("wrapped"):
        return key != "employment" or not any(words_of(name) in ("name", "label", "title") for name in value)
    words = key.split()
    return len(words) > 1 and words[-1] in _wrappers() and all(word in _wrapping() for word in words)


def label_of(value: Any, depth: int = 3, meaning: str = "label") -> str | None:
    """The words of a value, or of what an object calls its name: ``{"libelle": "CDI"}``."""
    for one in as_list(value)[:_MOST_PAIRS]:
        if not isinstance(one, dict):
            found = None if isinstance(one, bool) else text_of(one)
        elif depth:
            said = by_words(one)
            found = next(filter(None, (label_of(said.get(name), depth - 1) for name in lists()[meaning])), None)
        else:
            found = None
        if found:
            return found
    return None


def labels_of(value: Any) -> list[Any]:
    """Each of several values as its label, numbers and texts as they are."""
    return [label_of(one) or _only(one) if isinstance(one, dict) else one for one in as_list(value)]


def _only(node: Node) -> str | None:
    """``{"id": 7, "employmentType": {"name": "Full-time"}}`` is its one object's label."""
    inner = [one for one in node.values() if isinstance(one, dict)]
    return label_of(inner[0]) if len(inner) == 1 and len(node) <= _MOST_LABEL else None


def by_words(node: Node) -> Node:
    """The same values, under the words of their names; of two names of the same words, the last."""
    return {words_of(name): value for name, value in node.items()}


def words_of(name: Any) -> str:
    """The words of a name: ``jobTitle``, ``job_title`` and ``JobTitle`` are ``job title``."""
    return _words_of(str(name)[:80])


@lru_cache(10_000)
def _words_of(name: str) -> str:
    name = name.partition("(")[0]  # a field that was asked for with arguments
    words = " ".join(_APART.sub(" ", _CAMEL.sub(" ", name)).lower().split())
    return words if " " in words else _joined().get(words, words)


@lru_cache(10_000)
def _without_lead(words: str) -> str:
    """``position title`` is ``title``: what it is the title of is said by the object."""
    parts = words.split()
    while len(parts) > 1 and parts[0] in names("before_names"):
        parts = parts[1:]
    return " ".join(parts)


@lru_cache(10_000)
def core_of(words: str) -> str:
    """A name without the words around it that say whose it is, or how it is written."""
    parts = _without_lead(words).split()
    while len(parts) > 1 and parts[-1] in names("after_names"):
        parts = parts[:-1]
    return " ".join(parts)


@cache
def lists() -> dict[str, list[str]]:
    """The names of each meaning, those first that say most."""
    return word_list("shapes")


@cache
def names(meaning: str) -> frozenset[str]:
    """The names of a meaning."""
    return frozenset(lists()[meaning])


@cache
def _joined() -> dict[str, str]:
    """Names of several words as those write them who put nothing between words: ``jobtype``."""
    known = {name for meaning in lists().values() for name in meaning}
    return {name.replace(" ", ""): name for name in known if " " in name and name.replace(" ", "") not in known}


@cache
def _wrappers() -> frozenset[str]:
    return frozenset(name for name in lists()["wrapped"] if " " not in name)


@cache
def _wrapping() -> frozenset[str]:
    return _wrappers() | names("before_names") | names("wrapped")


def _paired(values: list[Any]) -> Node:
    """``[{"label": "Employment type", "value": "Full-time"}]`` as an object."""
    pairs: Node = {}
    for one in as_list(values)[:_MOST_PAIRS]:
        if isinstance(one, dict):
            flat = by_words(one)
            name = next((flat[key] for key in lists()["pair_name"] if isinstance(flat.get(key), str)), None)
            value = next((flat[key] for key in lists()["pair_value"] if flat.get(key)), None)
            if name and value is not None:
                pairs.setdefault(name, value)
    return pairs
