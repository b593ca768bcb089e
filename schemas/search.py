"""Searches of a site as its config has them: a template of URLs, and what is put into it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from urllib.parse import quote

MOST_SEARCHES = 1_000
"""Searches of one site."""
_NAMES = ("keyword", "location", "days")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def check_template(template: str) -> None:
    """See that a template names what is known to be put into it, and something at all.

    Raises:
        ValueError: says what is wrong with it.
    """
    names = _PLACEHOLDER.findall(template)
    unknown = [name for name in names if name not in _NAMES]
    if unknown:
        raise ValueError(f"has {{{unknown[0]}}}; it takes {{keyword}}, {{location}} and {{days}}")
    if _PLACEHOLDER.sub("", template).count("{") + _PLACEHOLDER.sub("", template).count("}"):
        raise ValueError("has a brace too many: each stands for {keyword}, {location} or {days}")
    if not names:
        raise ValueError("must have {keyword} or {location} in it, as https://example.com/jobs?q={keyword}")


def searches(
    template: str | None, keywords: Sequence[str], locations: Sequence[str], days: int | None = None
) -> list[str]:
    """A URL for each keyword in each location, each value encoded; without a template, none.

    What the template does not name makes no more of them, and what it names without a value is empty.
    """
    if template is None:
        return []
    words = keywords if "{keyword}" in template and keywords else ("",)
    places = locations if "{location}" in template and locations else ("",)
    urls = []
    for keyword, location in product(words, places):
        values = {"keyword": keyword, "location": location, "days": "" if days is None else str(days)}
        urls.append(template.format_map({name: quote(value, safe="") for name, value in values.items()}))
    return list(dict.fromkeys(urls))
