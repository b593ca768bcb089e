"""Real forward proxies that misbehave, each at a loopback address of its own: ``python -m tests.web.proxies``.

It says in JSON where each one is, by name, and stops when its standard input is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import struct
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.forward_proxy import ForwardProxy, basic, copy
from tests.support.proxies import certificate

FIRST = 31
"""The first proxy is at 127.0.0.31, the next one at 127.0.0.32."""
USER, PASSWORD = "anna", "open-sesame"
SLOW_SECONDS = 1.5
NOISE = bytes(range(128, 256)) * 40
CUT = 700
"""Bytes of an answer that come through."""


@dataclass
class Slow(ForwardProxy):
    """Takes its time before each answer."""

    async def bring(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(SLOW_SECONDS)
        await super().bring(there, writer)


@dataclass
class Mute(ForwardProxy):
    """Takes requests, and never answers."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            continue
        writer.close()


@dataclass
class Truncating(ForwardProxy):
    """Breaks off in the middle of each answer."""

    async def bring(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await there.readuntil(b"\r\n\r\n")
        body = await there.read()
        writer.write(head + body[: len(body) // 2])
        await writer.drain()


@dataclass
class Garbling(ForwardProxy):
    """Answers with noise."""

    async def bring(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await there.read()
        writer.write(NOISE)
        await writer.drain()


@dataclass
class Repacking(ForwardProxy):
    """Says that it packs bodies, and sends noise."""

    async def bring(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await there.read()
        length = f"Content-Length: {len(NOISE)}\r\nContent-Encoding: gzip\r\nContent-Type: text/html\r\n\r\n"
        writer.write(b"HTTP/1.1 200 OK\r\n" + length.encode() + NOISE)
        await writer.drain()


@dataclass
class Tired(ForwardProxy):
    """Breaks off each second connection before it reads anything."""

    asked: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        if self.asked % 2:
            await super().serve(reader, writer)
        writer.close()


@dataclass
class Socks(ForwardProxy):
    """Speaks SOCKS5, and resolves names itself; with a user, it asks for the password."""

    user: str = ""
    password: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            if await self.agree(reader, writer):
                await self.connect(reader, writer)
        writer.close()

    async def agree(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        _, count = await reader.readexactly(2)
        methods, wanted = await reader.readexactly(count), 2 if self.user else 0
        writer.write(bytes([5, wanted if wanted in methods else 255]))
        if wanted not in methods:
            return False
        if not self.user:
            return True
        await reader.readexactly(1)
        said = [(await reader.readexactly((await reader.readexactly(1))[0])).decode() for _ in range(2)]
        writer.write(bytes([1, said != [self.user, self.password]]))
        return said == [self.user, self.password]

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        *_, kind = await reader.readexactly(4)
        assert kind == 3, "it asks for an address, and has resolved the name itself"
        name = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        try:
            there, back = await asyncio.open_connection(name, port, local_addr=(self.source, 0))
        except OSError:
            writer.write(bytes([5, 5, 0, 1, 0, 0, 0, 0, 0, 0]))
            return
        writer.write(bytes([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
        up = asyncio.create_task(copy(reader, back))
        await copy(there, writer)
        up.cancel()
        back.close()


@dataclass(frozen=True)
class Behaviour:
    """What a proxy does.

    Args:
        kind: its class; None: nobody listens there.
        scheme: by which it is asked.
        locked: it asks for ``USER`` and ``PASSWORD``; ``wrong``: its URL has another password.
        status: it answers every request so.
    """

    about: str
    kind: type[ForwardProxy] | None = ForwardProxy
    scheme: str = "http"
    locked: bool = True
    wrong: bool = False
    status: int = 0


PROXIES: Mapping[str, Behaviour] = {
    "good-1": Behaviour("works"),
    "good-2": Behaviour("works"),
    "good-3": Behaviour("works"),
    "open": Behaviour("works, and asks for no password", locked=False),
    "tls": Behaviour("works, and is asked by https", scheme="https"),
    "socks": Behaviour("works, by SOCKS5 with a password", kind=Socks, scheme="socks5"),
    "socks-open": Behaviour("works, by SOCKS5 without one", kind=Socks, scheme="socks5", locked=False),
    "dead": Behaviour("refuses connections", kind=None),
    "wrong-password": Behaviour("does not take the password", wrong=True),
    "socks-wrong-password": Behaviour("does not take the password", kind=Socks, scheme="socks5", wrong=True),
    "overloaded": Behaviour("answers 503 for every site", status=503),
    "slow": Behaviour("takes 1.5 s for each answer", kind=Slow),
    "mute": Behaviour("never answers", kind=Mute),
    "truncating": Behaviour("breaks off in the middle of each answer", kind=Truncating),
    "garbling": Behaviour("answers with noise", kind=Garbling),
    "repacking": Behaviour("sends noise in the place of a packed body", kind=Repacking),
    "tired": Behaviour("breaks off each second connection", kind=Tired),
}


def address(name: str) -> str:
    """The loopback address of a proxy, from which sites see it come."""
    return f"127.0.0.{FIRST + list(PROXIES).index(name)}"


async def start(name: str, tls: ssl.SSLContext) -> str:
    """Its URL."""
    behaviour = PROXIES[name]
    host, kind = address(name), behaviour.kind or ForwardProxy
    proxy = kind(host, basic(USER, PASSWORD) if behaviour.locked else "", behaviour.status, None)
    if isinstance(proxy, Socks) and behaviour.locked:
        proxy.user, proxy.password = USER, PASSWORD

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # When all is over, what is still open is cut off.
        with contextlib.suppress(asyncio.CancelledError):
            await proxy.serve(reader, writer)

    server = await asyncio.start_server(serve, host, 0, ssl=tls if behaviour.scheme == "https" else None)
    port = server.sockets[0].getsockname()[1]
    if behaviour.kind is None:
        server.close()
    login = f"{USER}:{'wrong' if behaviour.wrong else PASSWORD}@" if behaviour.locked else ""
    return f"{behaviour.scheme}://{login}{host}:{port}"


async def main() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    with tempfile.TemporaryDirectory() as folder:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate(Path(folder)))
        print(json.dumps({name: await start(name, tls) for name in PROXIES}), flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main())
