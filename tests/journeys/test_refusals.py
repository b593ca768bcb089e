"""What is refused before anything starts: one clear sentence on standard error, status 2, nothing written."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.crawl import Scrapy, make_scrapy
from tests.support.s3 import S3

NOWHERE = "http://127.0.0.1:1/"


@pytest.fixture
def fresh(tmp_path: Path) -> Scrapy:
    """``scrapy`` with a home that does not exist yet, so that it shows what was started."""
    return make_scrapy(tmp_path / "home", tmp_path)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["url=nonsense"], "-a url=nonsense: it takes a URL such as https://example.com."),
        ([f"url={NOWHERE}", "max_pages=ten"], "-a max_pages=ten: it takes a whole number of at least 1."),
        ([f"url={NOWHERE}", "max_pages=0"], "-a max_pages=0: it takes a whole number of at least 1."),
        ([f"url={NOWHERE}", "extract=everything"], "-a extract=everything: it takes some of page, posting, text"),
        ([f"url={NOWHERE}", "colour=red"], "-a colour=red: there is no such argument."),
        ([f"url={NOWHERE}", "site=acme"], "Give either -a url=URL or -a site=SLUG."),
        ([], "Give either -a url=URL or -a site=SLUG."),
    ],
)
def test_wrong_arguments(fresh: Scrapy, arguments: list[str], sentence: str) -> None:
    words = [word for argument in arguments for word in ("-a", argument)]
    done = fresh.run("crawl", "site", *words)
    assert done.status == 2
    assert sentence in done.stderr
    assert not fresh.home.exists()


@pytest.mark.parametrize(
    ("variable", "value", "shown"),
    [
        ("DATABASE_URL", "postgresql://user:secret@127.0.0.1:1/name", "postgresql://user:***@127.0.0.1:1/name"),
        ("REDIS_URL", "redis://:secret@127.0.0.1:1/0", "redis://:***@127.0.0.1:1/0"),
    ],
)
def test_a_server_that_cannot_be_reached(fresh: Scrapy, variable: str, value: str, shown: str) -> None:
    done = fresh.crawl(NOWHERE, **{variable: value})
    assert done.status == 2
    assert done.stderr.startswith(f"{variable}: {shown} cannot be reached (")
    assert len(done.stderr.splitlines()) == 1
    assert "secret" not in done.stdout + done.stderr
    assert not fresh.home.exists()


def test_an_archive_of_an_unknown_kind(fresh: Scrapy) -> None:
    done = fresh.crawl(NOWHERE, LONGLINE_ARCHIVE_URL="ftp://example.com/archive")
    assert done.status == 2
    assert done.stderr == (
        "LONGLINE_ARCHIVE_URL must be file:///folder, s3://bucket/prefix, gs://bucket/prefix or az://container/prefix.\n"
    )


def test_a_bucket_that_is_not_there(fresh: Scrapy, s3: S3) -> None:
    done = fresh.crawl(NOWHERE, LONGLINE_ARCHIVE_URL="s3://nosuch/warc", strict=False, **s3.environment)
    assert done.status == 2
    assert f"bucket nosuch at {s3.endpoint_url} cannot be written to: there is no such bucket." in done.stderr
    assert not fresh.home.exists()


def test_wrong_keys(fresh: Scrapy, s3: S3) -> None:
    keys = s3.environment | {"AWS_SECRET_ACCESS_KEY": "wrong-secret"}
    done = fresh.crawl(NOWHERE, LONGLINE_ARCHIVE_URL=f"s3://{s3.bucket}/warc", strict=False, **keys)
    assert done.status == 2
    assert "cannot be written to:" in done.stderr
    assert "wrong-secret" not in done.stdout + done.stderr
    assert not fresh.home.exists()


def test_no_keys_at_all(fresh: Scrapy, s3: S3) -> None:
    environment = {"AWS_ENDPOINT_URL": s3.endpoint_url, "AWS_EC2_METADATA_DISABLED": "true"}
    done = fresh.crawl(NOWHERE, LONGLINE_ARCHIVE_URL=f"s3://{s3.bucket}/warc", strict=False, **environment)
    assert done.status == 2
    assert "credentials" in done.stderr.lower()


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root can mount a small file system.")
def test_an_archive_on_a_full_disk(fresh: Scrapy, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)], check=True)
    try:
        subprocess.run(["dd", "if=/dev/zero", f"of={disk}/filler"], check=False, capture_output=True)
        done = fresh.crawl(NOWHERE, LONGLINE_ARCHIVE_URL=(disk / "archive").as_uri())
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert done.status == 2
    assert "No space left on device" in done.stderr


def test_a_site_that_is_not_stored(scrapy: Scrapy) -> None:
    done = scrapy.run("crawl", "site", "-a", "site=nosuch")
    assert done.status == 2
    assert done.stderr.strip() == "-a site=nosuch: there is no such site. Import it, or give -a url=URL."
