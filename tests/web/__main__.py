"""``python -m tests.web [--port PORT] [--until-eof]``: serves every site, and says where in JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from contextlib import AsyncExitStack

from tests.web.server import start


async def serve(port: int, until_eof: bool) -> None:
    """Serve until SIGTERM or Ctrl-C, or until standard input is closed: so no server outlives its test."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if until_eof:
        loop.add_reader(sys.stdin.fileno(), stop.set)
    async with AsyncExitStack() as stack:
        addresses = await start(stack, port)
        print(json.dumps(addresses), flush=True)
        await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.web", description="A small misbehaving web.")
    parser.add_argument(
        "--port", type=int, default=0, help="the first of as many ports as there are sites, and one; 0: free ones"
    )
    parser.add_argument("--until-eof", action="store_true", help="stop when standard input is closed")
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.until_eof))


if __name__ == "__main__":
    main()
