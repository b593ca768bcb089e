"""``python -m tests.support.recorder [CERTIFICATE]``: a site at 127.0.0.1 to 127.0.0.8 that notes each request.

Where its log is, it says in JSON; see ``tests/support/proxies.py``.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import sys
from typing import Any

from aiohttp import web

TRIES = 50
HOSTS = [f"127.0.0.{number}" for number in range(1, 9)]


def applications() -> tuple[web.Application, web.Application]:
    """The site, and its log."""
    visits: list[dict[str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in request.raw_headers]
        visits.append({"peer": request.remote, "host": request.host, "path": request.raw_path, "headers": headers})
        status = int(request.path.removeprefix("/status/")) if request.path.startswith("/status/") else 200
        return web.Response(text="Hello.", content_type="text/html", status=status)

    async def read(_: web.Request) -> web.Response:
        return web.json_response(visits)

    site, log = web.Application(), web.Application()
    site.router.add_route("*", "/{path:.*}", answer)
    log.router.add_get("/", read)
    return site, log


async def listen(application: web.Application, hosts: list[str], tls: ssl.SSLContext | None) -> int:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    servers = opened(hosts)
    for server in servers:
        await web.SockSite(runner, server, ssl_context=tls).start()
    port: int = servers[0].getsockname()[1]
    return port


def opened(hosts: list[str]) -> list[socket.socket]:
    """A server at each address, all on one port: what is free at the first may be taken at another."""
    for tries in range(TRIES):
        servers: list[socket.socket] = []
        port = 0
        try:
            for host in hosts:
                servers.append(socket.create_server((host, port)))
                port = servers[0].getsockname()[1]
        except OSError:
            for server in servers:
                server.close()
            if tries == TRIES - 1:
                raise
        else:
            return servers
    raise AssertionError


async def main(certificate: str | None) -> None:
    tls = None
    if certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate)
    site, log = applications()
    port, log_port = await listen(site, HOSTS, tls), await listen(log, HOSTS[:1], None)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    print(json.dumps({"port": port, "log": f"http://{HOSTS[0]}:{log_port}/"}), flush=True)
    await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else None))
