"""Serves every site on a port of its own of 127.0.0.1, and keeps a log of what was asked for."""

from __future__ import annotations

import asyncio
import gzip
import time
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from typing import Any

from aiohttp import web

from tests.web.odd import flaky_answers
from tests.web.resource import Handler, Resource, Site
from tests.web.sites import MISSING, SITES

HOST = "127.0.0.1"


@dataclass
class Visit:
    """One request. Times are seconds of ``time.time()``; ``status`` is 0 until it is answered."""

    site: str
    method: str
    path: str
    headers: dict[str, str]
    started: float
    finished: float = 0.0
    status: int = 0
    peer: str = ""
    """The address that asked."""


@dataclass
class Web:
    """All sites, their addresses (``http://127.0.0.1:port``, by name), and the log."""

    addresses: dict[str, str] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)

    def application(self, name: str) -> web.Application:
        """The site of this name."""

        async def answer(request: web.Request) -> web.StreamResponse:
            visit = Visit(name, request.method, request.raw_path, dict(request.headers), time.time())
            visit.peer = request.remote or ""
            self.visits.append(visit)
            response = await self.respond(find(SITES[name], request.raw_path), request)
            visit.status, visit.finished = response.status, time.time()
            return response

        application = web.Application()
        application.router.add_route("*", "/{path:.*}", answer)
        return application

    async def respond(self, answer: Resource | Handler, request: web.Request) -> web.StreamResponse:
        if not isinstance(answer, Resource):
            return await answer(request)
        await asyncio.sleep(answer.delay)
        headers = {name: self.fill(value.encode()).decode() for name, value in answer.headers.items()}
        body = self.fill(answer.body)
        body = gzip.compress(body) if answer.packed else body
        response = web.Response(body=body, status=answer.status, headers=headers)
        response.headers["Content-Type"] = answer.content_type
        if not answer.content_type:
            del response.headers["Content-Type"]
        return response

    def fill(self, body: bytes) -> bytes:
        """Put addresses in the place of ``@name@``, and the host of ``plain`` in that of ``@host@``."""
        for name, address in (self.addresses | {"host": self.addresses["plain"][len("http://") :]}).items():
            body = body.replace(f"@{name}@".encode(), address.encode())
        return body

    def control(self) -> web.Application:
        """The log, for tests: ``GET /__log__`` reads it as JSON, ``DELETE /__log__`` forgets it all."""

        async def read(_: web.Request) -> web.Response:
            return web.json_response([asdict(visit) for visit in self.visits])

        async def reset(_: web.Request) -> web.Response:
            self.visits.clear()
            flaky_answers.clear()
            return web.Response(status=204)

        async def index(_: web.Request) -> web.Response:
            items = "".join(f'<li><a href="{url}/">{name}</a></li>' for name, url in self.addresses.items())
            log = '<li><a href="/__log__">the log</a></li>'
            return web.Response(text=f"<title>Sites</title><ul>{items}{log}</ul>", content_type="text/html")

        application = web.Application()
        application.router.add_get("/", index)
        application.router.add_get("/__log__", read)
        application.router.add_delete("/__log__", reset)
        return application


def find(site: Site, path: str) -> Resource | Handler:
    """The answer of a site for a path with its query."""
    return site.get(path) or site.get(path.partition("?")[0]) or site.get("*") or MISSING


async def start(stack: AsyncExitStack, port: int) -> dict[str, Any]:
    """Serve until the stack is closed: the control address, and those of the sites by name.

    Control is on ``port`` and the sites on those after it; with 0, all are on free ones.
    """
    served = Web()
    control = await listen(stack, served.control(), port)
    for number, name in enumerate(SITES, start=1):
        served.addresses[name] = await listen(stack, served.application(name), port and port + number)
    return {"control": control, "sites": served.addresses}


async def listen(stack: AsyncExitStack, application: web.Application, port: int) -> str:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, HOST, port).start()
    return "http://{}:{}".format(*runner.addresses[0])
