"""``python -m tests.web.platforms``: boards on the hosts of platforms, behind a forward proxy.

The proxy takes each https host for one of theirs, and passes all else on. It says in JSON where it is (``proxy``) and
which certificate they have (``certificate``), and stops when its standard input is closed. What boards answer is what
``tests/extractors/postings/platforms`` has; each posting has a page of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from tests.extractors.postings.platforms.example import TEXT, Example
from tests.extractors.postings.platforms.feeds import EXAMPLES
from tests.extractors.postings.platforms.lists import LISTS
from tests.support.forward_proxy import ForwardProxy
from tests.support.proxies import certificate
from tests.web.careers import posting, posting_page
from tests.web.resource import Site, page

FEEDS = {
    "greenhouse": '<script src="https://boards.greenhouse.io/embed/job_board/js?for=acme"></script>',
    "workday": '<iframe src="https://acme.wd5.myworkdayjobs.com/Careers"></iframe>',
    "comeet": """<script src="//www.comeet.co/careers-api/api.js"></script><script>
        comeetInit = () => COMEET.init({"token": "1A2B3C4D", "company-uid": "1A.005"})</script>""",
}
"""How the employer's page has boards that have feeds; ``LISTS`` says it of others."""
BOARDS = {name: example.shown for name, example in LISTS.items()} | FEEDS
EMPLOYER: Site = {
    "/": page("Acme", "/careers"),
    "/careers": page("Careers", body="".join(BOARDS.values())),
}
HOST = "127.0.0.1"


def addresses() -> dict[str, tuple[int, ...]]:
    """How many postings each board has, and how many it says that it has, if it does."""
    feeds = {"greenhouse": (2, 2), "workday": (27, 27), "comeet": (2,)}
    lists = {name: (len(one.listed), *([one.total] if one.total else ())) for name, one in LISTS.items()}
    return feeds | lists


async def answer(request: web.Request) -> web.StreamResponse:
    """As the platform of the request's host would."""
    path = f"{request.host}{request.path_qs}"
    if path in ANSWERS:
        return said(ANSWERS[path])
    if "/wday/cxs/" in path:
        return await workday(request)
    if path in POSTINGS:
        return web.Response(body=posting_page("Baker", posting("Baker")).body, content_type="text/html")
    return web.Response(status=404, text="Not found")


def said(value: Any) -> web.StreamResponse:
    """A feed as JSON, a page as it is."""
    if isinstance(value, str):
        return web.Response(text=value, content_type="text/html")
    return web.json_response(value)


async def workday(request: web.Request) -> web.StreamResponse:
    """Its list, by POST, and the data of each posting."""
    if request.method == "POST":
        first = (await request.json())["offset"]
        return web.json_response(WORKDAY.last if first else WORKDAY.full)
    name = request.path.rpartition("/")[2]
    info = {"title": name, "jobDescription": TEXT, "location": "Bonn", "jobReqId": name, "timeType": "Full time"}
    return web.json_response({"jobPostingInfo": info})


def bare(url: str) -> str:
    """Host, path and query."""
    parts = urlsplit(url)
    return parts._replace(scheme="", fragment="").geturl().removeprefix("//")


def feeds() -> Iterator[Example]:
    """Of the boards that the employer's page has."""
    yield from (EXAMPLES[name] for name in FEEDS)


WORKDAY = EXAMPLES["workday"]
ANSWERS = {bare(one.url): one.full for one in feeds() if one is not WORKDAY} | {
    bare(url): body for one in LISTS.values() for url, body in one.pages.items()
}
LISTED = (*(one.listed for one in LISTS.values()), *(one.listed for one in feeds()))
POSTINGS = frozenset(bare(url) for urls in LISTED for url in urls)


class Hosts(ForwardProxy):
    """A forward proxy; ``tls``: the port where all hosts of platforms are."""

    tls: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # When all is over, what is still open is cut off.
        with contextlib.suppress(asyncio.CancelledError):
            await super().serve(reader, writer)

    async def pass_on(
        self, host: str, port: int, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if port == 443:
            host, port = HOST, self.tls
        await super().pass_on(host, port, head, reader, writer)


async def main() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        pem = certificate(folder, *sorted({path.partition("/")[0] for path in (*ANSWERS, *POSTINGS)}))
        tls.load_cert_chain(pem)
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, HOST, 0, ssl_context=tls).start()
        proxy = Hosts(HOST, "", 0, None)
        proxy.tls = runner.addresses[0][1]
        server = await asyncio.start_server(proxy.serve, HOST, 0)
        stack.callback(server.close)
        host, port = server.sockets[0].getsockname()
        print(json.dumps({"proxy": f"http://{host}:{port}", "certificate": str(pem)}), flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main())
