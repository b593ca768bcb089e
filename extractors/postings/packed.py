"""Data as frameworks pack it, as plain data: by numbers of places in a list, by references, as texts inside texts."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from extractors.postings.loose_json import read_json
from extractors.postings.values import Node

_MOST_VALUES = 100_000
_DEEPEST = 60
_INDEX = re.compile(r"_\d{1,7}")
_LEAST = 60
"""Characters of a text that may hold data."""
_INSIDE = re.compile(r'\s*(?:\[\s*\{|\{|\[\s*\[)\s*(?:"|&q;|&quot;|&#34;)')
_WRAPPED = frozenset({"ShallowReactive", "Reactive", "Ref", "ShallowRef", "EmptyRef", "EmptyShallowRef", "NuxtError"})
_REFERENCE = {"type", "id", "generated", "typename"}
_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?")
_MARKS: tuple[tuple[str, str], ...] = (("&q;", '"'), ("&s;", "'"), ("&l;", "<"), ("&g;", ">"), ("&a;", "&"))


def unpacked(value: Any, language: str = "en") -> Any:
    """The value as plain data; itself, where it is that already.

    ``language``: of texts that are there in several, that one is taken.
    """
    value = _from_island(value) if _is_island(value) else _revived(value)
    return _Plain(_named_nodes(value), language).of(value)


def values_in(text: str) -> list[Any]:
    """The JSON that a text holds, however it was written for its way through markup and addresses."""
    text = text.strip()
    if text[:3].upper() in ("%7B", "%5B"):
        text = unquote(text)
    elif text[:3] in ("eyJ", "W3s", "eyI", "ewo"):
        text = _from_base64(text)
    if "&q;" in text:
        for mark, character in _MARKS:
            text = text.replace(mark, character)
    elif text[:1] in "{[" and ("&quot;" in text[:200] or "&#34;" in text[:200]):
        text = html.unescape(text)
    found = read_json(text) if text[:1] in ("{", "[", '"') else []
    return [inner for one in found for inner in (values_in(one) if isinstance(one, str) else [one])]


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return ""


# Lists in which values stand once, and objects name their places


def _revived(value: Any) -> Any:
    if not isinstance(value, list) or len(value) < 2:
        return value
    first = value[0]
    if isinstance(first, dict) and first and all(_INDEX.fullmatch(str(name)) for name in first):
        return _Revival(value, lambda name: _at(value, name)).of(0)
    is_packed = isinstance(first, dict) and bool(first) and all(_is_place(one, value) for one in first.values())
    if is_packed or (isinstance(first, list) and len(first) == 2 and str(first[0]) in _WRAPPED):
        return _Revival(value, str).of(0)
    return value


def _is_place(value: Any, values: list[Any]) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -10 < value < len(values)


def _at(values: list[Any], name: str) -> str:
    place = int(name[1:]) if _INDEX.fullmatch(name) else len(values)
    return str(values[place]) if place < len(values) else name


class _Revival:
    """Puts each value at its place again; each is made anew, so that nothing holds itself, up to a bound."""

    def __init__(self, values: list[Any], name: Callable[[str], str]) -> None:
        self._values = values
        self._name = name
        self._left = _MOST_VALUES

    def of(self, place: Any, depth: int = _DEEPEST) -> Any:
        """The value at a place of the list."""
        self._left -= 1
        if not _is_place(place, self._values) or place < 0 or not depth or self._left < 0:
            return None
        value = self._values[place]
        if isinstance(value, dict):
            return {self._name(str(name)): self.of(one, depth - 1) for name, one in value.items()}
        if not isinstance(value, list):
            return value
        if value and isinstance(value[0], str):
            return self._typed(value, depth)
        return [self.of(one, depth - 1) for one in value]

    def _typed(self, value: list[Any], depth: int) -> Any:
        """``["Date", "2024-05-01"]`` as it is, ``["Reactive", 7]`` and ``["Set", 7, 8]`` by their places."""
        kind, given = value[0], value[1:]
        if kind in ("Date", "D", "URL", "U", "BigInt", "B", "RegExp", "R"):
            return given[0] if given else None
        if kind in ("Map", "M"):
            names = [self.of(one, depth - 1) for one in given[::2]]
            return {str(name): self.of(one, depth - 1) for name, one in zip(names, given[1::2], strict=False)}
        if kind in ("Set", "S"):
            return [self.of(one, depth - 1) for one in given]
        return self.of(given[0], depth - 1) if given else None


# References, and texts that hold data


def _named_nodes(value: Any) -> Node:
    """The objects that others refer to by name: those of a store of such, and what is ``included`` in an answer."""
    waiting, left = [value], _MOST_VALUES
    found: Node = {}
    while waiting and left > 0:
        one = waiting.pop()
        left -= 1
        if isinstance(one, dict):
            found |= {name: inner for name, inner in one.items() if _is_named(str(name), inner)}
            if isinstance(one.get("included"), list):
                found |= {f"{n.get('type')}/{n.get('id')}": n for n in one["included"] if isinstance(n, dict)}
            waiting.extend(inner for inner in one.values() if isinstance(inner, dict | list))
        elif isinstance(one, list):
            waiting.extend(inner for inner in one if isinstance(inner, dict | list))
    return found


def _is_named(name: str, value: Any) -> bool:
    return isinstance(value, dict) and (":" in name or name[:1] == "$") and ("__typename" in value or ":" in name)


class _Plain:
    """Copies a value with what it refers to in place of the references, up to a bound."""

    def __init__(self, named: Node, language: str) -> None:
        self._named = named
        self._language = language
        self._left = _MOST_VALUES

    def of(self, value: Any, depth: int = _DEEPEST, within: frozenset[str] = frozenset()) -> Any:
        self._left -= 1
        if not depth or self._left < 0:
            return None
        if isinstance(value, str):
            return self._text(value, depth, within)
        if isinstance(value, list):
            return self._list(value, depth, within)
        return self._object(value, depth, within) if isinstance(value, dict) else value

    def _text(self, text: str, depth: int, within: frozenset[str]) -> Any:
        if len(text) < _LEAST or not _INSIDE.match(text[:40]):
            return text
        inner = values_in(text)
        return self.of(inner[0], depth - 1, within) if len(inner) == 1 else text

    def _list(self, values: list[Any], depth: int, within: frozenset[str]) -> Any:
        if len(values) == 2 and isinstance(values[1], dict) and values[1].get("s") in ("arr", "elcln", "mdl", "clctn"):
            return self.of(values[0], depth - 1, within)
        revived = _revived(values)
        if revived is not values:
            return self.of(revived, depth - 1, within)
        return [self.of(one, depth - 1, within) for one in values]

    def _object(self, node: Node, depth: int, within: frozenset[str]) -> Any:
        name = _referred(node)
        if name is not None:
            target = self._named.get(name)
            return None if target is None or name in within else self.of(target, depth - 1, within | {name})
        chosen = self._translation(node)
        if chosen is not None:
            return self.of(chosen, depth - 1, within)
        said = {key: self.of(one, depth - 1, within) for key, one in node.items()}
        return said | self._related(node, said, depth, within)

    def _translation(self, node: Node) -> Any:
        """Of ``{"de": "Bäcker", "en": "Baker"}`` the text in the language that is asked for."""
        names = [str(name) for name in node]
        if not 0 < len(names) <= 40 or not all(_LANGUAGE.fullmatch(name) for name in names) or not _is_said(node):
            return None
        order = (self._language[:2], "en", names[0][:2])
        return next((node[name] for start in order for name in names if name[:2] == start and node[name]), None)

    def _related(self, node: Node, said: Node, depth: int, within: frozenset[str]) -> Node:
        """What ``relationships`` refer to, as values of the object's own."""
        related: Node = {}
        inner = node.get("relationships")
        for name, one in inner.items() if isinstance(inner, dict) else ():
            data = one.get("data") if isinstance(one, dict) else None
            each = [self._target(ref, depth, within) for ref in (data if isinstance(data, list) else [data])]
            known = [target for target in each if target is not None]
            if known and name not in said:
                related[name] = known if isinstance(data, list) else known[0]
        return related

    def _target(self, reference: Any, depth: int, within: frozenset[str]) -> Any:
        if not isinstance(reference, dict):
            return None
        name = f"{reference.get('type')}/{reference.get('id')}"
        target = self._named.get(name)
        if target is None or name in within:
            return None
        plain = self.of(target, depth - 1, within | {name})
        return plain.get("attributes", plain) if isinstance(plain, dict) else None


