"""``python -m tests.web [--port PORT] [--until-eof] [--table]``: serves every site, and says where in JSON.

``--table``: with the forward proxies, and says where in a table for people.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from contextlib import AsyncExitStack

from tests.web.board import board, serve_proxies
from tests.web.server import start


async def serve(port: int, *, until_eof: bool, table: bool) -> None:
    """Serve until SIGTERM or Ctrl-C, or until standard input is closed: so no server outlives its test."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if until_eof:
        loop.add_reader(sys.stdin.fileno(), stop.set)
    async with AsyncExitStack() as stack:
        addresses = await start(stack, port)
        if table:
            print(f"The index of all sites, and the log of what was asked: {addresses['control']}/\n")
            print(*board(addresses["sites"], await serve_proxies(stack)), sep="\n", flush=True)
        else:
            print(json.dumps(addresses), flush=True)
        await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.web", description="A small misbehaving web.")
    parser.add_argument(
        "--port", type=int, default=0, help="the first of as many ports as there are sites, and one; 0: free ones"
    )
    parser.add_argument("--until-eof", action="store_true", help="stop when standard input is closed")
    parser.add_argument("--table", action="store_true", help="serve the proxies, too, and print a table for people")
    options = parser.parse_args()
    asyncio.run(serve(options.port, until_eof=options.until_eof, table=options.table))


if __name__ == "__main__":
    main()
