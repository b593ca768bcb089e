"""``python -m tests.support.crowd HOSTS PAGES LATENCY ROBOTS``: a site at 127.0.0.2 and on that notes each arrival.

Each host has so many pages. Its start page leads to them; that of the first leads to the other start pages, too.
An answer takes LATENCY seconds; ROBOTS is what robots.txt says. Where the log is, it says in JSON; see
``tests/support/arrivals.py``.
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

    def __init__(self, hosts: list[str], pages: int, latency: float, robots: str) -> None:
        self.hosts = hosts
        self.pages = pages
        self.latency = latency
        self.robots = robots
        self.visits: list[dict[str, Any]] = []
        self.busy: Counter[str] = Counter()

    async def answer(self, request: web.Request) -> web.Response:
        """A page, when its time has come; what was under way at the host with it is noted."""
        host = request.host.partition(":")[0]
        self.busy[host] += 1
        self.visits.append({"at": time.monotonic(), "host": host, "path": request.raw_path, "at_once": self.busy[host]})
        await asyncio.sleep(self.latency)
        self.busy[host] -= 1
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
        port = request.host.partition(":")[2]
        others = [f"http://{other}:{port}/" for other in self.hosts if host == self.hosts[0] != other]
        body = "".join(f'<a href="{link}">x</a>' for link in (*others, *links))
        return web.Response(text=f"<title>Start</title>{body}", content_type="text/html")

    async def log(self, _: web.Request) -> web.Response:
        """Each request so far."""
        return web.json_response(self.visits)


async def main(count: int, pages: int, latency: float, robots: str) -> None:
    hosts = [f"127.0.0.{number}" for number in range(2, count + 2)]
    crowd = Crowd(hosts, pages, latency, robots)
    site, log = web.Application(), web.Application()
    site.router.add_route("*", "/{path:.*}", crowd.answer)
    log.router.add_get("/", crowd.log)
    port, log_port = await listen(site, hosts, None), await listen(log, ["127.0.0.1"], None)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    print(json.dumps({"hosts": hosts, "port": port, "log": f"http://127.0.0.1:{log_port}/"}), flush=True)
    await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]))
