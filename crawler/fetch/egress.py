"""The browser's way out: a proxy on this machine that holds every request of every page to the guard's rules.

Chromium resolves no name and connects to nothing but this. So documents, scripts, frames, ``fetch``, WebSockets and
service workers go the one way, and the address that was checked is the one that is connected to. Where a request has
a forward proxy, that comes behind this one.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
from base64 import b64encode
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from crawler.fetch.egress_http import BadHeadError, Head, read_head, without_hops
from crawler.fetch.egress_ways import Direct, Way, Wire
from crawler.fetch.guard import Guard, PrivateAddressError
from schemas.networks import endpoint, endpoint_of

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
USER = "longline"
HEAD_SECONDS = 30.0
BLOCK = 65_536
MOST_TROUBLES = 1_000
FAILURES = (OSError, EOFError, BadHeadError, asyncio.LimitOverrunError)


@dataclass(slots=True)
class Exit:
    """One way out, at a port of its own, for whoever has the password. ``refused``: how often it said no."""

    way: Way
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    port: int = 0
    refused: int = 0
    troubles: OrderedDict[str, Exception] = field(default_factory=OrderedDict)
    """Why an endpoint was not connected to the last time."""

    @property
    def server(self) -> str:
        """Its URL, without user and password."""
        return f"http://{HOST}:{self.port}"

    def trouble(self, url: str) -> Exception | None:
        """Why there was no connection for a URL the last time, which the browser cannot know; None where there was."""
        return self.troubles.get(endpoint_of(url))

    def note(self, name: str, error: Exception | None) -> None:
        """How a connection to an endpoint went."""
        self.troubles.pop(name, None)
        if error is not None:
            self.troubles[name] = error
            if len(self.troubles) > MOST_TROUBLES:
                self.troubles.popitem(last=False)
        if isinstance(error, PrivateAddressError):
            self.refused += 1
            logger.info("A page asked for %s: refused, %s.", name, error)


class Egress:
    """The exits of one browser: one for each forward proxy, and for what else differs. Open until ``close``."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._exits: dict[Way, Exit] = {}
        self._servers: list[asyncio.Server] = []
        self._lock = asyncio.Lock()
        self._open: set[asyncio.Task[None]] = set()

    async def exit(self, way: Way | None = None) -> Exit:
        """The exit that leads this way; made at the first call."""
        way = way or Direct()
        async with self._lock:
            if way not in self._exits:
                self._exits[way] = await self._opened(Exit(way))
            return self._exits[way]

    async def _opened(self, made: Exit) -> Exit:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task
            self._open.add(task)
            try:
                await self._serve(made, reader, writer)
            finally:
                self._open.discard(task)

        server = await asyncio.start_server(serve, HOST, 0, limit=BLOCK)
        self._servers.append(server)
        made.port = server.sockets[0].getsockname()[1]
        return made

    @property
    def refused(self) -> int:
        """How many connections were refused."""
        return sum(each.refused for each in self._exits.values())

    async def close(self) -> None:
        """Cut all that is open."""
        for server in self._servers:
            server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, way_out: Exit, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the browser."""
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                head = await read_head(reader)
            if not _knows(head, way_out.password):
                await _say(
                    writer, "407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="Longline"\r\n'
                )
            elif head.method == "CONNECT":
                await self._tunnel(way_out, head, reader, writer)
            else:
                await self._pass_on(way_out, head, reader, writer)
        except FAILURES as error:
            logger.debug("A connection of the browser broke: %r", error)
        finally:
            writer.close()

    async def _tunnel(
        self, way_out: Exit, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        host, _, port = head.target.rpartition(":")
        wire = await self._wire(way_out, host, port, tunnel=True)
        if wire is None:
            await _say(writer, "502 Bad Gateway")
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await _both_ways(reader, writer, wire)

    async def _pass_on(
        self, way_out: Exit, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """A request of plain http. Each has a connection of its own, so that none reaches another's host."""
        parts = urlsplit(head.target)
        if parts.scheme != "http" or not parts.hostname:
            await _say(writer, "400 Bad Request")
            return
        wire = await self._wire(way_out, parts.hostname, str(parts.port or 80), tunnel=False)
        if wire is None:
            return  # without a word: a status would be taken for the site's
        target = head.target if wire.is_proxy else (parts._replace(scheme="", netloc="").geturl() or "/")
        wire.writer.write(without_hops(head, f"{head.method} {target} {head.version}", wire.fields))
        up = asyncio.ensure_future(_copy(reader, wire.writer))
        try:
            answer = await read_head(wire.reader)
            while answer.target.startswith("1"):  # 100 Continue, 103 Early Hints
                writer.write(answer.raw)
                answer = await read_head(wire.reader)
            if wire.is_proxy and answer.target.startswith("407"):
                way_out.note(endpoint(parts.hostname, parts.port or 80), way_out.way.refusal(407))
                return
            writer.write(without_hops(answer, answer.line, ""))
            await _copy(wire.reader, writer)
        finally:
            up.cancel()
            wire.writer.close()

    async def _wire(self, way_out: Exit, host: str, port: str, *, tunnel: bool) -> Wire | None:
        """A connection to where the browser wants to go; None where there is none, which is noted."""
        if not port.isdecimal():
            return None
        name = endpoint(host, int(port))
        try:
            wire = await way_out.way.connect(self._guard, host, int(port), tunnel=tunnel)
        except Exception as error:  # noqa: BLE001 - whoever asked is told, and the browser's other pages go on
            way_out.note(name, error)
            return None
        way_out.note(name, None)
        return wire


def _knows(head: Head, password: str) -> bool:
    expected = b64encode(f"{USER}:{password}".encode()).decode()
    said = head.field("proxy-authorization").removeprefix("Basic ").strip()
    return hmac.compare_digest(said.encode("latin-1"), expected.encode())


async def _say(writer: asyncio.StreamWriter, status: str, fields: str = "") -> None:
    writer.write(f"HTTP/1.1 {status}\r\n{fields}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
    await writer.drain()


async def _both_ways(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: Wire) -> None:
    up = asyncio.ensure_future(_copy(reader, wire.writer))
    try:
        await _copy(wire.reader, writer)
    finally:
        up.cancel()
        wire.writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """All there is; the other side is told where it ends."""
    with suppress(OSError):
        while block := await reader.read(BLOCK):
            writer.write(block)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
