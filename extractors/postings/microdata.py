"""Postings in microdata and RDFa: attributes of the page's own elements, as objects in the shape of JSON-LD."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from extractors.postings import jsonld
from extractors.postings.document import Document
from extractors.postings.reading import MICRODATA, RDFA, Reading
from extractors.postings.values import Node

_MOST_VALUES = 2_000
_LONG = frozenset(
    {"description", "responsibilities", "qualifications", "experienceRequirements", "jobBenefits", "skills"}
)
"""Properties whose markup says more than their words."""
_NAMED = frozenset(
    {"hiringOrganization", "title", "name", "jobLocation", "address", "addressLocality", "employmentType"}
)
"""Properties of which a link's words say more than where it leads."""
_OBJECTS = frozenset(
    {"jobLocation", "address", "hiringOrganization", "baseSalary", "estimatedSalary", "identifier", "value"}
)
"""Properties that are objects, even where a site forgot to say so."""
_ADDRESSES = {"a": "href", "link": "href", "area": "href", "img": "src", "object": "data", "iframe": "src"}
_VALUES = {"meta": "content", "data": "value", "meter": "value", "time": "datetime"}


@dataclass(frozen=True, slots=True)
class _Syntax:
    """The attributes that name an object's type and a value's property."""

    source: str
    type: str
    property: str

    def selector(self, place: str) -> str:
        """Where ``JobPosting.title`` stands in the page, in CSS; names may have a vocabulary before them."""
        posting, name = f'[{self.type}*="JobPosting"]', place.rpartition(".")[2]
        return posting if name == "*" else f'{posting} [{self.property}*="{name}"]'


_SYNTAXES = (_Syntax(MICRODATA, "itemtype", "itemprop"), _Syntax(RDFA, "typeof", "property"))


def read(document: Document) -> list[Reading]:
    """Every JobPosting of the page in microdata, and in RDFa."""
    if document.tree is None or not document.is_marked:
        return []
    found: list[Reading] = []
    for syntax in _SYNTAXES:
        if syntax.type.encode() in document.bytes:
            nodes = document.tree.css(f'[{syntax.type}*="JobPosting"]')
            objects = [_Object(syntax).of(node) for node in nodes]
            for reading in jsonld.readings(objects, syntax.source, document):
                reading.where = {name: syntax.selector(place) for name, place in reading.where.items()}
                found.append(reading)
    return found


class _Object:
    """Reads one object; an object inside it is a value."""

    def __init__(self, syntax: _Syntax) -> None:
        self._syntax = syntax
        self._left = _MOST_VALUES

    def of(self, scope: LexborNode) -> Node:
        kind = (scope.attributes.get(self._syntax.type) or "").split()
        found: Node = {"@type": [one.rpartition(":")[2] if "//" not in one else one for one in kind]}
        for node in self._valued(scope):
            for name in (node.attributes.get(self._syntax.property) or "").split():
                self._add(found, name.rpartition(":")[2].rpartition("/")[2], node)
        return found

    def _valued(self, scope: LexborNode) -> Iterator[LexborNode]:
        """The elements that have a property of this object, and not of one inside it."""
        waiting = list(scope.iter())[::-1]
        while waiting and self._left > 0:
            node = waiting.pop()
            self._left -= 1
            if self._syntax.property in node.attributes:
                yield node
            if not self._is_object(node):
                waiting.extend(list(node.iter())[::-1])

    def _is_object(self, node: LexborNode) -> bool:
        """Whether it is one, as it says, or as its property always is where others stand inside it."""
        if self._syntax.type in node.attributes or "itemscope" in node.attributes:
            return True
        name = (node.attributes.get(self._syntax.property) or "").rpartition(":")[2].rpartition("/")[2]
        inner = node.css(f"[{self._syntax.property}]") if name in _OBJECTS else []
        return any(one.mem_id != node.mem_id for one in inner)

    def _add(self, found: Node, name: str, node: LexborNode) -> None:
        value = self.of(node) if self._is_object(node) else _value(node, name)
        if value in ("", None):
            return
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]


def _value(node: LexborNode, name: str) -> str | None:
    said = node.attributes.get("content") or node.attributes.get(_VALUES.get(node.tag or "", ""))
    if said:
        return said
    if name in _LONG:
        return node.inner_html
    if node.tag in _ADDRESSES and not (node.tag == "a" and name in _NAMED):
        return node.attributes.get(_ADDRESSES[node.tag]) or node.text(strip=True)
    return node.text(separator=" ", strip=True)
