"""Google's and Azure's storage, and what S3 is told of each object: encryption, storage class, tags, parts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest

from pipelines.failures import ArchiveError
from pipelines.location import ArchiveLocation
from pipelines.object_store import PART_BYTES, Archive, check
from pipelines.stores import _endpoint
from tests.support.clouds import BUCKET, TOKEN, Cloud, cloud
from tests.support.nginx import free_port
from tests.support.s3 import S3

NAME = "warc/2026/03/02/worker-1.warc.gz"
TOKENS = ("GOOGLE_BEARER_TOKEN", "AZURE_STORAGE_TOKEN")
NAMES = {"gs": "bucket", "az": "container"}
WISHES = {
    "gs": ({"storage_class": "NEARLINE"}, {"x-goog-storage-class": "NEARLINE"}),
    "az": (
        {"storage_class": "Cool", "tags": "project=longline, keep=years"},
        {"x-ms-access-tier": "Cool", "x-ms-tags": "project=longline&keep=years"},
    ),
}


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "longline")
    for name in TOKENS:
        monkeypatch.setenv(name, TOKEN)
    with cloud() as server:
        yield server


def put(archive: Archive, data: bytes, name: str = NAME) -> str:
    asyncio.run(archive.put(name, data))
    return archive.uri(name)


@pytest.mark.parametrize("scheme", NAMES)
def test_objects_are_put_read_and_taken_away(store: Cloud, scheme: str) -> None:
    location = ArchiveLocation(f"{scheme}://{BUCKET}/raw", store.url)
    check(location)
    assert store.objects == {}, "the check leaves nothing"
    archive = Archive(location)

    uri = put(archive, b"0123456789")

    assert store.objects == {f"{BUCKET}/raw/{NAME}": b"0123456789"}
    assert archive.read(uri, 3, 4) == b"3456"
    archive.delete(uri)
    assert store.objects == {}


@pytest.mark.parametrize("scheme", NAMES)
def test_storage_class_and_tags_go_along(store: Cloud, scheme: str) -> None:
    wishes, headers = WISHES[scheme]
    archive = Archive(ArchiveLocation(f"{scheme}://{BUCKET}/raw", store.url, **wishes))  # type: ignore[arg-type] # texts

    put(archive, b"data")

    said = store.put_with[f"{BUCKET}/raw/{NAME}"]
    # Tags come in any order.
    assert {name: sorted(said[name].split("&")) for name in headers} == {
        name: sorted(value.split("&")) for name, value in headers.items()
    }


@pytest.mark.parametrize("scheme", NAMES)
def test_what_cannot_be_used_is_refused_in_one_sentence(
    store: Cloud, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, at = NAMES[scheme], f"at {store.url} cannot be written to: "
    refused = f"LONGLINE_ARCHIVE_URL: {name}"

    assert sentence(f"{scheme}://none/raw", store.url) == (
        f"{refused} none {at}there is no such {name}. Make it, or mend LONGLINE_ARCHIVE_URL."
    )
    nowhere = f"http://127.0.0.1:{free_port()}"
    assert sentence(f"{scheme}://{BUCKET}/raw", nowhere) == (
        f"{refused} {BUCKET} at {nowhere} cannot be written to: Connection refused. Start it, or mend "
        "LONGLINE_ARCHIVE_ENDPOINT."
    )
    for token in TOKENS:
        monkeypatch.setenv(token, "wrong")
    assert sentence(f"{scheme}://{BUCKET}/raw", store.url).startswith(
        f"{refused} {BUCKET} {at}access is denied. Check "
    )


def sentence(url: str, endpoint: str | None = None) -> str:
    with pytest.raises(ArchiveError) as refused:
        check(ArchiveLocation(url, endpoint))
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_an_account_that_is_not_said_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AZURE_")]:
        monkeypatch.delenv(name)
    assert "Set AZURE_STORAGE_ACCOUNT_NAME" in sentence("az://pages/raw")


@pytest.fixture
def s3_wishes(s3: S3, monkeypatch: pytest.MonkeyPatch) -> ArchiveLocation:
    """An archive with all wishes at once."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    return ArchiveLocation(
        f"s3://{s3.bucket}/wishes",
        s3.endpoint_url,
        s3.region,
        encryption="aws:kms",
        kms_key="arn:aws:kms:us-east-1:123456789012:key/abcd",
        storage_class="STANDARD_IA",
        tags="project=longline,keep=years and years",
    )


def described(s3: S3, name: str) -> dict[str, Any]:
    client, key = s3.client(), f"wishes/{name}"
    head = client.head_object(Bucket=s3.bucket, Key=key)
    tags = client.get_object_tagging(Bucket=s3.bucket, Key=key)["TagSet"]
    names = ("ServerSideEncryption", "SSEKMSKeyId", "StorageClass")
    return {name: head.get(name) for name in names} | {"tags": {tag["Key"]: tag["Value"] for tag in tags}}


@pytest.mark.parametrize("size", [100, 2 * PART_BYTES + 1], ids=["at once", "in parts"])
def test_s3_is_told_how_to_keep_each_object(s3: S3, s3_wishes: ArchiveLocation, size: int) -> None:
    check(s3_wishes)
    archive, name = Archive(s3_wishes), f"warc/{size}.warc.gz"
    data = os.urandom(size)

    uri = put(archive, data, name)

    assert described(s3, name) == {
        "ServerSideEncryption": s3_wishes.encryption,
        "SSEKMSKeyId": s3_wishes.kms_key,
        "StorageClass": "STANDARD_IA",
        "tags": {"project": "longline", "keep": "years and years"},
    }
    assert archive.read(uri, size - 50, 50) == data[-50:]
    etag = s3.client().head_object(Bucket=s3.bucket, Key=f"wishes/{name}")["ETag"]
    assert etag.strip('"').endswith("-3") == (size > PART_BYTES), "three parts"


def test_the_check_asks_for_the_same_as_each_put(s3: S3, s3_wishes: ArchiveLocation) -> None:
    wrong = ArchiveLocation(s3_wishes.url, s3.endpoint_url, s3.region, storage_class="NO_SUCH_CLASS")

    assert sentence_of(wrong).startswith("LONGLINE_ARCHIVE_URL: bucket pages at ")
    assert "InvalidStorageClass" in sentence_of(wrong)


def sentence_of(location: ArchiveLocation) -> str:
    with pytest.raises(ArchiveError) as refused:
        check(location)
    return str(refused.value)


def test_the_bucket_stands_where_the_setting_says() -> None:
    assert _endpoint("https://s3.example.com:9000", "pages") == "https://pages.s3.example.com:9000"
    assert _endpoint("https://s3.example.com", "") == "https://s3.example.com"
    assert ArchiveLocation("s3://pages", "https://s3.example.com").by_path
    assert not ArchiveLocation("s3://pages").by_path
    assert not ArchiveLocation("s3://pages", "https://s3.example.com", path_style=False).by_path
