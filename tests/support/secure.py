"""A site by https that notes how it is spoken to: the ClientHello, and the first frames of HTTP/2.

By HTTP/2 it answers each request with ``hello``, or breaks off in a way that a test names. Over HTTP/1.1 it passes all
on to a plain site, faults and all, or answers likewise where it has none.
"""

from __future__ import annotations

import re
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.proxies import certificate

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 7, 8
ACK, END_STREAM, END_HEADERS, PADDED, PRIORITY = 1, 1, 4, 8, 32
STATUS_200 = b"\x88"
HELLO = b"hello"
PSEUDO = {1: ":authority", 2: ":method", 4: ":path", 6: ":scheme", 7: ":scheme"}
"""By their index in HPACK's static table."""
LINGER = struct.pack("ii", 1, 0)


def is_grease(number: int) -> bool:
    """What browsers make up, so that servers get used to what they do not know (RFC 8701)."""
    return number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF


@dataclass
class Hello:
    """A ClientHello, without what is made up."""

    ciphers: list[int] = field(default_factory=list)
    extensions: set[int] = field(default_factory=set)
    groups: list[int] = field(default_factory=list)
    alpn: list[str] = field(default_factory=list)
    name: str = ""
    resumes: bool = False


@dataclass
class Spoken:
    """One connection. ``settings``, ``window``, ``order``: of HTTP/2; ``heads``: of HTTP/1.1; ``requests``: how many
    there were."""

    hello: Hello
    protocol: str = ""
    settings: dict[int, int] = field(default_factory=dict)
    window: int = 0
    order: list[str] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    requests: int = 0


@dataclass
class SecureSite:
    """At 127.0.0.1 and wherever else loopback is. ``pem``: its certificate; ``behind``: the port of the plain site."""

    port: int
    pem: Path
    alpn: tuple[str, ...]
    behind: int | None
    fault: str = ""
    spoken: list[Spoken] = field(default_factory=list)
    raw: list[socket.socket] = field(default_factory=list)

    def url(self, host: str = "127.0.0.1", path: str = "/") -> str:
        return f"https://{host}:{self.port}{path}"

    def serve(self, raw: socket.socket) -> None:
        self.raw.append(raw)
        raw.settimeout(60)
        with suppress(OSError), raw:
            spoken = Spoken(read_hello(raw))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.pem)
            context.set_alpn_protocols(list(self.alpn))
            with context.wrap_socket(raw, server_side=True) as secured:
                spoken.protocol = secured.selected_alpn_protocol() or ""
                self.spoken.append(spoken)
                if spoken.protocol == "h2":
                    speak_h2(secured, spoken, self.fault)
                elif self.behind:
                    relay(secured, self.behind)
                else:
                    speak_h1(secured, spoken)


def read_hello(raw: socket.socket) -> Hello:
    """Look at a ClientHello, and leave it to be read."""
    record = b""
    while len(record) < 5 or len(record) < 5 + int.from_bytes(record[3:5]):
        record = raw.recv(65536, socket.MSG_PEEK | socket.MSG_DONTWAIT) if record else raw.recv(65536, socket.MSG_PEEK)
    return parse_hello(record[9:])


def parse_hello(body: bytes) -> Hello:
    hello = Hello()
    rest = body[34:]  # version and random
    _, rest = cut(rest, 1)
    ciphers, rest = cut(rest, 2)
    hello.ciphers = numbers(ciphers)
    _, rest = cut(rest, 1)
    extensions, _ = cut(rest, 2)
    while extensions:
        kind, (value, extensions) = int.from_bytes(extensions[:2]), cut(extensions[2:], 2)
        if is_grease(kind):
            continue
        hello.extensions.add(kind)
        hello.resumes |= kind == 41
        if kind == 0:
            hello.name = value[5:].decode()
        if kind == 10:
            hello.groups = numbers(value[2:])
        if kind == 16:
            names = value[2:]
            while names:
                name, names = cut(names, 1)
                hello.alpn.append(name.decode())
    return hello


def cut(data: bytes, size: int) -> tuple[bytes, bytes]:
    """What stands behind its length, of ``size`` bytes, and the rest."""
    length = int.from_bytes(data[:size])
    return data[size : size + length], data[size + length :]


def numbers(data: bytes) -> list[int]:
    found = [int.from_bytes(data[place : place + 2]) for place in range(0, len(data), 2)]
    return [number for number in found if not is_grease(number)]


