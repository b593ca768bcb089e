"""The site ``gates``: pages that let in some tiers and refuse the others, by the address and the headers of who asks.

127.0.0.1 asks directly, 127.0.0.5 is a smart proxy; every other address is a proxy. Who says where a request leads
(Sec-Fetch-Mode) is a browser. ``/__gate__?name=near&open=1`` lets everybody in, ``open=0`` as before.
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from tests.web.odd import flaky_answers
from tests.web.resource import Handler, Site, page
from tests.web.traps import SEEDLESS
from tests.web.walls import offer, wall

DIRECT, SMART = "127.0.0.1", "127.0.0.5"
PAGES = 12
"""Of each gate; each is a posting."""

Passes = Callable[[web.Request], bool]


def is_browser(request: web.Request) -> bool:
    return "Sec-Fetch-Mode" in request.headers


GATES: dict[str, Passes] = {
    "open": lambda _: True,
    "near": lambda request: request.remote != DIRECT,
    "far": lambda request: request.remote == SMART,
    "human": is_browser,
    "shut": lambda _: False,
}
"""Whom the pages below a path let in."""
REFUSALS = {
    "near": wall("cloudflare-block", 403),
    "far": wall("akamai-reference"),
    "human": wall("cloudflare-challenge-200"),
    "shut": wall("datadome-captcha"),
}


def gate(name: str, number: int) -> Handler:
    """A page behind a gate."""
    good = offer(title(name, number))

    async def answer(request: web.Request) -> web.StreamResponse:
        passes = GATES[name](request) or flaky_answers[f"gate {name}"]
        one = good if passes else REFUSALS[name]
        return web.Response(body=one.body, status=one.status, headers={**one.headers, "Content-Type": one.content_type})

    return answer


def title(name: str, number: int) -> str:
    """Of the posting on a page."""
    return f"Keeper of the {name} gate {number}"


async def open_gate(request: web.Request) -> web.StreamResponse:
    """Let everybody in, or no longer."""
    flaky_answers[f"gate {request.query['name']}"] = int(request.query["open"])
    return web.Response(text="done")


def paths(name: str) -> list[str]:
    """The pages of a gate."""
    return [f"/{name}/{number}" for number in range(1, PAGES + 1)]


PASSABLE = [name for name in GATES if name != "shut"]
POSTINGS = {path: title(name, number) for name in PASSABLE for number, path in enumerate(paths(name), start=1)}
"""What a crawl by all tiers must find."""
SITE: Site = {
    **SEEDLESS,
    "/": page("Gates", *POSTINGS),
    "/careers/": page("Careers"),
    **{f"/only-{name}": page(f"Only {name}", *paths(name)) for name in GATES},
    "/__gate__": open_gate,
    **{path: gate(name, number) for name in GATES for number, path in enumerate(paths(name), start=1)},
}


async def guarded(request: web.Request) -> web.StreamResponse:
    """Nobody who asks directly gets anything, robots.txt neither."""
    if request.remote == DIRECT:
        return web.Response(status=429, text="Too many requests", headers={"Retry-After": "1"})
    rules = "User-agent: *\nDisallow: /private\n" if request.path == "/robots.txt" else "<p>Hello.</p>"
    return web.Response(text=rules, content_type="text/plain" if request.path == "/robots.txt" else "text/html")


async def veiled(request: web.Request) -> web.StreamResponse:
    """Who asks directly gets the pages, but a captcha in the place of robots.txt."""
    if request.path != "/robots.txt":
        return web.Response(text="<p>Hello.</p>", content_type="text/html")
    if request.remote != DIRECT:
        return web.Response(text="User-agent: *\nDisallow: /private\n")
    one = wall("datadome-captcha-200")
    return web.Response(body=one.body, headers={**one.headers, "Content-Type": one.content_type})


async def unsaid(request: web.Request) -> web.StreamResponse:
    """A bucket, which says 403 of what is not there: robots.txt for one."""
    there = request.path != "/robots.txt"
    return web.Response(text="<p>Hello.</p>" if there else "Forbidden", status=200 if there else 403)


VEILED: Site = {"*": veiled}
UNSAID: Site = {"*": unsaid}
GUARDED: Site = {"*": guarded}