def _referred(node: Node) -> str | None:
    """The name of what an object but refers to."""
    if "__ref" in node and len(node) <= 2:
        return str(node["__ref"])
    if "typename" in node and node.keys() <= _REFERENCE and isinstance(node.get("id"), str):
        return str(node["id"])
    return None


def _is_said(node: Node) -> bool:
    """Whether all of it are texts, or all are objects or lists, and one of them names a language that many use."""
    values = [value for value in node.values() if value is not None]
    kinds = {type(value) for value in values}
    known = {"en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da", "nb", "fi", "cs", "ja", "zh", "ko", "ru", "tr"}
    return len(kinds) == 1 and kinds <= {str, dict, list} and any(str(name)[:2] in known for name in node)


_PACKED = re.compile(
    r'__ref"|"typename"|"included"|[{\[:]"[{\[]+\\"|"[{\[]+\\"|"s":\s*"|Reactive"|&q;|"_1"'
    r'|"(?:en|de|fr|es|it|nl|pl|pt)(?:[-_][A-Z]{2})?":'
)


def is_packed(text: str, value: Any) -> bool:
    """Whether data may be packed, by a look at its text: most is not, and need not be copied."""
    return isinstance(value, list) or _PACKED.search(text) is not None or _is_island(value)


def _is_island(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(_is_pair(one) for one in value.values())


def _is_pair(value: Any) -> bool:
    """A value as a component is given it: ``[0, value]``, and ``[1, [[0, value]]]`` for a list."""
    return isinstance(value, list) and len(value) == 2 and type(value[0]) is int and 0 <= value[0] <= 11


def _from_island(value: Any, depth: int = _DEEPEST) -> Any:
    if not depth:
        return None
    if isinstance(value, dict):
        return {name: _from_island(one[1], depth - 1) if _is_pair(one) else one for name, one in value.items()}
    if isinstance(value, list):
        return [_from_island(one[1], depth - 1) if _is_pair(one) else one for one in value]
    return value
