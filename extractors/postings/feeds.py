"""Feeds as plain values: JSON as it is, XML as dicts and lists of the same kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lxml import etree

from extractors.html import as_utf8

_MARK = b"\xef\xbb\xbf"
_DEEPEST = 60
"""Elements inside each other; what is deeper is text."""


def value_of(body: bytes, content_type: str = "") -> Any:
    """The value that a feed holds; None where the bytes are neither JSON nor XML, or are broken off.

    An element of XML is a dict of its children by their local names, a list where one name comes more than once, with
    attributes as ``@name`` and text beside children as ``#text``; one without children and attributes is its text.
    """
    first = body[:64].removeprefix(_MARK).lstrip()[:1]
    if first in (b"{", b"["):
        return _json(as_utf8(body, content_type))
    return _xml(body) if first == b"<" else None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return None


def _xml(body: bytes) -> Any:
    # Nothing outside the feed is read, and no entity is more than it says.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return None
    return None if root is None or _is_cut(body, parser) else {_name(root): _element(root, _DEEPEST)}


def _is_cut(body: bytes, parser: etree.XMLParser) -> bool:
    """Whether the answer broke off: what is left of a feed looks like a whole one that has fewer postings."""
    errors = [str(error.type_name) for error in parser.error_log]
    if any(error.endswith("NOT_FINISHED") for error in errors):
        return True
    return not body.rstrip(b" \t\r\n\0").endswith(b">") and "ERR_DOCUMENT_END" not in errors


def _element(element: etree._Element, depth: int) -> Any:
    children = [child for child in element if isinstance(child.tag, str)]
    if not depth or (not children and not element.attrib):
        return "".join(_texts(element)).strip()
    value: dict[str, Any] = {f"@{_local(name)}": text for name, text in element.attrib.items()}
    own = "".join(_own_texts(element)).strip()
    if own:
        value["#text"] = own
    for child in children:
        _add(value, _name(child), _element(child, depth - 1))
    return value


def _add(value: dict[str, Any], name: str, one: Any) -> None:
    if name not in value:
        value[name] = one
    elif isinstance(value[name], list):
        value[name].append(one)
    else:
        value[name] = [value[name], one]


def _texts(element: etree._Element) -> Iterator[str]:
    yield from (str(text) for text in element.itertext())


def _own_texts(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    yield from (child.tail or "" for child in element)


def _name(element: etree._Element) -> str:
    return _local(str(element.tag))


def _local(name: Any) -> str:
    return str(name).rpartition("}")[2]
