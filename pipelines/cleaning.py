"""Characters that PostgreSQL does not store, and the key of a URL without them."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from schemas.addresses import url_sha256

T = TypeVar("T")

# NUL ends a string in C, and a lone surrogate is no character: neither can be written as UTF-8 text.
_REFUSED = re.compile("[\x00\ud800-\udfff]")


def clean_text(text: str) -> str:
    """The same text without NUL, and with U+FFFD in place of lone surrogates."""
    return text if _is_clean(text) else _REFUSED.sub(lambda match: "" if match[0] == "\x00" else "�", text)


def row_key(url: str) -> bytes:
    """The 32 bytes by which rows of a URL are found, of any text: :func:`url_sha256` of what is stored of it."""
    return url_sha256(clean_text(url))


def clean(value: T) -> T:
    """The same value with all its texts clean: through dicts, lists, tuples and dataclasses."""
    return Cleaner().clean(value)


class Cleaner:
    """Cleans values; ``count`` is how many texts had something in them that PostgreSQL refuses."""

    def __init__(self) -> None:
        self.count = 0

    def clean(self, value: T) -> T:
        """As ``clean``."""
        return self._clean(value)  # type: ignore[no-any-return]

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return {self._clean(key): self._clean(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            items = [self._clean(item) for item in value]
            return items if isinstance(value, list) else tuple(items)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{field.name: self._clean(getattr(value, field.name)) for field in fields(value)})
        return value

    def _text(self, text: str) -> str:
        if _is_clean(text):
            return text
        self.count += 1
        return clean_text(text)


def _is_clean(text: str) -> bool:
    """Without looking at each character in turn, which most texts are not worth."""
    return "\x00" not in text and (text.isascii() or _REFUSED.search(text) is None)
