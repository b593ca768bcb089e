"""Traps: parts of a site that have no end.

What tells them from a site that is merely large? Not how many URLs look alike: 50,000 postings under ``/jobs/<number>``
are 50,000 pages. It is how they are found. A list leads to other things than lists: each of its pages brings postings
beside the next page. A calendar leads to nothing but itself, ever deeper. So growth is judged by depth, and by what
comes with it: a page whose new links all have one shape (path and names of parameters, with all numbers and months
taken for the same) is barren, and a shape that has been barren for 100 links in a row is followed no further.

Where a trap has several shapes (months and days), its dates tell it: those three years ahead, deeper than events are
announced. Dates long ago are no such sign where an index leads to them, for archives are real; more than 100 links
deep, they are those of a calendar. A date is a year with a month, or a parameter that is called year.

What a sitemap names is judged by its length alone, since somebody wrote it down. And where ``max_depth`` is set,
somebody has said how deep the site is: depth, growth and dates are not judged. Combinations of filters are real pages,
however many; only ``max_pages_per_shape`` and ``max_pages`` bound them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from enum import StrEnum

from schemas.site import SiteConfig

LENGTH = 2000
"""Characters of a URL."""
REPEATS = 3
"""How often one segment may stand in a path. A sequence of several may not follow itself so often."""
DEPTH = 1000
"""Links between a start page and a page. Lists of hundreds of pages exist, and some lead to the next page alone."""
BARREN_DEPTH = 100
"""Links in a row. Comics whose pages lead to nothing but the next one end here too, unless ``max_depth`` is set."""
SHALLOW = 10
"""Links. What is found so near is judged by neither its growth nor its date."""
FUTURE_YEARS = 2
"""A date is too far away that is more years ahead than these."""
PAST_DEPTH, PAST_YEAR = 100, 1990
"""Or more links deep than the first, and before the second: a calendar passes through each year."""
REDIRECTS = 20
"""In a row, from a link to a page: as in browsers."""
KEPT = 10_000
"""How many shapes are remembered with their numbers, and how many links as refused: memory is bounded."""

_DIGITS = re.compile(r"[0-9]+")
_MONTHS = re.compile(
    r"(?<![a-z])(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])",
    re.IGNORECASE,
)
_DATES = re.compile(
    r"""
      (?<=[/=])  (Y) - M (?![0-9])                # /2031-05, ?month=2031-05
    | (?<![0-9]) (Y) - M - [0-3][0-9] (?![0-9])   # events-2031-05-14
    | /          (Y) / (?:M|[1-9]) (?=[/?]|$)     # /2031/5/
    | [?&]y(?:ea)?r= (Y) (?=&|$)                  # ?month=5&year=2031
    """.replace("Y", "(?:19|2[0-9])[0-9]{2}").replace("M", "(?:0[1-9]|1[0-2])"),
    re.VERBOSE | re.IGNORECASE,
)


class Trap(StrEnum):
    """Why a link is not followed."""

    LENGTH = "length"
    REPEATS = "repeats"
    DEPTH = "depth"
    GROWTH = "growth"
    DATE = "date"
    REDIRECTS = "redirects"
    PER_HOST = "per host"
    PER_SHAPE = "per shape"


WORDS: dict[Trap, str] = {
    Trap.LENGTH: f"it has more than {LENGTH:,} characters",
    Trap.REPEATS: "its path repeats itself",
    Trap.DEPTH: f"it is more than {DEPTH:,} links deep; set max_depth if pages are so deep",
    Trap.GROWTH: f"{BARREN_DEPTH} links in a row led to nothing but more of its shape; set max_depth if they are pages",
    Trap.DATE: "its date is far away, as in a calendar without end; set max_depth if it is a page",
    Trap.REDIRECTS: f"{REDIRECTS} redirects in a row led to it",
    Trap.PER_HOST: "its host has the pages that max_pages_per_host allows",
    Trap.PER_SHAPE: "its shape has the pages that max_pages_per_shape allows",
}
"""The end of a sentence, without its full stop."""


class Traps:
    """The links of one job that lead into no trap, as one worker sees them.

    ``year``: this year. ``refused`` is called once for each link that is refused, and once again where it has been
    forgotten meanwhile.
    """

    def __init__(self, config: SiteConfig, year: int, refused: Callable[[Trap, str], None]) -> None:
        self._deep = config.max_depth is None
        self._year = year
        self._refused = refused
        self._told: set[str] = set()
        self._fruitful: dict[str, int] = {}
        self._hosts = Quota(config.max_pages_per_host, _host)
        self._shapes = Quota(config.max_pages_per_shape, shape)

    def passed(self, links: Iterable[str], depth: int) -> list[str]:
        """Which of the new links of one page, ``depth`` links from the start, are to be followed.

        They count among the pages of their hosts and shapes, so each should be given once.
        """
        safe = [link for link in links if not self._refuse(self.refusal(link, depth), link)]
        if self._deep and depth > SHALLOW and safe and self._is_barren(safe, depth):
            return [link for link in safe if not self._refuse(Trap.GROWTH, link)]
        return [link for link in safe if not self._refuse(self._beyond_quota(link), link)]

    def refusal(self, url: str, depth: int) -> Trap | None:
        """The trap that a URL itself shows at its depth, if any."""
        if len(url) > LENGTH:
            return Trap.LENGTH
        if depth == 0:
            return None
        if repeats(url):
            return Trap.REPEATS
        if self._deep and depth > SHALLOW:
            if depth > DEPTH:
                return Trap.DEPTH
            if self._is_far_away(url, depth):
                return Trap.DATE
        return None

    def _refuse(self, trap: Trap | None, link: str) -> bool:
        if trap is None:
            return False
        if link not in self._told:
            if len(self._told) >= KEPT:
                self._told.clear()
            self._told.add(link)
            self._refused(trap, link)
        return True

    def _is_far_away(self, url: str, depth: int) -> bool:
        last, first = self._year + FUTURE_YEARS, PAST_YEAR if depth > PAST_DEPTH else 0
        return any(not first <= int(year) <= last for groups in _DATES.findall(url) for year in groups if year)

    def _is_barren(self, links: list[str], depth: int) -> bool:
        """Whether their one shape has come alone for too long."""
        shapes = set(map(shape, links))
        if len(self._fruitful) + len(shapes) > KEPT:
            self._fruitful.clear()
        if len(shapes) > 1:
            self._fruitful |= dict.fromkeys(shapes, depth)
            return False
        return depth - self._fruitful.setdefault(shapes.pop(), depth) > BARREN_DEPTH

    def _beyond_quota(self, link: str) -> Trap | None:
        if not self._hosts.has_place(link):
            return Trap.PER_HOST
        return None if self._shapes.has_place(link) else Trap.PER_SHAPE


class Quota:
    """At most so many links of a kind; ``most`` None: any number. Of many kinds, the rare ones are forgotten."""

    def __init__(self, most: int | None, kind: Callable[[str], str]) -> None:
        self._most = most
        self._kind = kind
        self._taken: Counter[str] = Counter()

    def has_place(self, link: str) -> bool:
        """Whether there is one; then the link has it."""
        if self._most is None:
            return True
        kind = self._kind(link)
        if self._taken[kind] >= self._most:
            return False
        self._taken[kind] += 1
        if len(self._taken) > KEPT:
            self._taken = Counter(dict(self._taken.most_common(KEPT // 2)))
        return True


def shape(url: str) -> str:
    """A URL with all numbers and months taken for the same, and of its query the names alone, in order."""
    path, _, query = url.partition("?")
    path = _MONTHS.sub("0", _DIGITS.sub("0", path))
    names = sorted({_DIGITS.sub("0", part.partition("=")[0]) for part in query.split("&")})
    return f"{path}?{'&'.join(names)}"


def repeats(url: str) -> bool:
    """Whether one segment stands in the path more than three times, or several follow each other three times."""
    if url.count("/") < 2 * REPEATS:
        return False
    segments = url.partition("?")[0].removesuffix("/").split("/")[3:]
    found: dict[str, list[int]] = {}
    for place, segment in enumerate(segments):
        found.setdefault(segment, []).append(place)
    return any(
        len(places) > REPEATS or (len(places) == REPEATS and _is_sequence(segments, *places))
        for places in found.values()
    )


def _is_sequence(segments: list[str], first: int, second: int, third: int) -> bool:
    """Whether several segments follow each other three times, from these places of the first of them on."""
    length = second - first
    if length < 2:
        return False
    return segments[first:second] == segments[second:third] == segments[third : third + length]


def _host(url: str) -> str:
    return url.split("/", 3)[2]
