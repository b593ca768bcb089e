"""As much of Google's and Azure's storage as an archive needs: objects of one bucket, for who has the right token."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

BUCKET, TOKEN = "pages", "right"
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


class Cloud(ThreadingHTTPServer):
    """``objects`` by their path, and the headers with which each was put."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.objects: dict[str, bytes] = {}
        self.put_with: dict[str, dict[str, str]] = {}
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Cloud

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._refused():
            self.server.objects[self._path] = body
            self.server.put_with[self._path] = {name.lower(): value for name, value in self.headers.items()}
            self._say(201, b"")

    def do_GET(self) -> None:
        if self._refused() or self._missing():
            return None
        whole = self.server.objects[self._path]
        asked = _RANGE.fullmatch(self.headers.get("Range", self.headers.get("x-ms-range", "")))
        if asked is None:
            return self._say(200, whole)
        first, last = int(asked[1]), min(int(asked[2]), len(whole) - 1)
        return self._say(206, whole[first : last + 1], f"bytes {first}-{last}/{len(whole)}")

    def do_DELETE(self) -> None:
        if not self._refused() and not self._missing():
            del self.server.objects[self._path]
            self._say(202, b"")

    def do_POST(self) -> None:
        """Azure takes objects away in batches."""
        batch = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self._refused():
            return
        answers = []
        for number, path in enumerate(re.findall(r"DELETE /(\S+) HTTP", batch)):
            there = self.server.objects.pop(unquote(path), None) is not None
            status = "202 Accepted" if there else "404 Not Found"
            answers.append(
                f"--b\r\nContent-Type: application/http\r\nContent-ID: {number}\r\n\r\nHTTP/1.1 {status}\r\n\r\n"
            )
        self._say(202, "".join([*answers, "--b--\r\n"]).encode(), kind="multipart/mixed; boundary=b")

    @property
    def _path(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/")

    def _refused(self) -> bool:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._say(403, b"<Error><Code>AccessDenied</Code></Error>")
        elif self._path.partition("/")[0] != BUCKET:
            self._say(404, b"<Error><Code>NoSuchBucket</Code></Error>")
        else:
            return False
        return True

    def _missing(self) -> bool:
        if self._path in self.server.objects:
            return False
        self._say(404, b"<Error><Code>NoSuchKey</Code></Error>")
        return True

    def _say(self, status: int, body: bytes, part: str = "", kind: str = "application/octet-stream") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", kind)
        self.send_header("ETag", '"tag"')
        self.send_header("Last-Modified", "Mon, 02 Mar 2026 12:30:15 GMT")
        if part:
            self.send_header("Content-Range", part)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def cloud() -> Iterator[Cloud]:
    """Run one."""
    with Cloud() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
