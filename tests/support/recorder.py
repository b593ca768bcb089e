"""``python -m tests.support.recorder``: a site at 127.0.0.1 to 127.0.0.8 that notes each request; see ``proxies``."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from aiohttp import web

HOSTS = [f"127.0.0.{number}" for number in range(1, 9)]


def application() -> web.Application:
    log: list[dict[str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in request.raw_headers]
        log.append({"peer": request.remote, "host": request.host, "path": request.raw_path, "headers": headers})
        status = int(request.path.removeprefix("/status/")) if request.path.startswith("/status/") else 200
        return web.Response(text="Hello.", content_type="text/html", status=status)

    async def read(_: web.Request) -> web.Response:
        return web.json_response(log)

    made = web.Application()
    made.router.add_get("/__log__", read)
    made.router.add_route("*", "/{path:.*}", answer)
    return made


async def main() -> None:
    runner = web.AppRunner(application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    # Tests alone use these addresses, so that a port that is free at the first is so at the others.
    await web.TCPSite(runner, HOSTS[0], 0).start()
    port = runner.addresses[0][1]
    for host in HOSTS[1:]:
        await web.TCPSite(runner, host, port).start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    print(json.dumps({"port": port}), flush=True)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
