"""The site ``shifting``: a board of ten postings whose editions differ. ``/edition?is=2`` moves it to the second."""

from __future__ import annotations

from hashlib import sha256

from aiohttp import web

from tests.web.careers import posting, posting_page
from tests.web.resource import HTML, Handler, Resource, Site, page

FIRST, SECOND, THIRD = 1, 2, 3
ALWAYS = (5, 6, 7, 8, 9)
RENAMED, GONE, REDIRECTED, FILLED, UNLINKED, NEW = 0, 1, 2, 3, 4, 10
_edition = [FIRST]


async def _move(request: web.Request) -> web.StreamResponse:
    """No page leads here."""
    _edition[0] = int(request.query["is"])
    return web.Response(text=f"Edition {_edition[0]}")


def _named() -> list[int]:
    """Which postings the board names."""
    named = [RENAMED, GONE, REDIRECTED, FILLED, *ALWAYS]
    return named + ([UNLINKED] if _edition[0] != SECOND else []) + ([NEW] if _edition[0] != FIRST else [])


def _posting(number: int) -> Resource:
    """The page of a posting in this edition."""
    title = f"Clerk {number}"
    if _edition[0] == SECOND:
        if number in {GONE, UNLINKED}:
            return Resource(page("Not found").body, status=404)
        if number == REDIRECTED:
            return Resource(b"", status=302, headers={"Location": "/jobs"})
        if number == FILLED:
            return page("This position has been filled", "/jobs")
    if number == RENAMED and _edition[0] != FIRST:
        title = "Head clerk"
    return posting_page(title, posting(title))


def _tagged(number: int | None) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        content = _posting(number) if number is not None else page("Jobs", *(f"/jobs/{n}" for n in _named()))
        tag = f'"{sha256(content.body).hexdigest()[:12]}"'
        headers = {"ETag": tag, "Content-Type": HTML, **content.headers}
        if content.status == 200 and request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        return web.Response(status=content.status, body=content.body, headers=headers)

    return answer


SITE: Site = {
    "/": page("Front", "/jobs"),
    "/jobs": _tagged(None),
    **{f"/jobs/{number}": _tagged(number) for number in range(NEW + 1)},
    "/edition": _move,
    "/robots.txt": Resource(b"", status=404),
    "/sitemap.xml": Resource(b"", status=404),
}
