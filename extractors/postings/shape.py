"""Objects of data that look like postings, whatever the site calls them: found by their shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from extractors.postings.flat import Flat, core_of, is_wrapper, names, words_of
from extractors.postings.object_signs import (
    About,
    about_under,
    looks_like_posting,
)
from extractors.postings.values import Node

_MOST_OBJECTS = 50_000
_DEEPEST = 40
_LEAST_VALUES = 3
_BESIDE = frozenset(
    """
    similar related recommended recommendations suggested suggestions nearby other more alternative alternatives
    """.split()  # noqa: SIM905 - a list of words, not of quotes
)
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
        for words, name in list(spelled.items()):
            spelled.setdefault(core_of(words), name)
        return {words: f"{self.path}.{name}" if self.path else name for words, name in spelled.items()}


@dataclass(slots=True)
class _Search:
    """One walk through a value; bounded, since any page may hold anything."""

    found: list[Found] = field(default_factory=list)
    left: int = _MOST_OBJECTS

    def walk(self, value: Any, path: str, around: tuple[Node, ...], about: About) -> None:
        if len(around) > _DEEPEST or self.left <= 0:
            return
        if isinstance(value, list):
            for index, one in enumerate(value):
                self.walk(one, f"{path}[{index}]", around, about)
        elif isinstance(value, dict):
            self.left -= 1
            self._object(value, path, around, about)

    def _object(self, node: Node, path: str, around: tuple[Node, ...], about: About) -> None:
        before = len(self.found)
        for name, inner in node.items():
            if isinstance(inner, dict | list) and _BESIDE.isdisjoint(words_of(name).split()):
                here = about if _is_root(node, path) else about_under(str(name), about)
                self.walk(inner, f"{path}.{name}" if path else str(name), (node, *around), here)
        if len(self.found) == before and (len(node) >= _LEAST_VALUES or _holds(node)):
            flat = Flat(node, _shell(path, around))
            if looks_like_posting(flat, about):
                self.found.append(Found(flat, path, around, node))


def _holds(node: Node) -> bool:
    """Whether what an object says stands in a part of it."""
    return any(isinstance(value, dict) and is_wrapper(words_of(name), value) for name, value in node.items())


def _is_root(node: Node, path: str) -> bool:
    """Whether all that there is stands under one name, as in XML: that says nothing, whatever it is."""
    return not path and len(node) == 1


def _shell(path: str, around: tuple[Node, ...]) -> Node | None:
    """The object around one whose values are but set apart in it: ``{"id": 7, "attributes": {…}}``."""
    name = words_of(path.rpartition(".")[2])
    if not around or name not in names("shells") | names("covers"):
        return None
    dates = names("date_posted") | names("valid_through")
    return {key: one for key, one in around[0].items() if name in names("shells") or words_of(key) in dates}


def found_in(value: Any, about: About) -> list[Found]:
    """The objects in a value that look like whole postings, in its order; ``about``: what its page says of it.

    One that only lists a posting (a title and a link) is none: its page says more.
    """
    search = _Search()
    search.walk(value, "", (), about)
    return search.found
