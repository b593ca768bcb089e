"""``python -m tests.support.crowd HOSTS PAGES LATENCY ROBOTS WHERE``: a site that notes each arrival.

WHERE: ``apart``, at 127.0.0.2 and on, or ``together``, all at 127.0.0.2, at ports of their own. Each host has so many
pages. Its start page leads to them; that of the first leads to the other start pages, too. An answer takes LATENCY
seconds; ROBOTS is what robots.txt says. Where the log is, it says in JSON; see ``tests/support/arrivals.py``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

from aiohttp import web

from tests.support.recorder import listen


class Crowd:
    """The hosts, and what was asked of them."""

    def __init__(self, pages: int, latency: float, robots: str) -> None:
        self.hosts: list[str] = []
        self.pages = pages
        self.latency = latency
        self.robots = robots
        self.visits: list[dict[str, Any]] = []
        self.busy: Counter[str] = Counter()

    async def answer(self, request: web.Request) -> web.Response:
        """A page, when its time has come; what was under way at the host with it is noted."""
        host = request.host
        # An address is the name of its hosts without their ports.
        here = Counter((host, host.partition(":")[0]))
        self.busy += here
        at_host, at_address = (self.busy[one] for one in here)
        visit = {"at": time.monotonic(), "host": host, "path": request.raw_path}
        self.visits.append(visit | {"at_once": at_host, "at_address": at_address})
        await asyncio.sleep(self.latency)
        self.busy -= here
        return self.page(request, host)

    def page(self, request: web.Request, host: str) -> web.Response:
        """robots.txt, a start page, or a page without links; there are no others."""
        if request.path == "/robots.txt":
            return web.Response(text=self.robots)
        links = [f"/{number}" for number in range(1, self.pages)]
        if request.path in links:
            return web.Response(text="<title>A page</title>", content_type="text/html")
        if request.path != "/":
            raise web.HTTPNotFound
        others = [f"http://{other}/" for other in self.hosts if host == self.hosts[0] != other]
        body = "".join(f'<a href="{link}">x</a>' for link in (*others, *links))
        return web.Response(text=f"<title>Start</title>{body}", content_type="text/html")

    async def log(self, _: web.Request) -> web.Response:
        """Each request so far."""
        return web.json_response(self.visits)


async def open_hosts(site: web.Application, count: int, where: str) -> list[str]:
    """Hosts, with their ports."""
    if where == "together":
        return [f"127.0.0.2:{await listen(site, ['127.0.0.2'], None)}" for _ in range(count)]
    addresses = [f"127.0.0.{number}" for number in range(2, count + 2)]
    port = await listen(site, addresses, None)
    return [f"{address}:{port}" for address in addresses]


async def main(count: int, pages: int, latency: float, robots: str, where: str) -> None:
    crowd = Crowd(pages, latency, robots)
    site, log = web.Application(), web.Application()
    site.router.add_route("*", "/{path:.*}", crowd.answer)
    log.router.add_get("/", crowd.log)
    crowd.hosts = await open_hosts(site, count, where)
    log_port = await listen(log, ["127.0.0.1"], None)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    print(json.dumps({"hosts": crowd.hosts, "log": f"http://127.0.0.1:{log_port}/"}), flush=True)
    await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), *sys.argv[4:]))
