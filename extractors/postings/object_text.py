"""Title and description of an object that looks like a posting."""

from __future__ import annotations

import re
from typing import Any

from extractors.postings.flat import Flat, by_words, label_of, lists, names
from extractors.postings.rich_text import rich_markup

_LONGEST_TITLE = 250
_MOST_PARTS = 100
_LETTER = re.compile(r"[^\W\d_]")


def title_of(flat: Flat) -> tuple[str, str] | None:
    """The title, and the name that it stands under: short words, and not those of the description."""
    for name in lists()["title"]:
        value = flat.values.get(name)
        title = label_of(value) if value is not None else None
        if title and len(title) <= _LONGEST_TITLE and _LETTER.search(title) and not _is_text(name, value, flat):
            return _whole(title, name, flat)
    return None


def _whole(title: str, name: str, flat: Flat) -> tuple[str, str]:
    """What is called just that, where it begins with the title: ``jobtitle`` may be the occupation alone."""
    plain = label_of(flat.values.get("title")) or ""
    is_more = plain.startswith(title) and len(plain) <= _LONGEST_TITLE
    return (plain, "title") if is_more else (title, name)


def _is_text(name: str, value: Any, flat: Flat) -> bool:
    """Whether what may be a title is the description of what has another title."""
    if name not in names("description") or not isinstance(value, str):
        return False
    return "<p" in value or "<br" in value or "\n" in value.strip() or _has_other_title(name, flat)


def _has_other_title(name: str, flat: Flat) -> bool:
    others = (other for other in lists()["title"] if other != name and other not in names("description"))
    return not any(value for value in flat.all("description") if value is not flat.values[name]) and any(
        isinstance(flat.values.get(other), str) for other in others
    )


def description_text(flat: Flat) -> str:
    """The longest text that may be the object's description."""
    texts = (markup_of(value) for meaning in ("description", "sections") for value in flat.all(meaning))
    return max(texts, key=len, default="")


def markup_of(value: Any, depth: int = 4) -> str:
    """The markup in a text, in an object that wraps one, in a tree, or in a list of parts, each with its heading."""
    if isinstance(value, str):
        return value
    if not depth or not isinstance(value, dict | list):
        return ""
    tree = rich_markup(value)
    if tree is not None:
        return tree
    if isinstance(value, list):
        return "\n".join(filter(None, (_part(one, depth - 1) for one in value[:_MOST_PARTS])))
    flat = by_words(value)
    own = next((flat[name] for name in lists()["markup"] if isinstance(flat.get(name), str)), None)
    parts = (inner for name, inner in flat.items() if name not in names("no_text"))
    return own if own is not None else "\n".join(filter(None, (_part(one, depth - 1) for one in parts)))


def _part(value: Any, depth: int) -> str:
    """``{"title": "Requirements", "content": "<li>…"}``, with its heading."""
    text = markup_of(value, depth)
    if not isinstance(value, dict) or len(value) < 2:
        return text
    flat = by_words(value)
    if isinstance(flat.get("content"), str):
        text = flat["content"]
    heading = next((flat[name] for name in lists()["heading"] if isinstance(flat.get(name), str)), "")
    return text if heading in ("", text) else f"<h3>{heading}</h3>\n{text}"
