"""S3 with keys that are checked, and a bad way to it: no page is lost or doubled, and whoever gives up says why."""

from __future__ import annotations

import asyncio
import io
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from pipelines import cdxj
from pipelines.archive import ArchivePipeline
from pipelines.failures import ArchiveError
from pipelines.location import ArchiveLocation
from pipelines.object_store import PART_BYTES, Archive
from pipelines.warc import digest, read_http
from schemas.page import Page
from tests.support.faulty import FAULTS, faulty_way
from tests.support.pages import make_page
from tests.support.s3 import S3

PAGES = 12
SEGMENT = r"s3://pages/\w+/warc/\S+-00000\d\.warc\.gz at http://127\.0\.0\.1:\d+"


@pytest.fixture(autouse=True)
def keys(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)


def location(endpoint: str, prefix: str, fault: str = "deaf") -> ArchiveLocation:
    """Who says nothing is waited for shortly, where somebody says nothing."""
    seconds = 4 if fault in {"deaf", "all of them"} else 60
    return ArchiveLocation(f"s3://pages/{prefix}", endpoint, "us-east-1", answer_seconds=seconds)


def stage(where: ArchiveLocation, limit: float = 60) -> ArchivePipeline:
    """With two pages in each segment."""
    pipeline = ArchivePipeline(Archive(where), software="test", segment_bytes=2_001, more_to_come=lambda: True)
    pipeline.outage.limit = limit
    return pipeline


def some_pages(size: int = 1_001) -> list[Page]:
    bodies = [os.urandom(size) for _ in range(PAGES)]
    return [make_page(f"https://example.com/{number}", body=body) for number, body in enumerate(bodies)]


async def archive(pipeline: ArchivePipeline, pages: list[Page]) -> None:
    for page in pages:
        await pipeline.process_item(page)
    await pipeline.close_spider()


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 240))


def objects(s3: S3, prefix: str) -> dict[str, bytes]:
    client = s3.client()
    listed = client.list_objects_v2(Bucket=s3.bucket, Prefix=f"{prefix}/").get("Contents", [])
    return {one["Key"]: client.get_object(Bucket=s3.bucket, Key=one["Key"])["Body"].read() for one in listed}


@pytest.mark.parametrize("fault", [*FAULTS, "all of them"])
def test_whatever_happens_on_the_way_each_page_is_there_once(s3: S3, fault: str, tmp_path: Path) -> None:
    prefix, pages = re.sub(r"\W", "_", f"once_{fault}"), some_pages()
    faults = [fault] * 3 if fault in FAULTS else FAULTS * 2
    with faulty_way(s3.endpoint_url, faults) as way:
        where = location(way.url, prefix, fault)
        run(lambda: archive(stage(where), pages))
        assert Counter(met for met, _ in way.met) == Counter(faults)
        reader = Archive(where)
        for page in pages:
            assert page.archived
            at = page.archived.result()
            body = read_http(reader.read(at.uri, at.offset, at.length))[2]
            assert sha256(body).digest() == page.body_sha256

    found = objects(s3, prefix)
    segments = {name: data for name, data in found.items() if name.endswith(".warc.gz")}
    assert set(found) == set(segments) | {cdxj.index_name(name) for name in segments}
    assert Counter(urls(segments)) == Counter(page.url for page in pages)
    read_by_others(segments, tmp_path)


def urls(segments: dict[str, bytes]) -> list[str]:
    records = (record for data in segments.values() for record in ArchiveIterator(io.BytesIO(data)))
    return [record.rec_headers.get_header("WARC-Target-URI") for record in records if record.rec_type == "response"]


def read_by_others(segments: dict[str, bytes], folder: Path) -> None:
    files = [folder / f"{number}.warc.gz" for number, _ in enumerate(segments)]
    for file, data in zip(files, segments.values(), strict=True):
        file.write_bytes(data)
        for record in FastIterator(str(file), fsspec_args=False):
            payload = record.reader.read()
            if record.headers["WARC-Type"] == "response":
                assert record.headers["WARC-Payload-Digest"] == digest(sha256(payload).digest())
    command = [sys.executable, "-m", "warcio.cli", "check", *map(str, files)]
    assert subprocess.run(command, check=False).returncode == 0


def test_a_segment_that_goes_in_parts_survives_the_same(s3: S3) -> None:
    data = os.urandom(2 * PART_BYTES + 1)
    with faulty_way(s3.endpoint_url, ["500", None, "reset", "half", "503", None, "reset"]) as way:
        large = Archive(location(way.url, "parts", "500"))
        asyncio.run(large.put("warc/large.warc.gz", data))
        assert len({path for _, path in way.met}) > 1, "several of its requests"
    assert objects(s3, "parts") == {"parts/warc/large.warc.gz": data}
    assert "Uploads" not in s3.client().list_multipart_uploads(Bucket=s3.bucket)


CAUSES = {"503": "status code: 503 Service Unavailable SlowDown", "deaf": "no answer in time", "reset": r"[\w ]+"}


@pytest.mark.parametrize("fault", CAUSES)
def test_whoever_gives_up_names_bucket_key_and_cause(s3: S3, fault: str) -> None:
    said: list[str] = []

    async def test(where: ArchiveLocation) -> None:
        page = make_page()
        await archive(stage(where, limit=0), [page])
        assert page.archived
        said.append(str(page.archived.exception()))

    with faulty_way(s3.endpoint_url) as way:
        way.always = fault
        run(lambda: test(location(way.url, "given_up", fault)))
    ended = rf"The archive stayed away for 0 s \({SEGMENT}: {CAUSES[fault]}\)\. Mend it, and crawl again\."
    assert re.fullmatch(ended, said[0]), said[0]
    assert objects(s3, "given_up") == {}


def test_keys_that_become_bad_on_the_way_are_named_with_bucket_and_key(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    page = make_page()

    run(lambda: archive(stage(location(s3.endpoint_url, "refused", "none")), [page]))

    assert page.archived
    error = page.archived.exception()
    assert isinstance(error, ArchiveError)
    segment = SEGMENT.partition(" at ")[0]
    assert re.fullmatch(rf"The archive refused {segment}: SignatureDoesNotMatch: .+\.", str(error)), str(error)
