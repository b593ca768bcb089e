"""A server that counts who connects to it: what must not be reached."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret"
END = b"the test is over"
TRIES = 50


@dataclass
class Listener:
    """``port`` is open on 127.0.0.1 and on ::1. ``heard`` has the first line that each connection sent, and "UDP" for
    each datagram."""

    port: int
    heard: list[str] = field(default_factory=list)
    connections: list[socket.socket] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def url(self, host: str = "127.0.0.1", path: str = "/") -> str:
        return f"http://{host}:{self.port}{path}"

    def serve(self, server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return  # it was closed: the test is over
            with self.turn:
                self.heard.append("")
                self.connections.append(connection)
                place = len(self.heard) - 1
            # Who says nothing, as a browser that connects ahead of need, holds up nobody else.
            threading.Thread(target=self.converse, args=(connection, place), daemon=True).start()

    def converse(self, connection: socket.socket, place: int) -> None:
        with connection, suppress(OSError):
            connection.settimeout(60)
            self.heard[place] = connection.recv(4096).partition(b"\r\n")[0].decode("latin-1")
            connection.sendall(ANSWER)

    def hear(self, server: socket.socket) -> None:
        while server.recv(4096) != END:
            self.heard.append("UDP")


def opened() -> tuple[list[socket.socket], socket.socket]:
    """Servers, and a socket for datagrams, all on one port: what is free for the first may be taken for another."""
    for tries in range(TRIES):
        servers = [socket.create_server(("127.0.0.1", 0))]
        port = servers[0].getsockname()[1]
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            if socket.has_ipv6:
                servers.append(socket.create_server(("::1", port), family=socket.AF_INET6))
            datagrams.bind(("127.0.0.1", port))
        except OSError:
            for one in (*servers, datagrams):
                one.close()
            if tries == TRIES - 1:
                raise
        else:
            return servers, datagrams
    raise AssertionError


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen until the block ends."""
    servers, datagrams = opened()
    listener = Listener(servers[0].getsockname()[1])
    threads = [threading.Thread(target=listener.serve, args=(server,)) for server in servers]
    threads.append(threading.Thread(target=listener.hear, args=(datagrams,)))
    for thread in threads:
        thread.start()
    try:
        yield listener
    finally:
        for server in servers:
            server.shutdown(socket.SHUT_RDWR)
            server.close()
        for connection in listener.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        datagrams.sendto(END, ("127.0.0.1", listener.port))
        for thread in threads:
            thread.join()
        datagrams.close()
