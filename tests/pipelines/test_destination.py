"""Where exports go: whole, or not at all."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.destination import DestinationError, write
from pipelines.export import ExportError, export
from pipelines.location import ArchiveLocation
from schemas.job import Job
from tests.support.processes import ROOT
from tests.support.s3 import S3
from tests.support.tables import Rows

MEGABYTE = b"x" * 1_000_000
PAGES = """
    INSERT INTO page (site_id, url_sha256, url, job_id, final_url, status, body_sha256, body_bytes, archive_uri,
        archive_offset, archive_length)
    SELECT %s, sha256(n::text::bytea), n::text, %s, '', 200, sha256(n::text::bytea), 0, '', 0, 0
    FROM generate_series(1, %s) n
"""


class CutOffError(Exception):
    """What the rows come from goes away."""


def cut_off(megabytes: int) -> Iterator[bytes]:
    for _ in range(megabytes):
        yield MEGABYTE
    raise CutOffError


@pytest.fixture
def bucket(s3: S3, monkeypatch: pytest.MonkeyPatch) -> ArchiveLocation:
    """The archive's bucket, whose keys are in the environment."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    return ArchiveLocation(f"s3://{s3.bucket}/archive", s3.endpoint_url, s3.region)


def test_a_file_takes_the_place_of_the_old_one_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(b"old")

    with pytest.raises(CutOffError):
        write(str(file), cut_off(2))
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("rows.csv", b"old")]
    write(f"file://{tmp_path}/rows.csv", iter([b"new", b" rows"]))
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("rows.csv", b"new rows")]


def test_a_link_is_followed_and_a_pipe_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "there.csv")
    write(str(tmp_path / "link.csv"), iter([b"rows"]))

    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "there.csv").read_bytes() == b"rows"
    os.mkfifo(tmp_path / "pipe.csv")
    with subprocess.Popen(["cat", str(tmp_path / "pipe.csv")], stdout=subprocess.PIPE) as reader:
        write(str(tmp_path / "pipe.csv"), iter([b"rows"]))
        assert reader.communicate(timeout=120)[0] == b"rows"
    assert stat.S_ISFIFO((tmp_path / "pipe.csv").stat().st_mode)


def test_an_object_of_many_parts_is_there_when_it_is_whole(s3: S3, bucket: ArchiveLocation) -> None:
    write("s3://pages/exports/rows.csv", iter([MEGABYTE] * 20), bucket)

    assert s3.client().head_object(Bucket="pages", Key="exports/rows.csv")["ContentLength"] == 20_000_000


@pytest.mark.parametrize("megabytes", [0, 1, 20])
def test_what_is_cut_off_leaves_no_object_and_no_parts(s3: S3, bucket: ArchiveLocation, megabytes: int) -> None:
    with pytest.raises(CutOffError):
        write("s3://pages/cut-off/rows.csv", cut_off(megabytes), bucket)

    assert s3.client().list_objects_v2(Bucket="pages", Prefix="cut-off/")["KeyCount"] == 0
    assert not s3.client().list_multipart_uploads(Bucket="pages").get("Uploads")


def test_rows_reach_a_bucket_as_they_reach_a_file(
    rows: Rows, job: Job, s3: S3, bucket: ArchiveLocation, tmp_path: Path
) -> None:
    rows.execute(PAGES.encode(), [job.site_id, job.id, 30])
    for suffix in ("jsonl", "csv", "parquet"):
        assert export(rows, "pages", f"s3://pages/exports/pages.{suffix}", archive=bucket) == 30
        export(rows, "pages", tmp_path / f"pages.{suffix}")
        stored = s3.client().get_object(Bucket="pages", Key=f"exports/pages.{suffix}")["Body"].read()
        assert stored == (tmp_path / f"pages.{suffix}").read_bytes()
    assert pq.read_table(pa.BufferReader(stored)).num_rows == 30


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("s3://no-such-bucket/rows.csv", "--to s3://no-such-bucket/rows.csv cannot be written: "),
        ("ftp://example.com/rows.csv", "--to ftp://example.com/rows.csv: give a file, or a URL with file, s3, gs, az."),
        ("/nosuch/rows.csv", "--to /nosuch/rows.csv cannot be written: No such file or directory."),
    ],
)
def test_where_nothing_can_be_written_is_named(bucket: ArchiveLocation, to: str, sentence: str) -> None:
    with pytest.raises(DestinationError) as refusal:
        write(to, iter([b"rows"]), bucket)

    assert str(refusal.value).startswith(sentence)
    assert "\n" not in str(refusal.value)


def test_a_view_is_of_no_single_job(rows: Rows, job: Job, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="--job: open_posting is of all jobs"):
        export(rows, "open_posting", tmp_path / "rows.csv", job.id)


MEASURED = """
import json, resource, sys
from pipelines.database import connect
from pipelines.export import export
url, what, to = sys.argv[1:]
with connect(url) as connection:
    export(connection, "records", to)  # empty, but all is loaded
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = export(connection, what, to)
    print(json.dumps([count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory in kilobytes, as Linux counts")
@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_memory_does_not_grow_with_the_rows(rows: Rows, job: Job, tables_url: str, tmp_path: Path, suffix: str) -> None:
    """200 MB of texts, of which no two are of one size."""
    rows.execute(PAGES.encode(), [job.site_id, job.id, 2000])
    texts = "SELECT body_sha256, '', repeat('some words ', 18 * url::int % 18000) FROM page"
    rows.execute(f"INSERT INTO page_text (body_sha256, extractor, markdown) {texts}".encode())
    command: list[Any] = [sys.executable, "-c", MEASURED, tables_url, "texts", tmp_path / f"texts.{suffix}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=240)
    count, megabytes = json.loads(done.stdout)

    assert count == 2000
    assert megabytes < 150
