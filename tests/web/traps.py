"""Sites without an end, each in its own way."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from aiohttp import web

from tests.web.resource import HTML, Resource, Site, page

VISIT = itertools.count(1)
ROOMS = ("/", "/one", "/two?view=full", "/two")


def html(title: str, *links: str) -> web.Response:
    return web.Response(body=page(title, *links).body, headers={"Content-Type": HTML})


async def day(request: web.Request) -> web.StreamResponse:
    """A day of a calendar that has a next day for ever."""
    number = int(request.query.get("day", "0"))
    return html(f"Day {number}", *(f"/?day={number + step}" for step in (1, 2, 3)))


async def month(request: web.Request) -> web.StreamResponse:
    """A month of a calendar that begins this year: it leads to its first day, and to the next month."""
    year, number, *_ = [int(part) for part in request.path.split("/") if part] or [datetime.now(UTC).year, 1]
    following = f"/{year + number // 12}/{number % 12 + 1:02}/"
    return html(f"{year}/{number}", following, f"/{year}/{number:02}/01")


async def deeper(request: web.Request) -> web.StreamResponse:
    """Links that lack their slash at the front: each page leads one folder deeper."""
    last = request.path.strip("/").rpartition("/")[2]
    return html(request.path, "about/", "b/" if last == "a" else "a/")


async def session(request: web.Request) -> web.StreamResponse:
    """A site that writes another session into its links at each visit, and into where it redirects to."""
    if request.path == "/old" or (request.path == "/gate" and not request.query_string):
        target = {"/old": "/new", "/gate": "/gate"}[request.path]
        raise web.HTTPFound(f"{target}?sid={next(VISIT)}")
    links = [f"{room}{'&' if '?' in room else '?'}sid={next(VISIT)}&utm_source=home" for room in ROOMS]
    return html(request.path, *links, "/old", "/gate", f"/three;jsessionid={next(VISIT):08X}")


SEEDLESS: Site = dict.fromkeys(("/robots.txt", "/sitemap.xml"), Resource(b"", status=404))
ENDLESS: Site = {"/": day}
CALENDAR: Site = SEEDLESS | {"*": month}
REPEATING: Site = SEEDLESS | {"*": deeper}
SESSIONS: Site = SEEDLESS | {"*": session}
