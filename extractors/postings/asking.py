"""A request for a page of a list, and the one for the page after it, as far as numbers say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from extractors.postings.flat import words_of
from extractors.postings.words import word_list

_LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: ``body`` is JSON where the method is POST, else empty."""

    url: str
    method: str = "GET"
    body: str = ""

    @property
    def said(self) -> dict[str, Any]:
        """Its parameters by name: those of its body, else those of its query."""
        if self.body:
            try:
                value = json.loads(self.body)
            except ValueError:
                return {}
            return value if isinstance(value, dict) else {}
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    def parameter(self, meaning: str) -> str | None:
        """The name of the parameter that has this meaning in ``paging.json``, as ``offset``; None: it has none."""
        names = word_list("paging")[meaning]
        said = {words_of(name): name for name in self.said}
        return next((said[name] for name in names if name in said), None)

    def number(self, meaning: str) -> int | None:
        """The number that it gives to the parameter of this meaning."""
        name = self.parameter(meaning)
        return whole(self.said[name]) if name is not None else None

    def having(self, changes: Mapping[str, Any]) -> Ask:
        """The same with other values for these parameters."""
        said = self.said | dict(changes)
        if self.body or self.method == "POST":
            return Ask(self.url, self.method, json.dumps(said, separators=(",", ":"), sort_keys=True))
        parts = urlsplit(self.url)
        return Ask(urlunsplit(parts._replace(query=urlencode(said), fragment="")))


def whole(value: Any) -> int | None:
    """A count: 0 or more; None for anything else. Texts of digits count."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip().replace(",", "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else None
    return value if isinstance(value, int) and 0 <= value < 10**_LONGEST_NUMBER else None
