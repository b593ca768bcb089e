"""The sites by name. Each is served on a port of its own."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from tests.web import coherent, faults, gates, openings, reserved, shifting, unchanging
from tests.web.apps import APPS
from tests.web.bans import BANNING, BUDGETS, COOKIES, REFUSING, TREE
from tests.web.big import BIG
from tests.web.books import BOOKS
from tests.web.careers import CAREERS
from tests.web.client import CLIENT_RENDERED
from tests.web.odd import ODD
from tests.web.ordinary import ORDINARY
from tests.web.platforms import EMPLOYER
from tests.web.resource import Resource, Site, page, redirect, text
from tests.web.scripts import SCRIPTS
from tests.web.traps import CALENDAR, ENDLESS, REPEATING, SESSIONS
from tests.web.walls import PRESSED, TURNS, WALLED, WALLS


async def fail(_: web.Request) -> web.StreamResponse:
    """500, whatever is asked for."""
    return web.Response(status=500, text="Internal Server Error")


SLOW_ROBOTS = "User-agent: *\nCrawl-delay: 0.5\n"
STEPS = tuple(f"/{number}" for number in range(1, 6))

SITES: Mapping[str, Site] = {
    "plain": ORDINARY | CAREERS | ODD,
    "elsewhere": {"/": page("Elsewhere"), "/other": page("Other"), "/landing": page("Landing")},
    "crawl-delay": {
        "/robots.txt": text(SLOW_ROBOTS),
        "/": page("Slowly, please", *STEPS),
        **{step: page(f"Step {step}", "/") for step in STEPS},
    },
    "error": {"*": fail},
    "forbidden": {
        "/robots.txt": text("User-agent: *\nDisallow: /\n"),
        "/": page("Forbidden", "/inside"),
        "/inside": page("Inside"),
    },
    "empty": {"/": page("Nothing here"), "/leaving": redirect("@elsewhere@/landing", status=302)},
    "moved": {
        "/robots.txt": text("User-agent: *\nAllow: /\n"),
        "/sitemap.xml": text("@moved@/1\n@moved@/2\n@moved@/3\n"),
        "/": redirect("@elsewhere@/landing", status=301),
        "/there": redirect("/back", status=302),
        "/back": redirect("/there", status=302),
        "/nowhere": faults.FAULTS["no-http"],
        **{f"/{number}": page(f"Page {number}") for number in (1, 2, 3)},
    },
    "endless": ENDLESS,
    "calendar": CALENDAR,
    "repeating": REPEATING,
    "sessions": SESSIONS,
    "faults": faults.SITE,
    "reserved": reserved.SITE,
    "coherent": coherent.SITE,
    "unchanging": unchanging.SITE,
    "shifting": shifting.SITE,
    "client-rendered": CLIENT_RENDERED,
    "scripts": SCRIPTS,
    "apps": APPS,
    "books": BOOKS,
    "big": BIG,
    "openings": openings.OPENINGS,
    "half-openings": openings.HALF,
    "broken-openings": openings.BROKEN,
    "searched": openings.SEARCHED,
    "employer": EMPLOYER,
    "walls": WALLS,
    "walled": WALLED,
    "turns": TURNS,
    "pressed": PRESSED,
    "tree": TREE,
    "budgets": BUDGETS,
    "banning": BANNING,
    "refusing": REFUSING,
    "cookies": COOKIES,
    "gates": gates.SITE,
    "guarded": gates.GUARDED,
    "veiled": gates.VEILED,
    "unsaid": gates.UNSAID,
}
"""A path ``*`` answers for every path that has no answer of its own."""

MISSING = Resource(page("Not found").body, status=404)
