"""A way to an HTTP server on which things go wrong: each request that writes meets the next fault, or none."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

WRITES = frozenset({"PUT", "POST"})
SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
INTERNAL = b"<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>"
ANSWERS = {"500": (500, INTERNAL), "503": (503, SLOW_DOWN)}
FAULTS = (*ANSWERS, "reset", "half", "deaf", "done but not said")
"""An error, before anything is read; a reset; one in the middle of a body; no answer; one that gets lost."""


class FaultyWay(ThreadingHTTPServer):
    """``met``: the faults that requests have met, with their paths. ``always``: a fault for all that write."""

    daemon_threads = True

    def __init__(self, target: str, faults: Iterable[str | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.host = urlsplit(target).netloc
        self.left = list(faults)
        self.always: str | None = None
        self.met: list[tuple[str, str]] = []
        self.over = threading.Event()
        self.turn = threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def fault(self, method: str, path: str) -> str | None:
        """What a request meets."""
        with self.turn:
            if method not in WRITES:
                return None
            fault = self.always or (self.left.pop(0) if self.left else None)
            if fault:
                self.met.append((fault, path))
            return fault

    def handle_error(self, *_: Any) -> None:
        """Clients go away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyWay

    def _any(self) -> None:
        fault, length = self.server.fault(self.command, self.path), int(self.headers.get("Content-Length", 0))
        if fault in {"reset", "half"}:
            self.rfile.read(length // 2 if fault == "half" else 0)
            return self._reset()
        body = self.rfile.read(length)
        if fault == "deaf":
            self.server.over.wait(30)
            return self._reset()
        answer = ANSWERS[fault] if fault in ANSWERS else self._forwarded(body)
        return self._reset() if fault == "done but not said" else self._say(*answer)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _any  # noqa: N815 - http.server calls them so

    def _forwarded(self, body: bytes) -> tuple[int, bytes, list[tuple[str, str]]]:
        """As it came, its Host too: that is signed."""
        connection = http.client.HTTPConnection(self.server.host, timeout=120)
        connection.request(self.command, self.path, body, dict(self.headers.items()))
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, data, answer.getheaders()

    def _say(self, status: int, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def faulty_way(target: str, faults: Iterable[str | None] = ()) -> Iterator[FaultyWay]:
    """Run one to the server at ``target``."""
    with FaultyWay(target, faults) as way:
        thread = threading.Thread(target=way.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield way
        finally:
            way.over.set()
            way.shutdown()
            thread.join()
