"""The archive in a folder and in S3: what is put can be read in ranges; what cannot be used is said in one sentence."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.failures import ArchiveError, MissingObjectError
from pipelines.object_store import Archive, ArchiveLocation, check
from tests.support.nginx import free_port
from tests.support.s3 import S3

NAME = "warc/2026/03/02/worker-1.warc.gz"
ODD_FOLDERS = ("plain", "with spaces", "per%20cent 100%", "ünïcode", "hash#and?mark", "plus+and&")


def put(archive: Archive, data: bytes, name: str = NAME) -> str:
    asyncio.run(archive.put(name, data))
    return archive.uri(name)


@pytest.fixture
def s3_location(s3: S3, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ArchiveLocation:
    """A prefix of its own for each test, and the right keys in the environment."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    return ArchiveLocation(f"s3://{s3.bucket}/{request.node.originalname}", s3.endpoint_url, s3.region)


@pytest.fixture(params=["file", "s3"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> ArchiveLocation:
    if request.param == "file":
        return ArchiveLocation((tmp_path / "archive").as_uri())
    location: ArchiveLocation = request.getfixturevalue("s3_location")
    return location


def test_a_range_of_an_object_can_be_read(location: ArchiveLocation) -> None:
    archive = Archive(location)

    uri = put(archive, b"0123456789")

    assert uri == f"{location.url}/{NAME}"
    assert archive.read(uri, 3, 4) == b"3456"
    assert archive.read(uri, 0, 10) == b"0123456789"


def test_another_process_reads_what_one_has_put(location: ArchiveLocation) -> None:
    uri = put(Archive(location), b"abc" * 1_000_000)

    assert Archive(location).read(uri, 2_999_997, 3) == b"abc"


def test_objects_are_listed_by_folder_replaced_and_taken_away(location: ArchiveLocation) -> None:
    archive = Archive(location)
    uris = [
        put(archive, b"old", f"warc/2026/03/0{day}/worker-1{end}") for day in (2, 3) for end in (".warc.gz", ".cdxj")
    ]

    assert archive.names("warc/2026/03/02") == [
        "warc/2026/03/02/worker-1.cdxj",
        "warc/2026/03/02/worker-1.warc.gz",
    ]
    assert archive.names("warc/2026/03/0") == archive.names("warc/2025") == []
    archive.replace(uris[0], b"new and longer")
    assert archive.whole(uris[0]) == b"new and longer"
    for _ in range(2):
        archive.delete(uris[0])
    assert len(archive.names("warc")) == 3
    with pytest.raises(MissingObjectError, match="is not in the archive"):
        archive.whole(uris[0])


def test_an_archive_that_can_be_written_to_passes_the_check_and_stays_empty(location: ArchiveLocation) -> None:
    check(location)

    with pytest.raises(ArchiveError):
        Archive(location).read(f"{location.url}/.longline-probe", 0, 1)


def test_what_is_not_there_is_said_by_its_address(location: ArchiveLocation) -> None:
    uri = f"{location.url}/warc/absent.warc.gz"

    with pytest.raises(ArchiveError, match=r"absent.warc.gz cannot be read: ") as refused:
        Archive(location).read(uri, 0, 10)

    assert str(refused.value).count("\n") == 0


def test_a_range_beyond_the_end_is_no_silent_success(location: ArchiveLocation) -> None:
    archive = Archive(location)
    uri = put(archive, b"short")

    with pytest.raises(ArchiveError, match="cannot be read"):
        archive.read(uri, 100, 10)


@pytest.mark.parametrize("uri", ["s3://elsewhere/warc/a.warc.gz", "file:///etc/passwd", "{url}-other/a", "{url}/../a"])
def test_an_object_of_another_archive_is_refused(location: ArchiveLocation, uri: str) -> None:
    with pytest.raises(ArchiveError):
        Archive(location).read(uri.format(url=location.url), 0, 10)


def test_the_refusal_says_which_variable_to_set(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError) as refused:
        Archive(ArchiveLocation(tmp_path.as_uri())).read("s3://elsewhere/a", 0, 10)

    assert str(refused.value) == (
        f"s3://elsewhere/a is not in {tmp_path.as_uri()}. Set LONGLINE_ARCHIVE_URL to its archive."
    )


@pytest.mark.parametrize("name", ODD_FOLDERS)
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    location = ArchiveLocation((tmp_path / name).as_uri())

    check(location)
    uri = put(Archive(location), b"here")

    assert (tmp_path / name / NAME).read_bytes() == b"here"
    assert Archive(location).read(uri, 0, 4) == b"here"
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    location = ArchiveLocation((tmp_path / "file" / "archive").as_uri())

    with pytest.raises(ArchiveError) as checked:
        check(location)
    with pytest.raises(ArchiveError, match=r"^LONGLINE_ARCHIVE_URL: .*/file/archive cannot be made: "):
        Archive(location)

    assert str(checked.value) == (
        f"LONGLINE_ARCHIVE_URL: {tmp_path}/file/archive cannot be written to: Not a directory. "
        "Make room, or choose another."
    )


def mounted(folder: Path, options: str) -> Iterator[Path]:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.fixture
def closed_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that not even root may write to."""
    if os.geteuid() == 0:
        yield from mounted(tmp_path, "ro")
    else:
        tmp_path.chmod(0o500)
        yield tmp_path
        tmp_path.chmod(0o700)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 kB."""
    yield from mounted(tmp_path, "size=256k")


def test_a_folder_that_must_not_be_written_to(closed_folder: Path) -> None:
    location = ArchiveLocation(closed_folder.as_uri())

    with pytest.raises(ArchiveError, match=r"cannot be written to: (Read-only file system|Permission denied). Make"):
        check(location)
    with pytest.raises(ArchiveError, match=r"^The archive refused "):
        put(Archive(location), b"lost")


def test_a_disk_that_is_full(small_disk: Path) -> None:
    archive = Archive(ArchiveLocation(small_disk.as_uri()))
    put(archive, b"fits")

    with pytest.raises(ArchiveError, match="No space left on device") as refused:
        put(archive, bytes(1_000_000), "warc/large.warc.gz")

    assert str(refused.value).startswith(f"The archive refused {small_disk.as_uri()}/warc/large.warc.gz: ")
    assert not (small_disk / "warc" / "large.warc.gz").exists()
    (small_disk / "filler").write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_bsize))
    with pytest.raises(ArchiveError, match=r"cannot be written to: No space left on device. Make room"):
        check(archive.location)


