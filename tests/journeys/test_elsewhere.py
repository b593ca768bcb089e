"""The same crawl with servers that others run: S3, PostgreSQL and Valkey."""

from __future__ import annotations

import gzip
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.journeys.reading import pages_of
from tests.support.crawl import Scrapy
from tests.support.s3 import S3
from tests.support.web import RunningWeb
from tests.web.expected import PLAIN


def test_pages_are_archived_in_s3(scrapy: Scrapy, web: RunningWeb, s3: S3, database_url: str, redis_url: str) -> None:
    web.reset()
    urls: dict[str, Any] = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "LONGLINE_ARCHIVE_URL": f"s3://{s3.bucket}/raw"}
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
    page = scrapy.run("page", row["url"], strict=False, **urls, **s3.environment)
    assert "<html" in page.stdout.lower()


def test_nothing_of_ours_is_started_where_servers_are_given(
    scrapy: Scrapy, web: RunningWeb, database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("unused")
    done = scrapy.crawl(web.url("empty"), DATABASE_URL=database_url, REDIS_URL=redis_url, LONGLINE_HOME=str(home))
    assert done.status == 0, done.stdout + done.stderr
    assert {path.name for path in home.iterdir()} == {"archive"}
