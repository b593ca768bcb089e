"""The site ``unchanging``: pages that can say whether they have changed (ETag, Last-Modified), and answer 304."""

from __future__ import annotations

from hashlib import sha256

from aiohttp import web

from tests.web.careers import posting, posting_page
from tests.web.odd import flaky_answers
from tests.web.resource import HTML, Handler, Resource, Site, page

MODIFIED = "Mon, 02 Mar 2026 12:00:00 GMT"


def tagged(content: Resource) -> Handler:
    """It has an ETag."""
    tag = f'"{sha256(content.body).hexdigest()[:12]}"'

    async def answer(request: web.Request) -> web.StreamResponse:
        headers = {"ETag": tag, "Content-Type": HTML}
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=content.body, headers=headers)

    return answer


def dated(content: Resource) -> Handler:
    """It has a Last-Modified."""

    async def answer(request: web.Request) -> web.StreamResponse:
        headers = {"Last-Modified": MODIFIED, "Content-Type": HTML}
        if request.headers.get("If-Modified-Since") == MODIFIED:
            return web.Response(status=304, headers=headers)
        return web.Response(body=content.body, headers=headers)

    return answer


async def changing(request: web.Request) -> web.StreamResponse:
    """Each time it is asked for, it is another page, and its ETag says so; from the second time on, with a new link."""
    flaky_answers[request.host + request.path] += 1
    number = flaky_answers[request.host + request.path]
    links = ["/new"] if number > 1 else []
    body = page(f"Edition {number}", "/", *links).body
    return web.Response(body=body, headers={"ETag": f'"{number}"', "Content-Type": HTML})


SITE: Site = {
    "/": tagged(page("Front", "/list", "/dated", "/changing", "/plain")),
    "/list": tagged(page("List", "/postings/cook", "/postings/waiter", "/broken-posting")),
    "/dated": dated(page("Dated", "/behind")),
    "/behind": tagged(page("Behind a dated page")),
    "/changing": changing,
    "/new": page("New"),
    "/plain": page("No validators"),
    "/postings/cook": tagged(posting_page("Cook", posting("Cook"))),
    "/postings/waiter": dated(posting_page("Waiter", posting("Waiter"))),
    "/broken-posting": tagged(posting_page("Broken", posting(None))),
    "/robots.txt": Resource(b"", status=404),
    "/sitemap.xml": Resource(b"", status=404),
}
