"""A site that tries to have its visitors fetch from elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Said:
    """An answer. ``location``: where it redirects to."""

    body: str = ""
    kind: str = HTML
    location: str = ""


@dataclass
class Lure:
    """A site at 127.0.0.1. ``asked``: the paths, in order; what ``pages`` does not have is 404."""

    port: int = 0
    pages: dict[str, Said] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def lure(pages: Mapping[str, Said]) -> Iterator[Lure]:
    """Serve the pages until the block ends."""
    site = Lure(pages=dict(pages))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            said = site.pages.get(self.path)
            self.send_response(404 if said is None else 302 if said.location else 200)
            said = said or Said("not here")
            body = said.body.encode()
            if said.location:
                self.send_header("Location", said.location)
            self.send_header("Content-Type", said.kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
