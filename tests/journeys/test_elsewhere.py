"""The same crawl with servers that others run: S3, PostgreSQL and Valkey."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.rows import dict_row

from tests.journeys.reading import pages_of
from tests.support.crawl import Scrapy
from tests.support.postgres import postgres
from tests.support.s3 import S3
from tests.support.valkey import PASSWORD, valkey
from tests.support.web import RunningWeb
from tests.web.expected import PLAIN


def test_pages_are_archived_in_s3(scrapy: Scrapy, web: RunningWeb, s3: S3, database_url: str, redis_url: str) -> None:
    web.reset()
    urls: dict[str, Any] = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "LONGLINE_ARCHIVE_URL": f"s3://{s3.bucket}/raw",
    }
    done = scrapy.crawl(web.url("plain"), strict=False, **urls, **s3.environment)
    assert done.status == 0, done.stdout + done.stderr
    assert 'psql "$DATABASE_URL"' in done.stdout
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        rows = pages_of(connection, web.sites["plain"])
    assert PLAIN.pages <= rows.keys()
    row = rows["/about"]
    prefix, key = row["archive_uri"].split(f"s3://{s3.bucket}/")
    assert prefix == ""
    assert key.startswith("raw/warc/")
    span = f"bytes={row['archive_offset']}-{row['archive_offset'] + row['archive_length'] - 1}"
    record = s3.client().get_object(Bucket=s3.bucket, Key=key, Range=span)["Body"].read()
    assert row["url"].encode() in gzip.decompress(record)
    assert len(s3.client().list_objects_v2(Bucket=s3.bucket, Prefix="raw/")["Contents"]) < len(rows) / 4
    page = scrapy.run("page", row["url"], strict=False, **urls | s3.environment)
    assert "<html" in page.stdout.lower()


def test_servers_that_were_started_by_hand_are_used_and_nothing_of_ours_is_started(
    scrapy: Scrapy, web: RunningWeb, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    with postgres() as database_url, valkey(tmp_path) as port:
        urls: dict[str, Any] = {
            "DATABASE_URL": database_url,
            "REDIS_URL": f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/0",
            "LONGLINE_HOME": str(home),
        }
        done = scrapy.crawl(web.url("empty"), **urls)
        assert done.status == 0, done.stdout + done.stderr
        jobs = scrapy.run("jobs", "--json", **urls)
        doctor = scrapy.run("doctor", **urls)
        told = scrapy.run("doctor", **urls | {"DATABASE_URL": database_url.replace("open", "wrong")})
    assert json.loads(jobs.stdout)[0]["state"] == "completed"
    assert PASSWORD not in doctor.stdout
    assert quote(PASSWORD, safe="") not in doctor.stdout
    assert told.status == 1
    assert "password authentication failed" in told.stdout
    assert {path.name for path in home.iterdir()} == {"archive"}
