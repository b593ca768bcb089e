"""What ``make web`` shows: each site and each proxy, with what it does and the line that tries it."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from tests.support.forward_proxy import ForwardProxy, basic
from tests.support.proxies import certificate
from tests.web import apps, faults, proxies, walls
from tests.web.gates import GATES, SMART
from tests.web.scripts import SCRIPTS

KEY = "sesame"
"""Of the smart proxy."""

ABOUT: Mapping[str, str] = {
    "plain": "ordinary pages, postings, and odd encodings, redirects and links",
    "elsewhere": "another site, to which others lead",
    "crawl-delay": "robots.txt asks for half a second between two requests",
    "error": "answers 500 to everything",
    "forbidden": "robots.txt disallows everything",
    "empty": "one page without links",
    "moved": "its first page redirects to another site, and its sitemap names its own",
    "endless": "a page leads to the next, without an end",
    "calendar": "months and days without an end",
    "repeating": "paths that grow by repeating themselves",
    "sessions": "each visit has URLs of its own",
    "faults": "what a server does wrong, a path each",
    "reserved": "pages that ask not to be read, or not to be followed",
    "coherent": "refuses who is no browser, or contradicts itself in its headers",
    "unchanging": "pages that say whether they have changed",
    "shifting": "a board of postings; /edition?is=2 and ?is=3 change it",
    "client-rendered": "pages that a script makes in the browser",
    "scripts": "what scripts do to a browser, a path each",
    "apps": "pages that a browser must do something for, a path each",
    "books": "a shop, for spiders of one's own",
    "big": "2,001 pages and 600 postings",
    "openings": "postings behind pages, rows, tiles, a button, scrolling, an API and scripts",
    "half-openings": "a list that says it has ten postings, and shows eight",
    "broken-openings": "a list whose second page is gone",
    "searched": "postings for those who search: rope & sail, in Köln or anywhere",
    "employer": "a careers page that embeds boards; they answer behind python -m tests.web.platforms",
    "walls": "challenges, captchas, logins and soft errors, a path each",
    "walled": "its first page, and a challenge for each other",
    "turns": "open when it is asked first, walled later",
    "pressed": "asks for patience with status 200 (/busy), and blocks (/walled-1)",
    "tree": "150 pages in a tree",
    "budgets": "refuses an address that asks too often, for a while",
    "banning": "refuses the addresses that /__ban__?peer=ADDRESS has named",
    "refusing": "answers for a while, and then refuses everybody",
    "cookies": "knows its visitors by their cookies, and refuses who comes with another's",
    "guarded": "answers 429 to whoever asks directly, for robots.txt too",
    "veiled": "a captcha in the place of robots.txt, for whoever asks directly",
    "unsaid": "answers 403 to robots.txt, and lets everybody in",
    "gates": "each part lets in other tiers: tiers=direct,proxy,smartproxy,browser",
}
PATHS: Mapping[str, tuple[str, ...]] = {
    "faults": tuple(f"/{name}" for name in faults.FAULTS),
    "walls": (*walls.VERDICTS, "/consent", "/yields", "/yields-later"),
    "scripts": tuple(SCRIPTS),
    "apps": tuple(path for path in apps.APPS if not path[-1].isdigit()),
    "gates": tuple(f"/only-{name}" for name in GATES),
}
"""The behaviours of those sites that have one on each path."""
WIDTH = 100


async def serve_proxies(stack: AsyncExitStack) -> dict[str, str]:
    """Every proxy until the stack is closed: its URL by name; and the smart proxy, as ``smart``."""
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate(Path(folder)))
    served = {name: await proxies.start(name, tls) for name in proxies.PROXIES}
    smart = ForwardProxy(SMART, basic(KEY, ""), 0, banned=0)
    server = await asyncio.start_server(smart.serve, SMART, 0)
    stack.callback(server.close)
    return served | {"smart": "http://{}:{}".format(*server.sockets[0].getsockname())}


def board(sites: Mapping[str, str], served: Mapping[str, str]) -> Iterator[str]:
    """The lines of the table."""
    yield "Sites. To crawl one: make crawl URL=…/"
    for name, url in sites.items():
        yield f"  {name:<16}{url}   {ABOUT[name]}"
        yield from _wrapped(PATHS.get(name, ()))
    yield ""
    yield "Forward proxies. To go through some: LONGLINE_PROXIES=URL,URL make crawl URL=…/"
    for name, behaviour in proxies.PROXIES.items():
        yield f"  {name:<21}{behaviour.about:<44}{served[name]}"
    yield ""
    smart = f"ZYTE_SMARTPROXY_APIKEY={KEY} ZYTE_SMARTPROXY_URL={served['smart']}"
    yield f"A smart proxy, played by a forward proxy: {smart}"
    yield ""
    good = ",".join(served[name] for name in ("good-1", "good-2", "good-3"))
    yield "All tiers, each where it must:"
    arguments = 'ARGS="-a tiers=direct,proxy,smartproxy,browser"'
    yield f"  LONGLINE_PROXIES={good} {smart} make crawl URL={sites['gates']}/ {arguments}"


def _wrapped(words: tuple[str, ...]) -> Iterator[str]:
    line = ""
    for word in words:
        if len(line) + len(word) > WIDTH:
            yield f"{'':<18}{line}"
            line = ""
        line += f"{word}  "
    if line:
        yield f"{'':<18}{line}".rstrip()
