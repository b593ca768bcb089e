"""Sites that look at who asks: the address that a request comes from, which is that of the last proxy on its way."""

from __future__ import annotations

import time

from aiohttp import web

from tests.web.odd import flaky_answers
from tests.web.resource import Handler, Resource, Site, page, text
from tests.web.walls import wall

PAGES = 150
BUDGET = 20
"""Requests that ``budgets`` answers to one address; the next one is refused, and so is all that follows for a while."""
BANNED_SECONDS = 4.0
SERVED = 30


def tree(pages: int = PAGES) -> dict[str, Resource]:
    """Page n leads to 2n and 2n+1: by path."""
    below = {n: [child for child in (2 * n, 2 * n + 1) if child <= pages] for n in range(1, pages + 1)}
    leaves = {f"/{n}": page(f"Page {n}", *(f"/{child}" for child in children)) for n, children in below.items()}
    return {"/": page("A tree", "/1"), **leaves}


def paths() -> set[str]:
    """What a crawl of such a site must find."""
    return set(tree())


async def _answer(path: str) -> web.StreamResponse:
    resource = tree()[path]
    return web.Response(body=resource.body, headers={"Content-Type": resource.content_type})


def _refusal(seconds: int = 0) -> web.StreamResponse:
    refused = wall("cloudflare-block", 403)
    headers = {**refused.headers, "Content-Type": refused.content_type}
    if seconds > 1:
        headers["Retry-After"] = str(seconds)
    return web.Response(body=refused.body, status=403, headers=headers)


def budget(path: str) -> Handler:
    """A page for those who have not asked too often: each address has a budget, and is banned when it is spent."""

    async def answer(request: web.Request) -> web.StreamResponse:
        name, until = f"budget {request.remote}", f"until {request.remote}"
        now = int(1000 * time.monotonic())
        if flaky_answers[until] > now:
            return _refusal()
        flaky_answers[name] += 1
        if flaky_answers[name] > BUDGET:
            flaky_answers[name], flaky_answers[until] = 0, now + int(1000 * BANNED_SECONDS)
            return _refusal()
        return await _answer(path)

    return answer


def banning(path: str) -> Handler:
    """A page for all but those whom ``/__ban__?peer=127.0.0.2`` has named, and who have asked for ``/__ban__``."""

    async def answer(request: web.Request) -> web.StreamResponse:
        seconds = flaky_answers[f"banned {request.remote}"]
        return _refusal(seconds) if seconds else await _answer(path)

    return answer


def refusing(path: str) -> Handler:
    """A page for the first that come; then everybody is refused, and told to come again in ten minutes."""

    async def answer(_: web.Request) -> web.StreamResponse:
        flaky_answers["served"] += 1
        return await _answer(path) if flaky_answers["served"] <= SERVED else _refusal(600)

    return answer


async def ban(request: web.Request) -> web.StreamResponse:
    """Refuse an address from now on; where none is named, the one that asks. ``seconds``: for Retry-After."""
    flaky_answers[f"banned {request.query.get('peer', request.remote)}"] = int(request.query.get("seconds", "1"))
    return web.Response(text="banned")


async def cookie(request: web.Request) -> web.StreamResponse:
    """Gives each visitor without a cookie one that names its address; who comes with another's is refused.

    Whoever is banned and comes with a cookie is known by it, wherever it comes from.
    """
    peer, known = str(request.remote), request.cookies.get("peer")
    if known not in {None, peer} or flaky_answers[f"banned {peer}"]:
        return _refusal()
    answer = web.Response(text="<p>Hello.</p>", content_type="text/html")
    answer.headers["X-Peer"] = peer
    if known is None:
        answer.set_cookie("peer", peer)
    return answer


ROBOTS = {"/robots.txt": text("User-agent: *\nAllow: /\n"), "/sitemap.xml": Resource(b"", status=404)}
TREE: Site = {**ROBOTS, **tree()}
BUDGETS: Site = {**ROBOTS, **{path: budget(path) for path in tree()}}
REFUSING: Site = {**ROBOTS, **{path: refusing(path) for path in tree()}}
BANNING: Site = {**ROBOTS, "/__ban__": ban, **{path: banning(path) for path in tree()}}
COOKIES: Site = {**ROBOTS, "/__ban__": ban, "*": cookie}
