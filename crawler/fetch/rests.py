"""How long a page must be silent until it is taken for finished: learned for each template of URLs."""

from __future__ import annotations

from collections import OrderedDict

from schemas.templates import template_of

QUIET_SECONDS = 0.5
"""Where nothing is known: what Playwright calls networkidle."""
LEAST_SECONDS = 0.1
LEARNED = 3
"""Pages of a template that are waited for in full, before what they did is relied on."""
AGAIN = 25
"""Each so many pages, one is waited for in full."""
KEPT = 10_000


class Rests:
    """The longest rest that was not the last, of the pages of each template: their scripts wait alike.

    ``quiet``: seconds; no page is waited for longer.
    """

    def __init__(self, quiet: float) -> None:
        self._quiet = quiet
        self._known: OrderedDict[str, list[float]] = OrderedDict()

    def needed(self, url: str) -> float:
        """Seconds of silence after which a page is finished."""
        pages, gap = self._known.get(template_of(url), (0, 0.0))
        if pages < LEARNED or pages % AGAIN == 0:
            return self._quiet
        return min(self._quiet, max(LEAST_SECONDS, 2 * gap))

    def note(self, url: str, gap: float) -> None:
        """A page was read whose longest rest before its last was ``gap`` seconds."""
        key = template_of(url)
        pages, longest = self._known.pop(key, (0, 0.0))
        self._known[key] = [pages + 1, max(longest, gap)]
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
