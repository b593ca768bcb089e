"""``python -m tests.support.forward_proxy --source 127.0.0.2``: a forward proxy with an address of its own.

It says in JSON where it is and its pid, and stops when its standard input is closed. ``--user`` and ``--password``: who
has others gets 407. ``--status``: it answers every request so, and asks nobody. ``--banned N``: as Zyte's smart proxy,
it says for the first N requests for pages that they were banned. ``--last N``: after so many requests it is killed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import urlsplit

ZYTE = "X-Crawlera-Version: 1.60.1\r\n"
LIMIT = 65536


@dataclass
class ForwardProxy:
    source: str
    authorization: str
    status: int
    banned: int | None
    last: int | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.last is not None:
            self.last -= 1
            if self.last < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            await self.answer(head, reader, writer)
        writer.close()

    async def answer(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, _, fields = head.partition("\r\n")
        method, target, _ = line.split(" ")
        if self.authorization and f"\r\nproxy-authorization: {self.authorization}\r\n" not in f"\r\n{lowered(fields)}":
            await say(writer, 407, f"Proxy-Authenticate: Basic\r\n{self.zyte('bad_proxy_auth')}")
        elif self.status:
            await say(writer, self.status)
        elif self.banned and "robots.txt" not in target:
            self.banned -= 1
            await say(writer, 503, self.zyte("banned"))
        elif method == "CONNECT":
            host, _, port = target.rpartition(":")
            await self.pass_on(host, int(port), "", reader, writer)
        else:
            parts = urlsplit(target)
            path = target.partition("://")[2].partition("/")[2]
            head = f"{method} /{path} HTTP/1.1\r\nConnection: close\r\n{without_proxy_headers(fields)}"
            await self.pass_on(parts.hostname or "", parts.port or 80, head, reader, writer)

    def zyte(self, error: str) -> str:
        return "" if self.banned is None else f"{ZYTE}X-Crawlera-Error: {error}\r\n"

    async def pass_on(
        self, host: str, port: int, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            there, back = await asyncio.open_connection(host, port, local_addr=(self.source, 0))
        except OSError:
            await say(writer, 502)
            return
        if head:
            back.write(head.encode("latin-1"))
        else:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        up = asyncio.create_task(copy(reader, back))
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await self.bring(there, writer)
        up.cancel()
        back.close()

    async def bring(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The answer."""
        await copy(there, writer, None if self.banned is None else ZYTE.encode())


def basic(user: str, password: str) -> str:
    """The header Proxy-Authorization that a proxy asks for."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


def lowered(fields: str) -> str:
    """Header fields with their names in small letters."""
    pairs = (line.partition(":") for line in fields.split("\r\n"))
    return "\r\n".join(f"{name.lower()}{colon}{value}" for name, colon, value in pairs)


def without_proxy_headers(fields: str) -> str:
    lines = [line for line in fields.split("\r\n") if not line.lower().startswith(("proxy-", "connection:"))]
    return "\r\n".join(line for line in lines if not line.lower().startswith("x-crawlera-"))


async def say(writer: asyncio.StreamWriter, status: int, fields: str = "") -> None:
    writer.write(f"HTTP/1.1 {status} Said\r\n{fields}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
    await writer.drain()


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fields: bytes | None = None) -> None:
    """All there is; ``fields`` come after the first line."""
    with contextlib.suppress(OSError):
        if fields:
            writer.write(await reader.readline() + fields)
        while block := await reader.read(LIMIT):
            writer.write(block)
            await writer.drain()


async def main(options: argparse.Namespace) -> None:
    authorization = basic(options.user, options.password) if options.user else ""
    proxy = ForwardProxy(options.source, authorization, options.status, options.banned, options.last)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    server = await asyncio.start_server(proxy.serve, options.listen or options.source, options.port)
    host, port = server.sockets[0].getsockname()
    print(json.dumps({"host": host, "port": port, "pid": os.getpid()}), flush=True)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", default="127.0.0.1", help="the address from which it connects")
    parser.add_argument("--listen", help="the address at which it listens; without it, the source")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--status", type=int, default=0)
    parser.add_argument("--banned", type=int)
    parser.add_argument("--last", type=int)
    asyncio.run(main(parser.parse_args()))
