"""``python -m benchmarks.delay TARGET MILLISECONDS``: a TCP proxy that makes a server on this machine a distant one.

TARGET is ``host:port``, or the path of a Unix socket. Each chunk is held for half of MILLISECONDS on its way there, and
for half on its way back, so that a round trip takes so much longer. Order is kept, several chunks are under way at once
as on a real wire, and whoever sends faster than the other end reads must wait. It prints ``{"port": …}``, a port of
127.0.0.1, and ends when its standard input is closed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import selectors
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.support.processes import serving

CHUNK_BYTES = 65_536
UNDER_WAY = 1024
"""The most chunks that are held at one time in one direction of one connection."""

Chunk = tuple[float, bytes]
"""When it is due, by the loop's clock, and what to send; nothing for the end."""


class BadAddressError(ValueError):
    """The address names neither a host with a port nor a Unix socket."""


class Proxy:
    """Connects each client with the target; ``delay`` is in seconds, for one direction."""

    def __init__(self, target: str, delay: float) -> None:
        self.target = target
        self.delay = delay
        self._clients: set[asyncio.Task[None]] = set()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a client in a task of ours: one that asyncio's streams make complains where we are stopped."""
        client = asyncio.get_running_loop().create_task(self.serve(reader, writer))
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def serve(self, near_reader: asyncio.StreamReader, near_writer: asyncio.StreamWriter) -> None:
        """Forward both ways until both ends have ended, or one is lost."""
        try:
            far_reader, far_writer = await connect(self.target)
        except OSError:
            near_writer.close()
            return
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self.forward(near_reader, far_writer))
                both.create_task(self.forward(far_reader, near_writer))
        except* OSError:
            # One end is lost: the other one learns it below.
            pass
        finally:
            near_writer.close()
            far_writer.close()

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one direction to its end."""
        held: asyncio.Queue[Chunk] = asyncio.Queue(UNDER_WAY)
        async with asyncio.TaskGroup() as both:
            both.create_task(self.hold(reader, held))
            both.create_task(release(held, writer))

    async def hold(self, reader: asyncio.StreamReader, held: asyncio.Queue[Chunk]) -> None:
        """Read ahead; a full queue stops the reading, and so the sender."""
        clock = asyncio.get_running_loop().time
        data = b"."
        while data:
            data = await reader.read(CHUNK_BYTES)
            await held.put((clock() + self.delay, data))


async def release(held: asyncio.Queue[Chunk], writer: asyncio.StreamWriter) -> None:
    """Send each chunk when it is due; at the end, say that no more will come."""
    clock = asyncio.get_running_loop().time
    while True:
        due, data = await held.get()
        wait = due - clock()
        if wait > 0:
            await asyncio.sleep(wait)
        if not data:
            writer.write_eof()
            return
        writer.write(data)
        await writer.drain()


async def connect(target: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to ``host:port`` or the path of a Unix socket."""
    if "/" in target:
        return await asyncio.open_unix_connection(target)
    host, _, port = target.rpartition(":")
    return await asyncio.open_connection(host, int(port))


async def run(target: str, milliseconds: float) -> None:
    """Serve until standard input is closed."""
    server = await asyncio.start_server(Proxy(target, milliseconds / 2000).accept, "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    await stop.wait()


def precise_loop() -> asyncio.AbstractEventLoop:
    """A loop that waits for parts of a millisecond: neither uvloop's timers nor epoll know them, select does."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


@contextmanager
def distant(target: str, milliseconds: float) -> Iterator[int]:
    """Run the proxy as a process of its own until the block ends: its port at 127.0.0.1."""
    with serving("benchmarks.delay", target, str(milliseconds)) as said:
        yield said["port"]


@contextmanager
def distant_redis(url: str, milliseconds: float) -> Iterator[str]:
    """The same for a server by its URL (``redis://`` or ``unix://``): the URL by which it is so far away.

    Raises:
        BadAddressError: the URL names no host with a port and no socket.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "unix"} or not (parts.path if parts.scheme == "unix" else parts.hostname):
        raise BadAddressError(f"{parts.scheme}:// cannot be made distant. Give redis://host:port/0 or unix:///socket.")
    target = parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"
    user, at, _ = parts.netloc.rpartition("@")
    path = "" if parts.scheme == "unix" else parts.path
    with distant(target, milliseconds) as port:
        yield parts._replace(scheme="redis", netloc=f"{user}{at}127.0.0.1:{port}", path=path).geturl()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delay", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", help="host:port, or the path of a Unix socket")
    parser.add_argument("milliseconds", type=float, help="by how much a round trip grows")
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=precise_loop) as runner:
        runner.run(run(options.target, options.milliseconds))


if __name__ == "__main__":
    main()
