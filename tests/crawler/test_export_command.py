"""``scrapy export`` into a bucket, as a process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.adverts import advertising
from tests.support.crawl import Crawled, Scrapy
from tests.support.s3 import S3
from tests.support.tables import add_job, reading, tables

if TYPE_CHECKING:
    from crawler.embedded import Servers

Export = Callable[..., Crawled]


@pytest.fixture
def export(scrapy: Scrapy, servers: Servers, s3: S3) -> Iterator[Export]:
    """Exports a posting; the archive is a folder, and the bucket's keys are where boto3 looks."""
    with tables(servers) as url:
        with reading(url) as rows:
            advertising(rows, add_job(rows))()
        environment = s3.environment | {"DATABASE_URL": url}
        yield lambda *words, **changes: scrapy.run("export", *words, **environment | changes)


def test_a_bucket_takes_rows_though_the_archive_is_a_folder(export: Export, s3: S3) -> None:
    done = export("open_posting", "--to", "s3://pages/exported/open.jsonl")

    assert done.status == 0, done.stderr
    assert "1 open_posting in s3://pages/exported/open.jsonl" in done.stderr
    (line,) = s3.client().get_object(Bucket="pages", Key="exported/open.jsonl")["Body"].read().splitlines()
    assert json.loads(line)["title"] == "Baker"


def test_wrong_keys_are_said_in_a_sentence(export: Export) -> None:
    done = export("postings", "--to", "s3://pages/refused.csv", AWS_SECRET_ACCESS_KEY="wrong")

    assert done.status == 2
    assert "--to s3://pages/refused.csv cannot be written: SignatureDoesNotMatch" in done.stderr, done.stderr


def test_missing_keys_are_said_of_the_file_and_not_of_the_archive(export: Export) -> None:
    none = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}

    done = export("postings", "--to", "s3://pages/refused.csv", **none)

    assert done.status == 2
    assert "error: --to s3://pages/refused.csv: there are no keys for bucket pages. Set AWS_" in done.stderr, (
        done.stderr
    )
