"""The shared servers themselves: each is real, separate from the last test's, and as strict as it should be."""

from __future__ import annotations

import urllib.request

import boto3
import psycopg
import pytest
import redis
from botocore.exceptions import ClientError

from tests.support.crawl import Scrapy
from tests.support.s3 import S3, credentials


def test_s3_takes_the_right_keys(s3: S3) -> None:
    s3.client().put_object(Bucket=s3.bucket, Key="probe", Body=b"here")

    assert s3.client().get_object(Bucket=s3.bucket, Key="probe")["Body"].read() == b"here"


@pytest.mark.parametrize("keys", [("wrong", "keys"), (None, "wrong")], ids=["unknown user", "wrong secret"])
def test_s3_refuses_wrong_keys(s3: S3, keys: tuple[str | None, str]) -> None:
    client = boto3.client("s3", **credentials(s3.endpoint_url, keys[0] or s3.access_key, keys[1]))

    with pytest.raises(ClientError) as refused:
        client.list_objects_v2(Bucket=s3.bucket)

    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_s3_has_no_other_bucket(s3: S3) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.client().list_objects_v2(Bucket="absent")


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_has_an_empty_database(database_url: str, time: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE probe (id int)")


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_has_an_empty_redis(redis_url: str, time: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.set("probe", 1, nx=True)


def test_nginx_serves_the_python_manual(nginx_docs: str) -> None:
    with urllib.request.urlopen(f"{nginx_docs}/library/index.html", timeout=60) as answer:
        assert answer.headers.get_content_type() == "text/html"
        assert b"The Python Standard Library" in answer.read()


def test_scrapy_runs_in_a_clean_environment(scrapy: Scrapy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/")

    assert scrapy.environment(CI="true").keys() == {"PATH", "PYTHONPATH", "LONGLINE_HOME", "CI"}
    assert scrapy.run("version").stdout.startswith("Scrapy 2.")
