"""The site ``apps``: applications in the browser that want something done before they show all that they have."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

from tests.web.careers import posting
from tests.web.resource import Resource, Site, page

HELPERS = """
const root = document.getElementById("root");
const add = (name, text, attributes = {}, parent = root) => {
  const element = Object.assign(document.createElement(name), attributes);
  element.textContent = text;
  parent.append(element);
  return element;
};
const item = number => add("p", "item " + number + ";");
"""
ITEMS = 25
"""Of the lists that grow."""


def app(code: str, head: str = "") -> Resource:
    """An empty page that ``code`` fills."""
    return Resource(
        f'<!doctype html><html><head><title>App</title>{head}</head><body><div id="root"></div>'
        f"<script>{HELPERS}{code}</script></body></html>".encode()
    )


CAREERS = """
const job = %s;
add("h1", job.title);
add("script", JSON.stringify(job), {type: "application/ld+json"}, document.head);
"""
SCROLL = f"""
let shown = 0;
const fill = () => {{
  for (let step = 0; step < 5 && shown < {ITEMS}; step++) item(++shown).style.height = "400px";
}};
fill();
addEventListener("scroll", () => {{
  if (scrollY + innerHeight > document.documentElement.scrollHeight - 50) setTimeout(fill, 30);
}});
"""
LOAD_MORE = f"""
let shown = 0;
const fill = () => {{
  for (let step = 0; step < 5; step++) item(++shown);
  if (shown >= {ITEMS}) button.remove();
}};
const button = add("button", "Load more", {{onclick: () => setTimeout(fill, 30)}}, document.body);
fill();
"""
PAGES = """
let current = 0;
const turn = () => {
  root.replaceChildren();
  current += 1;
  item(current);
  add("a", "to " + current, {href: "/item/" + current});
  if (current == 4) following.remove();
};
const following = add("button", "Next", {className: "next", onclick: turn}, document.body);
turn();
"""
CONSENT = """
const wall = add("div", "We value your privacy");
add("button", "Accept all", {id: "accept", onclick: () => { wall.remove(); item("behind the wall") }}, wall);
"""
LATE = """setTimeout(() => { add("b", "late", {id: "late"}) }, 1200); item("early");"""
COOKIES = """
item("http=" + (document.cookie.includes("from-http=yes") ? "known" : "unknown"));
document.cookie = "from-script=yes; path=/";
"""
DECORATED = """
for (const [kind, path] of [["img", "/picture.png"], ["img", "/picture-without-a-name"], ["video", "/film.mp4"]])
  add(kind, "", {src: path});
add("script", "", {src: "/chat.js"});
add("style", "@font-face { font-family: F; src: url(/letters.woff2) } p { font-family: F }", {}, document.head);
item("decorated");
"""
PNG = Resource(b"\x89PNG\r\n\x1a\n", "image/png")


async def hang(_: web.Request) -> web.StreamResponse:
    """Never answers."""
    await asyncio.Event().wait()
    raise AssertionError


async def endless(request: web.Request) -> web.StreamResponse:
    """A document that does not end, at some 20 MB a second."""
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    while True:
        await response.write(b"<p>more and more</p>" * 50_000)
        await asyncio.sleep(0.05)


async def begins_session(_: web.Request) -> web.StreamResponse:
    """Sets a cookie, and leads to the application."""
    response = web.Response(text='<a href="/cookies">in</a>', content_type="text/html")
    response.set_cookie("from-http", "yes")
    return response


async def shows_cookies(request: web.Request) -> web.StreamResponse:
    """The cookies that came."""
    return web.Response(text=" ".join(sorted(request.cookies)), content_type="text/html")


APPS: Site = {
    "/": page("Apps", *(f"/jobs/{number}" for number in range(1, 4))),
    **{f"/jobs/{number}": app(CAREERS % json.dumps(posting(f"Pilot {number}"))) for number in range(1, 400)},
    **{f"/empty/{number}": app('add("p", "")') for number in range(1, 10)},
    "/scroll": app(SCROLL),
    "/load-more": app(LOAD_MORE),
    "/pages": app(PAGES),
    "/consent": app(CONSENT),
    "/late": app(LATE),
    "/cookies": app(COOKIES),
    "/session": begins_session,
    "/my-cookies": shows_cookies,
    "/decorated": app(DECORATED),
    "/picture.png": PNG,
    "/picture-without-a-name": PNG,
    "/film.mp4": Resource(b"", "video/mp4"),
    "/letters.woff2": Resource(b"", "font/woff2"),
    "/chat.js": Resource(b"", "text/javascript"),
    "/hangs": hang,
    "/loops": app('item("begun"); setTimeout(() => { while (true) {} }, 20)'),
    "/eats-memory": app("const all = []; for (;;) all.push(new Array(1e6).fill(Math.random()))"),
    "/crashes": app('item("begun"); fetch("/crash-me")'),
    "/crash-me": hang,
    "/endless": endless,
    "/huge": app('item("x".repeat(3e6))'),
    "/announces-much": Resource(b"x" * 3_000_000),
    "/closes-itself": app('item("closing"); close()'),
    "/no-content": Resource(b"", status=204),
}
