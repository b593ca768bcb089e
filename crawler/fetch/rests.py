"""How long a page must be silent until it is taken for finished: learned for each template of URLs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping

from frontier.rendering import Key, Rendered, RenderNews
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

    What others have measured counts as soon as one page was waited for in full here: this machine may be a slower one.

    ``quiet``: seconds; no page is waited for longer. ``heed`` is told each host that it is asked about.
    """

    def __init__(self, quiet: float, heed: Callable[[str], None] = lambda _: None) -> None:
        self._quiet = quiet
        self._heed = heed
        self._known: OrderedDict[Key, tuple[int, float]] = OrderedDict()
        self._here: set[Key] = set()
        self._news: dict[Key, RenderNews] = {}

    def needed(self, url: str) -> float:
        """Seconds of silence after which a page is finished."""
        key = _key(url)
        self._heed(key[0])
        pages, gap = self._known.get(key, (0, 0.0))
        if key not in self._here or pages < LEARNED or pages % AGAIN == 0:
            return self._quiet
        return min(self._quiet, max(LEAST_SECONDS, 2 * gap))

    def note(self, url: str, gap: float) -> None:
        """A page was read whose longest rest before its last was ``gap`` seconds."""
        key = _key(url)
        pages, longest = self._known.get(key, (0, 0.0))
        self._here.add(key)
        self._keep(key, pages + 1, max(longest, gap))
        self._news[key] = _sum(self._news.get(key, RenderNews()), RenderNews(pages=1, gap=gap))

    def news(self) -> dict[Key, RenderNews]:
        """What was noted since this was asked last."""
        news, self._news = self._news, {}
        return news

    def untold(self, news: Mapping[Key, RenderNews]) -> None:
        """What was to be told was not."""
        for key, before in news.items():
            self._news[key] = _sum(before, self._news.get(key, RenderNews()))

    def learn(self, known: Mapping[Key, Rendered]) -> None:
        """Take in what all know together."""
        for key, entry in known.items():
            untold = self._news.get(key, RenderNews())
            self._keep(key, entry.pages + untold.pages, max(entry.gap, untold.gap))

    def _keep(self, key: Key, pages: int, gap: float) -> None:
        self._known[key] = (pages, gap)
        self._known.move_to_end(key)
        if len(self._known) > KEPT:
            oldest, _ = self._known.popitem(last=False)
            self._here.discard(oldest)
            self._news.pop(oldest, None)


def _sum(one: RenderNews, other: RenderNews) -> RenderNews:
    return RenderNews(pages=one.pages + other.pages, gap=max(one.gap, other.gap))


def _key(url: str) -> Key:
    host, _, template = template_of(url).partition("/")
    return host, f"/{template}"
