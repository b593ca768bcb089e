"""A site of a test's own whose pages can be made to hang, and that says who has arrived."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE = 120.0
LONGEST = 240.0
WEB, LINKS = 300, 60


class Halting:
    """``/hang…`` answers when it is released; ``/to?URL`` redirects; ``/web/0`` leads to ``WEB`` pages that lead to
    each other; all else is a page without links."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"
        self._news = threading.Condition()
        self._released: tuple[str, ...] = ()
        self.asked: list[str] = []
        """Paths, in the order in which they were asked for."""

    def url(self, path: str = "/") -> str:
        """The URL of a path."""
        return self._address + path

    def wait_for(self, path: str, times: int = 1) -> None:
        """Return when a path was asked for so many times."""
        with self._news:
            came = self._news.wait_for(lambda: self.asked.count(path) >= times, PATIENCE)
        assert came, f"{path} was not asked for {times} times: {self.asked}"

    def wait_for_pages(self, pages: int) -> None:
        """Return when there were so many visits."""
        with self._news:
            came = self._news.wait_for(lambda: len(self.asked) >= pages, PATIENCE)
        assert came, f"{len(self.asked)} of {pages} pages were asked for"

    def release(self, beginning: str = "/hang") -> None:
        """Let what hangs be answered whose path begins so, and hang no more."""
        with self._news:
            self._released += (beginning,)
            self._news.notify_all()

    def note(self, path: str) -> None:
        """Somebody asks."""
        with self._news:
            self.asked.append(path)
            self._news.notify_all()

    def body(self, path: str) -> bytes:
        """What a page shows."""
        if path.startswith("/hang"):
            with self._news:
                self._news.wait_for(lambda: path.startswith(self._released), LONGEST)
        first = int(path.removeprefix("/web/")) if path.startswith("/web/") else None
        links = () if first is None else [(7 * first + step) % WEB for step in range(1, LINKS + 1)]
        return "".join(["<title>A page</title>", *(f'<a href="/web/{number}"></a>' for number in links)]).encode()


@contextmanager
def halting() -> Iterator[Halting]:
    """Serve on a free port until the block ends."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.note(self.path)
            to = self.path.partition("?")[2] if self.path.startswith("/to?") else ""
            body = site.body(self.path)
            try:
                self._answer(to, body)
            except OSError:
                # Who asked is gone: killed, or told to stop.
                self.close_connection = True

        def _answer(self, to: str, body: bytes) -> None:
            self.send_response(302 if to else 200)
            if to:
                self.send_header("Location", to)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 256
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Answer)
    site = Halting(server.server_port)
    serving = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    serving.start()
    try:
        yield site
    finally:
        site.release()
        server.shutdown()
        serving.join(PATIENCE)
        server.server_close()