def speak_h1(secured: ssl.SSLSocket, spoken: Spoken) -> None:
    data = b""
    while True:
        while b"\r\n\r\n" not in data:
            more = secured.recv(65536)
            if not more:
                return
            data += more
        head, _, data = data.partition(b"\r\n\r\n")
        spoken.heads.append(head)
        spoken.requests += 1
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        while length and len(data) < int(length[1]):
            data += secured.recv(65536)
        data = data[int(length[1]) if length else 0 :]
        body = b"" if head.startswith(b"HEAD") else HELLO
        secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n" + body)


def speak_h2(secured: ssl.SSLSocket, spoken: Spoken, fault: str) -> None:
    """``fault``: ``cut``, ``reset``, ``refused``, ``flood`` or ``empty``; empty: all is well."""
    assert exactly(secured, len(PREFACE)) == PREFACE
    secured.sendall(frame(SETTINGS))
    while True:
        head = exactly(secured, 9)
        kind, flags, stream = head[3], head[4], int.from_bytes(head[5:]) & 0x7FFFFFFF
        payload = exactly(secured, int.from_bytes(head[:3]))
        if kind == SETTINGS and not flags & ACK:
            spoken.settings |= {
                int.from_bytes(payload[place : place + 2]): int.from_bytes(payload[place + 2 : place + 6])
                for place in range(0, len(payload), 6)
            }
            secured.sendall(frame(SETTINGS, flags=ACK))
        elif kind == WINDOW_UPDATE and not spoken.window:
            spoken.window = int.from_bytes(payload)
        elif kind == HEADERS:
            spoken.requests += 1
            if not spoken.order:
                spoken.order = pseudo_headers(payload[5 * bool(flags & PRIORITY) :])
            if not answer_h2(secured, stream, fault):
                return
        elif kind == GOAWAY:
            return


def answer_h2(secured: ssl.SSLSocket, stream: int, fault: str) -> bool:
    """Whether there may be another."""
    head = frame(HEADERS, STATUS_200, END_HEADERS, stream)
    if fault == "refused":
        secured.sendall(frame(RESET, (7).to_bytes(4), stream=stream))
    elif fault in {"cut", "reset"}:
        secured.sendall(head + frame(DATA, HELLO, stream=stream))
        if fault == "reset":
            secured.sendall(frame(RESET, (2).to_bytes(4), stream=stream))
    elif fault == "flood":
        secured.sendall(head + frame(DATA, bytes(16_000), stream=stream) * 120)
    elif not fault:
        secured.sendall(head + frame(DATA, HELLO, END_STREAM, stream))
    return fault in {"", "refused", "reset", "flood"}


def pseudo_headers(block: bytes) -> list[str]:
    """The names of those that begin a block of HPACK, in order."""
    names: list[str] = []
    place = 0
    while len(names) < 4:
        first = block[place]
        index = first & 0x7F if first & 0x80 else first & (0x3F if first & 0x40 else 0x0F)
        place += 1
        if not first & 0x80:
            place += 1 + (block[place] & 0x7F)
        names.append({3: ":method", 5: ":path"}.get(index) or PSEUDO[index])
    return names


def frame(kind: int, payload: bytes = b"", flags: int = 0, stream: int = 0) -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def exactly(secured: ssl.SSLSocket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        more = secured.recv(length - len(data))
        if not more:
            raise ConnectionResetError
        data += more
    return data


def relay(secured: ssl.SSLSocket, port: int) -> None:
    """Pass one request on, and its answer back; a reset too."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as plain:
        data = b""
        while b"\r\n\r\n" not in data:
            data += secured.recv(65536) or b"\r\n\r\n"
        head, _, rest = data.partition(b"\r\n\r\n")
        plain.sendall(head + b"\r\nConnection: close\r\n\r\n" + rest)
        try:
            while more := plain.recv(65536):
                secured.sendall(more)
        except ConnectionResetError:
            secured.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
            return
        with suppress(OSError):
            secured.unwrap()


@contextmanager
def secure_site(
    folder: Path,
    *,
    alpn: tuple[str, ...] = ("h2", "http/1.1"),
    behind: int | None = None,
    pem: Path | None = None,
    fault: str = "",
) -> Iterator[SecureSite]:
    """Serve until the block ends; ``folder`` gets a certificate that nobody has signed, where there is no ``pem``."""
    server = socket.create_server(("127.0.0.1", 0))
    site = SecureSite(server.getsockname()[1], pem or certificate(folder), alpn, behind, fault)
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                raw, _ = server.accept()
            except OSError:
                return  # it was closed: the test is over
            threads.append(threading.Thread(target=site.serve, args=(raw,), daemon=True))
            threads[-1].start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield site
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        acceptor.join()
        for raw in site.raw:
            with suppress(OSError):
                raw.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(timeout=65)
