"""A server that counts who connects to it: what must not be reached."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret"
END = b"the test is over"


@dataclass
class Listener:
    """``port`` is open on 127.0.0.1 and on ::1. ``heard`` has the first line that each connection sent, and "UDP" for
    each datagram."""

    port: int
    heard: list[str] = field(default_factory=list)

    def url(self, host: str = "127.0.0.1", path: str = "/") -> str:
        return f"http://{host}:{self.port}{path}"

    def serve(self, server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return  # it was closed: the test is over
            self.heard.append("")
            place = len(self.heard) - 1
            with connection:
                connection.settimeout(5)
                try:
                    self.heard[place] = connection.recv(4096).partition(b"\r\n")[0].decode("latin-1")
                    connection.sendall(ANSWER)
                except OSError:
                    continue

    def hear(self, server: socket.socket) -> None:
        while server.recv(4096) != END:
            self.heard.append("UDP")


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen until the block ends."""
    servers = [socket.create_server(("127.0.0.1", 0))]
    listener = Listener(servers[0].getsockname()[1])
    if socket.has_ipv6:
        servers.append(socket.create_server(("::1", listener.port), family=socket.AF_INET6))
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", listener.port))
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
        datagrams.sendto(END, ("127.0.0.1", listener.port))
        for thread in threads:
            thread.join()
        datagrams.close()