def test_a_bucket_that_does_not_exist(s3: S3, s3_location: ArchiveLocation) -> None:
    location = ArchiveLocation("s3://absent/raw", s3.endpoint_url, s3.region)

    with pytest.raises(ArchiveError) as checked:
        check(location)
    with pytest.raises(ArchiveError, match=r"^The archive refused s3://absent/raw/warc"):
        put(Archive(location), b"lost")

    assert str(checked.value) == (
        f"LONGLINE_ARCHIVE_URL: bucket absent at {s3.endpoint_url} cannot be written to: "
        "there is no such bucket. Make it, or mend LONGLINE_ARCHIVE_URL."
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("AWS_ACCESS_KEY_ID", "the access key is unknown. Check AWS_ACCESS_KEY_ID"),
        ("AWS_SECRET_ACCESS_KEY", "the secret key is wrong. Check AWS_SECRET_ACCESS_KEY"),
    ],
)
def test_wrong_keys(
    s3: S3, s3_location: ArchiveLocation, monkeypatch: pytest.MonkeyPatch, name: str, reason: str
) -> None:
    monkeypatch.setenv(name, "guess")

    with pytest.raises(ArchiveError) as checked:
        check(s3_location)
    with pytest.raises(ArchiveError, match=r"^The archive refused "):
        put(Archive(s3_location), b"lost")

    assert str(checked.value) == (
        f"LONGLINE_ARCHIVE_URL: bucket {s3.bucket} at {s3.endpoint_url} cannot be written to: {reason}."
    )


def test_no_keys_at_all(s3_location: ArchiveLocation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(ArchiveError, match="AWS_ACCESS_KEY_ID"):
        Archive(s3_location)
    with pytest.raises(ArchiveError, match=r"bucket .* cannot be written to: .*credentials"):
        check(s3_location)


def test_an_s3_server_that_is_not_there(s3_location: ArchiveLocation) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"

    with pytest.raises(ArchiveError, match="Could not connect to the endpoint URL"):
        check(ArchiveLocation(s3_location.url, endpoint, "us-east-1"))


def test_a_bucket_without_a_prefix(s3: S3, s3_location: ArchiveLocation) -> None:
    location = ArchiveLocation(f"s3://{s3.bucket}", s3.endpoint_url, s3.region)

    check(location)
    uri = put(Archive(location), b"here", "warc/without-a-prefix")

    assert uri == f"s3://{s3.bucket}/warc/without-a-prefix"
    assert s3.client().get_object(Bucket=s3.bucket, Key="warc/without-a-prefix")["Body"].read() == b"here"
