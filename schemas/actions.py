"""What a browser does on a page before the page is read: one line each, as a site's config has them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

Verb = Literal["click", "scroll", "more", "next"]
TIMES = 10
MOST_TIMES = 500
FORMS = "click SELECTOR, scroll [TIMES], more [TIMES] SELECTOR, next [TIMES] SELECTOR"
_LINE = re.compile(r"(?P<verb>[a-z]+)(?:\s+(?P<times>\d+)(?=\s|$))?(?:\s+(?P<selector>\S.*))?")


@dataclass(frozen=True, slots=True)
class Action:
    """``click``: once, where it is there. ``scroll``: to the end, while the page grows. ``more``: while the button is
    there and the page grows. ``next``: the same, and what each click replaces is kept."""

    verb: Verb
    selector: str = ""
    times: int = 1


def read_action(line: str) -> Action:
    """An action as people write it: ``click #accept``, ``scroll 20``, ``more 30 text=Load more``, ``next a.next``.

    A selector is CSS, or ``text=`` with words that the element shows.

    Raises:
        ValueError: says what is wrong with it.
    """
    match = _LINE.fullmatch(line.strip())
    verb = match["verb"] if match else ""
    if match is None or verb not in {"click", "scroll", "more", "next"}:
        raise ValueError(f"{line!r} is no action; there are: {FORMS}")
    times, selector = match["times"], match["selector"] or ""
    if verb == "click" and times is not None:
        raise ValueError(f"{line!r}: click takes no number; more clicks several times")
    if (verb == "scroll") == bool(selector):
        raise ValueError(f"{line!r}: {verb} takes {'no selector' if selector else 'a selector'}")
    if times is not None and not 1 <= int(times) <= MOST_TIMES:
        raise ValueError(f"{line!r}: the number must be from 1 to {MOST_TIMES}")
    return Action(cast("Verb", verb), selector, 1 if verb == "click" else int(times or TIMES))
