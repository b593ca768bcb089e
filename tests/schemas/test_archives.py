"""What may be said of an archive, and what is refused before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.services import archive_location
from pipelines.location import ArchiveLocation
from schemas.archives import read_tags
from schemas.environment import BadEnvironmentError, Environment, read_environment


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Environment.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)
    (tmp_path / "scrapy.cfg").touch()
    monkeypatch.chdir(tmp_path)


def refusal(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    for name, value in values.items():
        monkeypatch.setenv(f"LONGLINE_ARCHIVE_{name}", value)
    with pytest.raises(BadEnvironmentError) as refused:
        read_environment()
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("url", ["gs://bucket/prefix", "gs://bucket", "az://container/prefix", "s3://b", "file:///x"])
def test_an_archive_is_in_a_folder_or_with_one_of_three(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("LONGLINE_ARCHIVE_URL", f"{url}/")

    assert read_environment().archive == url


@pytest.mark.parametrize("url", ["gs://", "az:///prefix", "abfs://container", "file://host/folder", "s3:bucket"])
def test_other_places_are_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert refusal(monkeypatch, URL=url) == (
        "LONGLINE_ARCHIVE_URL must be file:///folder, s3://bucket/prefix, gs://bucket/prefix or az://container/prefix."
    )


REFUSED = [
    ({"URL": "gs://b", "TAGS": "a=b"}, "TAGS is for s3:// and az:// alone, not for gs://. Unset it."),
    (
        {"URL": "az://b", "ENCRYPTION": "AES256"},
        "ENCRYPTION is for s3:// alone, not for az://. Unset it.",
    ),
    ({"STORAGE_CLASS": "X"}, "STORAGE_CLASS is for s3:// and gs:// and az:// alone, not for file://."),
    (
        {"URL": "s3://b", "ENCRYPTION": "DES"},
        "ENCRYPTION must be one of AES256, aws:kms, aws:kms:dsse.",
    ),
    ({"URL": "s3://b", "KMS_KEY": "k", "ENCRYPTION": "AES256"}, "KMS_KEY has no use without "),
    (
        {"URL": "s3://b", "KMS_KEY": "k"},
        "KMS_KEY has no use without LONGLINE_ARCHIVE_ENCRYPTION=aws:kms.",
    ),
    (
        {"URL": "s3://b", "STORAGE_CLASS": "GLACIER"},
        "STORAGE_CLASS is GLACIER: what is kept so cannot ",
    ),
    (
        {"URL": "az://b", "STORAGE_CLASS": "Archive"},
        "STORAGE_CLASS is Archive: what is kept so cannot ",
    ),
    (
        {"URL": "s3://b", "TAGS": "alone"},
        "TAGS must be name=value, with commas between them, 10 at most.",
    ),
    (
        {"ENDPOINT": "s3.example.com"},
        "ENDPOINT must be the URL of a server, as https://s3.example.com",
    ),
    ({"ENDPOINT": "http://u:p@h"}, "ENDPOINT must be the URL of a server, as https://s3.example.com"),
    ({"ANSWER_SECONDS": "0"}, "ANSWER_SECONDS input should be greater than 0."),
]


@pytest.mark.parametrize(("values", "said"), REFUSED, ids=str)
def test_what_a_store_cannot_do_is_refused(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], said: str) -> None:
    assert refusal(monkeypatch, **values).startswith(f"LONGLINE_ARCHIVE_{said}")


def test_tags_have_commas_between_them() -> None:
    assert read_tags("a=b, c = d=e ,") == {"a": "b", "c": "d=e"}
    assert read_tags("") == {}


def test_aws_names_hold_for_s3_and_our_own_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://aws.example.com")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("LONGLINE_ARCHIVE_URL", "s3://b")
    assert archive_location(read_environment()) == ArchiveLocation("s3://b", "https://aws.example.com", "eu-central-1")

    monkeypatch.setenv("LONGLINE_ARCHIVE_ENDPOINT", "https://own.example.com/")
    monkeypatch.setenv("LONGLINE_ARCHIVE_REGION", "auto")
    assert archive_location(read_environment()) == ArchiveLocation("s3://b", "https://own.example.com", "auto")

    monkeypatch.delenv("LONGLINE_ARCHIVE_ENDPOINT")
    monkeypatch.setenv("LONGLINE_ARCHIVE_URL", "gs://b")
    assert archive_location(read_environment()).endpoint is None


def test_settings_of_scrapy_carry_all_of_it() -> None:
    from scrapy.settings import Settings  # noqa: PLC0415 - few tests of schemas need it

    location = ArchiveLocation("s3://b", "https://h", "r", False, "aws:kms", "key", "STANDARD_IA", "a=b", 7.0)
    assert ArchiveLocation.of(Settings(location.settings())) == location
    assert ArchiveLocation.of(Settings({"LONGLINE_ARCHIVE_URL": "s3://b"})) == ArchiveLocation("s3://b")
