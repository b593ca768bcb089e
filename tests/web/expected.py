"""What a crawl of each site must yield, written by hand. Paths are as they stand in a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Expected:
    """The outcome of a crawl that starts at ``/`` and follows links, redirects and sitemaps to the end.

    ``pages``: HTML that answers 200, each asked for once (``asked`` has the exceptions).
    ``failing``: the status with which a page answers in the end.
    ``redirects``: where a page sends the asker; a path is on the same site.
    ``unanswered``: no answer is ever whole: a loop of redirects, a body that breaks off.
    ``documents``: content types of what is not HTML. No page need be made of it, nor need it be asked for.
    ``never``: must not be asked for: not allowed, or named only by what was not whole.
    ``postings``: titles of the sound postings on a page. ``rejected``: how many postings of a page are unsound.
    ``records``: data of the items of a spider of one's own, by key.
    """

    pages: frozenset[str]
    failing: dict[str, int] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    unanswered: frozenset[str] = frozenset()
    documents: dict[str, str] = field(default_factory=dict)
    never: frozenset[str] = frozenset()
    sitemap_only: frozenset[str] = frozenset()
    postings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    crawl_delay: float = 0.0


PLAIN = Expected(
    pages=frozenset(
        {
            "/",
            "/about",
            "/contact",
            "/team/",
            "/team/anna",
            "/team/ben",
            "/team/carla",
            "/products/",
            "/products/catalogue/one",
            "/products/catalogue/two",
            "/search",
            "/search?a=1&b=2",
            "/duplicates",
            "/chain/1",
            "/chain/2",
            "/chain/3",
            "/chain/4",
            "/chain/5",
            "/new",
            "/sitemap-only/a",
            "/sitemap-only/b",
            "/sitemap-only/c",
            "/sitemap-only/d?x=1&y=2",
            "/careers/",
            "/careers/engineer",
            "/careers/nurse",
            "/careers/two-at-once",
            "/careers/remote",
            "/careers/broken",
            "/careers/unreadable",
            "/careers/night-watch",
            "/odd/",
            "/odd/flaky",
            "/odd/slow",
            "/odd/blank",
            "/odd/windows-1252",
            "/odd/shift-jis",
            "/odd/characters",
            "/odd/nul%00path",
            "/odd/gzip",
            "/odd/brotli",
            "/odd/chunked",
            "/odd/chunked-found",
            "/odd/nested",
            "/odd/nested-found",
            "/odd/big",
            "/odd/no-type",
            "/odd/xhtml",
        }
    ),
    failing={"/missing": 404, "/gone": 410, "/broken": 500},
    redirects={
        "/old": "/new",
        "/leaving": "@elsewhere@/landing",
        "/loop/a": "/loop/b",
        "/loop/b": "/loop/a",
    },
    unanswered=frozenset({"/loop/a", "/loop/b", "/odd/truncated"}),
    documents={"/notes.txt": "text/plain", "/logo.png": "image/png", "/paper.pdf": "application/pdf"},
    never=frozenset({"/private/secret", "/private/unlinked", "/search?b=2&a=1", "/odd/never-complete"}),
    sitemap_only=frozenset({"/sitemap-only/a", "/sitemap-only/b", "/sitemap-only/c", "/sitemap-only/d?x=1&y=2"}),
    postings={
        "/careers/engineer": ("Engineer",),
        "/careers/nurse": ("Nurse",),
        "/careers/two-at-once": ("Cook", "Waiter"),
        "/careers/remote": ("Writer",),
        "/careers/broken": ("Gardener",),
        "/careers/night-watch": ("Night watch",),
    },
    rejected={"/careers/broken": 1},
    titles={
        "/": "Plain & simple",
        "/odd/windows-1252": "Café, menü, 5 €",
        "/odd/shift-jis": "日本語のページ",
        "/odd/gzip": "Packed by gzip",
        "/odd/brotli": "Packed by Brotli",
        "/odd/chunked": "Chunked",
        "/odd/flaky": "Flaky",
        "/odd/big": "Big",
        "/odd/xhtml": "XHTML",
    },
    asked={"/odd/flaky": 3},
)
CLIENT_RENDERED = Expected(
    pages=frozenset(
        {"/", "/about", "/press", "/careers/", "/careers/how-to-apply", "/old-app", "/welcome"},
    ),
    redirects={"/moved": "/about"},
    documents={"/notes.txt": "text/plain"},
    never=frozenset({"/private/applications", "/static/team.png"}),
    postings={"/careers/": ("Tide analyst", "Boat builder")},
    titles={"/careers/": "Careers"},
    # Once to see that they are empty, once by the browser.
    asked={"/careers/": 2, "/old-app": 2},
)
BOOKS = Expected(
    pages=frozenset(
        {"/", "/page-2", "/book/emma", "/book/emma?edition=2", "/book/persuasion", "/book/moby-dick", "/book/walden"}
        | {"/book/unnumbered"}
    ),
    failing={"/book/sold": 404},
    never=frozenset({"/private/diary", "/about"}),
    rejected={"/book/unnumbered": 1},
    records={
        "a-1": {"upc": "a-1", "title": "Emma", "price": "£51.77", "in_stock": True},
        "a-2": {"upc": "a-2", "title": "Persuasion", "price": "£9.00", "in_stock": True},
        "b-1": {"upc": "b-1", "title": "Moby-Dick; or, <The Whale>", "price": "£17.46", "in_stock": True},
        "c-1": {"upc": "c-1", "title": "Walden", "price": "£12.00", "in_stock": False},
    },
)
"""What the spider ``example`` makes of it: it follows books and the next list only."""
STEPS = frozenset({"/", "/1", "/2", "/3", "/4", "/5"})

EXPECTED = {
    "plain": PLAIN,
    "elsewhere": Expected(pages=frozenset()),
    "crawl-delay": Expected(pages=STEPS, crawl_delay=0.5),
    "error": Expected(pages=frozenset(), failing={"/": 500}),
    "forbidden": Expected(pages=frozenset(), never=frozenset({"/", "/inside"})),
    "empty": Expected(pages=frozenset({"/"})),
    # Without end, as are "calendar", "repeating" and "sessions".
    "endless": Expected(pages=frozenset({"/", "/?day=1", "/?day=2", "/?day=3"})),
    "client-rendered": CLIENT_RENDERED,
    "books": BOOKS,
}
"""By site. ``elsewhere`` is the site that others link to: a crawl of those never visits it."""
