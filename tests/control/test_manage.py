"""``manage.py``: Django's commands, on our servers or somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.control.conftest import Ended

Manage = Callable[..., Ended]


def test_without_a_database_url_it_works_on_our_own(manage: Manage) -> None:
    assert manage("migrate", "-v0") == Ended(0, "", "")
    assert manage("export_sites") == Ended(0, "{}\n", "")


def test_a_bad_variable_is_named_and_nothing_starts(manage: Manage, tmp_path: Path) -> None:
    done = manage("check", LONGLINE_DEBUG="perhaps")

    assert done.status == 2
    assert done.stderr.startswith("LONGLINE_DEBUG ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "home").exists()


def test_servers_that_cannot_start_are_told_in_one_sentence(manage: Manage, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    done = manage("migrate", LONGLINE_HOME=str(tmp_path / "file"))

    assert done.status == 2
    assert "LONGLINE_HOME" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [("migrate",), ("export_sites",), ("showmigrations",)])
def test_a_server_that_is_away_is_told_in_one_sentence(manage: Manage, words: tuple[str, ...]) -> None:
    done = manage(*words, DATABASE_URL="postgresql://ada:hunter2@127.0.0.1:1/crawls")

    assert done.status == 2
    assert done.stderr == "DATABASE_URL: PostgreSQL at 127.0.0.1:1/crawls cannot be used: Connection refused.\n"


def test_a_database_without_tables_asks_for_migrate(manage: Manage, database_url: str) -> None:
    done = manage("export_sites", DATABASE_URL=database_url)

    assert done == Ended(2, "", "The database is behind this version: run python manage.py migrate first.\n")


def test_the_checks_of_a_public_host_find_nothing(manage: Manage, tables_url: str) -> None:
    done = manage(
        "check", "--deploy", "--fail-level", "WARNING", DATABASE_URL=tables_url, LONGLINE_ALLOWED_HOSTS="crawl.example"
    )

    assert done.status == 0, done.stderr


def test_the_checks_of_loopback_find_that_there_is_no_tls(manage: Manage, tables_url: str) -> None:
    done = manage("check", "--deploy", DATABASE_URL=tables_url)

    assert done.status == 0
    assert "security.W012" in done.stderr
    assert "security.W016" in done.stderr
    assert "identified 2 issues" in done.stderr
