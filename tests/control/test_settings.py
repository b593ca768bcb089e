"""Where Django's settings come from."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pydantic import SecretStr

from control.database import database_settings
from control.secret_key import kept_secret_key, lazy_secret_key
from schemas.environment import Environment


def test_a_url_becomes_djangos_settings() -> None:
    url = SecretStr("postgresql://ada:hunter%402@db.example:6432/crawls?sslmode=require")

    assert database_settings(url) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "crawls",
        "USER": "ada",
        "PASSWORD": "hunter@2",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"connect_timeout": 10, "sslmode": "require"},
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def test_a_socket_s_folder_is_a_host() -> None:
    settings = database_settings(SecretStr("postgresql://longline@/longline?host=/tmp/a%20b&connect_timeout=3"))

    assert (settings["HOST"], settings["NAME"]) == ("/tmp/a b", "longline")
    assert settings["OPTIONS"] == {"connect_timeout": "3"}


def test_a_url_without_a_database_means_the_user_s() -> None:
    assert database_settings(SecretStr("postgresql://ada@db.example"))["NAME"] == "ada"


def test_words_as_psql_takes_them_are_understood() -> None:
    assert database_settings(SecretStr("host=db.example dbname=crawls user=ada"))["NAME"] == "crawls"


def test_what_is_no_url_is_refused_without_its_text() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL is not one") as refused:
        database_settings(SecretStr("postgres//hunter2"))

    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_without_a_url_the_first_use_says_so() -> None:
    settings = database_settings(None)

    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL is not set"):
        assert settings["NAME"] == "anything"


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"

    key = kept_secret_key(home)

    assert len(key) >= 50
    assert kept_secret_key(home) == key
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["secret_key"]


def test_many_that_make_the_key_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(kept_secret_key, [tmp_path] * 32))

    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_the_key_of_the_environment_wins(tmp_path: Path) -> None:
    environment = Environment(LONGLINE_SECRET_KEY="given", LONGLINE_HOME=tmp_path)

    assert lazy_secret_key(environment) == "given"
    assert list(tmp_path.iterdir()) == []


def test_the_key_is_not_made_before_it_is_needed(tmp_path: Path) -> None:
    environment = Environment(LONGLINE_HOME=tmp_path / "home")

    key = lazy_secret_key(environment)

    assert not (tmp_path / "home").exists()
    assert len(key) >= 50
    assert (tmp_path / "home" / "secret_key").read_text() == key


def test_a_key_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ImproperlyConfigured, match=r"Not a directory\. Set LONGLINE_SECRET_KEY"):
        kept_secret_key(tmp_path / "file")


def test_an_empty_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()

    with pytest.raises(ImproperlyConfigured, match="is empty: delete it"):
        kept_secret_key(tmp_path)
