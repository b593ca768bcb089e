"""An S3 server that goes away and comes back, or says that it is overloaded: no page is lost, and it is said once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pipelines.archive import ArchivePipeline
from pipelines.failures import ArchiveAwayError, ArchiveError, StoppedError
from pipelines.object_store import Archive, ArchiveLocation
from pipelines.warc import read_http
from schemas.page import ArchivePointer
from tests.support.killable import steady_port
from tests.support.pages import make_page
from tests.support.processes import serving

PATIENCE = 120
BUCKET = "pages"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any will do: these servers do not check them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anybody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anything")


class Server:
    """S3 on one port, with a bucket, now and then."""

    def __init__(self) -> None:
        self.port = steady_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._running = ExitStack()

    def start(self) -> None:
        self._running.enter_context(serving("tests.support.moto_server", str(self.port), BUCKET))

    def stop(self) -> None:
        self._running.close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


class Refuser(ThreadingHTTPServer):
    """S3 that gives its first ``times`` requests another answer."""

    daemon_threads = True

    def __init__(self, times: int, status: int, code: str) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.left, self.status, self.code, self.asked = times, status, code, 0
        self.url = f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Refuser

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith(".cdxj"):
            return self._answer(200, b"")
        self.server.asked += 1
        self.server.left -= 1
        if self.server.left < 0:
            self._answer(200, b"")
        elif self.server.status:
            self._answer(self.server.status, f"<Error><Code>{self.server.code}</Code></Error>".encode())
        else:
            self.close_connection = True  # without a word
        return None

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"tag"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def refuser(request: pytest.FixtureRequest) -> Iterator[Refuser]:
    with Refuser(*request.param) as refuser:
        thread = threading.Thread(target=refuser.serve_forever, args=(0.01,))
        thread.start()
        yield refuser
        refuser.shutdown()
        thread.join()


def stage(endpoint: str, limit: float = 60) -> ArchivePipeline:
    """The stage, with a segment for each page."""
    archive = Archive(location(endpoint))
    pipeline = ArchivePipeline(archive, software="test", segment_bytes=1, more_to_come=lambda: True)
    pipeline.outage.limit = limit
    return pipeline


def location(endpoint: str) -> ArchiveLocation:
    return ArchiveLocation(f"s3://{BUCKET}/raw", endpoint, "us-east-1")


async def add(pipeline: ArchivePipeline, number: int = 0) -> asyncio.Future[ArchivePointer]:
    page = await pipeline.process_item(make_page(f"https://example.com/{number}", body=b"%d" % number))
    archived: asyncio.Future[ArchivePointer] = page.archived
    return archived


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), PATIENCE))


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The first words of each warning."""
    return [" ".join(record.message.split()[:4]).strip(",") for record in caplog.records]


ONCE = ["The archive is away", "The archive is back"]


def test_pages_wait_for_a_server_that_was_stopped(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    bodies: list[bytes] = []

    async def test() -> None:
        server.start()
        pipeline, archive = stage(server.url), Archive(location(server.url))
        await (await add(pipeline))
        await asyncio.to_thread(server.stop)
        waiting = [await add(pipeline, number) for number in range(1, 6)]
        while (pipeline.outage.seconds or 0) < 0.5:  # noqa: ASYNC110 - nobody is told of it
            await asyncio.sleep(0.05)
        assert not any(future.done() for future in waiting)

        await asyncio.to_thread(server.start)

        pointers = await asyncio.gather(*waiting)
        bodies.extend(read_http(archive.read(p.uri, p.offset, p.length))[2] for p in pointers)
        await pipeline.close_spider()

    run(test)
    assert bodies == [b"1", b"2", b"3", b"4", b"5"]
    assert said(caplog) == ONCE
    assert f"at {server.url}: Connection refused). Waiting for it, for up to 60 s." in caplog.records[0].message


def test_one_that_does_not_come_back_is_given_up(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        pipeline = stage(server.url, limit=5)
        with pytest.raises(
            ArchiveError, match=r"^The archive stayed away for 5 s \(.*: Connection refused\)\. Mend it"
        ):
            await (await add(pipeline))
        began = time.monotonic()
        with pytest.raises(ArchiveError, match="stayed away"):
            await (await add(pipeline))
        assert time.monotonic() - began < 5  # who comes later does not wait as long again
        await pipeline.close_spider()

    run(test)
    assert said(caplog) == ONCE[:1]


PASSING = {
    "slow down": (8, 503, "SlowDown"),
    "internal error": (8, 500, "InternalError"),
    "a gateway": (8, 502, ""),
    "too many requests": (3, 429, "TooManyRequests"),
    "an upload that was too slow": (3, 400, "RequestTimeout"),
    "no word at all": (8, 0, ""),
}
LASTING = {
    "access denied": (99, 403, "AccessDenied"),
    "no credentials": (99, 401, ""),
    "no bucket": (99, 404, "NoSuchBucket"),
    "another region": (99, 301, "PermanentRedirect"),
    "a bad request": (99, 400, "InvalidArgument"),
    "no room": (99, 507, "XMinioStorageFull"),
}


@pytest.mark.parametrize("refuser", PASSING.values(), ids=PASSING, indirect=True)
def test_what_may_pass_is_tried_again(refuser: Refuser, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        pipeline = stage(refuser.url)
        await (await add(pipeline))
        await pipeline.close_spider()

    run(test)
    assert refuser.left == -1
    assert said(caplog) == ONCE


@pytest.mark.parametrize("refuser", LASTING.values(), ids=LASTING, indirect=True)
def test_what_stays_wrong_is_said_at_once(refuser: Refuser, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        pipeline = stage(refuser.url)
        with pytest.raises(ArchiveError, match=f"^The archive refused s3://{BUCKET}/raw/warc/") as refused:
            await (await add(pipeline))
        assert not isinstance(refused.value, ArchiveAwayError)
        await pipeline.close_spider()

    run(test)
    assert refuser.asked <= 3
    assert said(caplog) == []


def test_the_crawl_may_stop_while_it_is_away(server: Server) -> None:
    async def test() -> None:
        pipeline = stage(server.url)
        waiting = [await add(pipeline, number) for number in range(3)]
        await asyncio.sleep(0.5)
        pipeline.outage.limit = 0.1
        await pipeline.close_spider()
        assert {type(future.exception()) for future in waiting} == {ArchiveError}

    run(test)


def test_an_upload_that_is_cut_off_fails_its_pages(server: Server) -> None:
    async def test() -> None:
        pipeline = stage(server.url)
        waiting = await add(pipeline)
        for upload in pipeline._uploads:
            upload.cancel()
        with pytest.raises(StoppedError, match="was cut off on its way to the archive"):
            await waiting
        await pipeline.close_spider()

    run(test)
