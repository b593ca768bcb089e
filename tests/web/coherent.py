"""The site ``coherent``: it answers 403 to whoever is no browser, or whose headers contradict each other."""

from __future__ import annotations

import re

from aiohttp import web

from tests.web.resource import HTML, Resource, Site, page

PAGES = {"/": page("Coherent", "/one", "/two"), "/one": page("One", "/"), "/two": page("Two", "/")}
_AGENT = re.compile(r"Mozilla/5\.0 \((?P<system>[^)]+)\) .*?(?:Chrome|Firefox|Version)/(?P<version>\d+)")
_PLATFORMS = {
    "Windows": "Windows NT",
    "macOS": "Macintosh",
    "Android": "Android",
    "Chrome OS": "CrOS",
    "Linux": "X11; Linux",
}


def contradiction(headers: list[tuple[str, str]]) -> str | None:
    """The first thing that is wrong with the headers of a browser, which are as they were sent."""
    sent, names = {name.lower(): value for name, value in headers}, [name for name, _ in headers]
    agent = _AGENT.match(sent.get("user-agent", ""))
    if agent is None:
        return "no browser"
    if not {"accept", "accept-language", "accept-encoding"} <= sent.keys():
        return "no accept"
    chromium = "Chrome/" in agent[0]
    if chromium != ("sec-ch-ua" in sent):
        return "hints"
    return _of_hints(sent, names, agent) if chromium else None


def _of_hints(sent: dict[str, str], names: list[str], agent: re.Match[str]) -> str | None:
    if "sec-ch-ua" not in names or names.index("sec-ch-ua") > names.index("User-Agent"):
        return "order"
    if f'"Chromium";v="{agent["version"]}"' not in sent["sec-ch-ua"]:
        return "version"
    platform = _PLATFORMS.get(sent.get("sec-ch-ua-platform", "").strip('"'), "nothing")
    mobile = sent.get("sec-ch-ua-mobile") == "?1"
    return None if platform in agent["system"] and mobile == ("Mobile" in sent["user-agent"]) else "platform"


async def check(request: web.Request) -> web.StreamResponse:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.raw_headers]
    wrong = contradiction(headers)
    if wrong:
        return web.Response(status=403, text=f"Forbidden: {wrong}.")
    found = PAGES.get(request.path)
    if found is None:
        return web.Response(status=404)
    return web.Response(body=found.body, headers={"Content-Type": HTML})


SITE: Site = {"/robots.txt": Resource(b"", status=404), "*": check}
