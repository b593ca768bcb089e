"""``python -m control.migrate``: once, by whoever comes first, and one sentence where it cannot be."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import psycopg
import pytest

from control.migrate import LOCK
from pipelines.database import connect, migrations_due
from tests.control.conftest import Ended, ended

Start = Callable[..., subprocess.Popen[str]]
Manage = Callable[..., Ended]


def test_it_makes_the_tables_and_says_nothing(start: Start, database_url: str) -> None:
    done = ended(start("-m", "control.migrate", DATABASE_URL=database_url))

    assert done == Ended(0, "", "")
    with connect(database_url) as connection:
        assert not migrations_due(connection)
        for table in ("site", "job", "page", "page_text", "posting", "rejected_record"):
            assert connection.execute(f"SELECT * FROM {table}".encode()).fetchall() == []


def test_a_second_time_it_does_nothing(start: Start, tables_url: str) -> None:
    assert ended(start("-m", "control.migrate", DATABASE_URL=tables_url)) == Ended(0, "", "")


def test_several_at_once_all_succeed(start: Start, database_url: str) -> None:
    processes = [start("-m", "control.migrate", DATABASE_URL=database_url) for _ in range(3)]

    assert [ended(process) for process in processes] == [Ended(0, "", "")] * 3


def test_it_waits_for_whoever_migrates(start: Start, database_url: str) -> None:
    with psycopg.connect(database_url) as other, psycopg.connect(database_url, autocommit=True) as watcher:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        process = start("-m", "control.migrate", DATABASE_URL=database_url)
        waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while not watcher.execute(waiting).fetchone():
            assert process.poll() is None
        with pytest.raises(psycopg.errors.UndefinedTable):
            watcher.execute("SELECT * FROM site")
        other.rollback()

    assert ended(process).status == 0


def test_the_lock_is_free_afterwards(start: Start, database_url: str) -> None:
    ended(start("-m", "control.migrate", DATABASE_URL=database_url))

    with psycopg.connect(database_url) as other:
        assert other.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK]).fetchone() == (True,)


def test_it_needs_no_folder_that_can_be_written(start: Start, tables_url: str) -> None:
    assert ended(start("-m", "control.migrate", DATABASE_URL=tables_url, LONGLINE_HOME="/dev/null/home")).status == 0


def test_without_a_database_url_it_says_so(start: Start) -> None:
    done = ended(start("-m", "control.migrate"))

    assert done.status == 2
    assert done.stderr.startswith("DATABASE_URL is not set: ")
    assert done.stderr.count("\n") == 1


def test_a_server_that_is_away_is_named_without_the_password(start: Start) -> None:
    done = ended(start("-m", "control.migrate", DATABASE_URL="postgresql://ada:hunter2@127.0.0.1:1/crawls"))

    assert done.status == 2
    assert done.stderr == ("DATABASE_URL: PostgreSQL at 127.0.0.1:1/crawls cannot be used: Connection refused.\n")


def test_a_bad_variable_is_named(start: Start) -> None:
    done = ended(start("-m", "control.migrate", LONGLINE_DEBUG="perhaps"))

    assert done.status == 2
    assert done.stderr.startswith("LONGLINE_DEBUG ")
    assert done.stderr.count("\n") == 1


def test_a_url_that_is_none_is_not_repeated(start: Start) -> None:
    done = ended(start("-m", "control.migrate", DATABASE_URL="postgres:/ada:hunter2@db"))

    assert done.status == 2
    assert done.stderr.startswith("DATABASE_URL is not one that PostgreSQL understands: ")
    assert "hunter2" not in done.stderr


def test_a_user_without_rights_is_told(start: Start, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        connection.execute("CREATE ROLE reader LOGIN")
        try:
            done = ended(start("-m", "control.migrate", DATABASE_URL=database_url.replace("//longline@", "//reader@")))
        finally:
            connection.execute("DROP ROLE reader")

    assert done.status == 2
    assert "permission denied for schema public" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_models_have_no_change_without_a_migration(manage: Manage, tables_url: str) -> None:
    done = manage("makemigrations", "--check", "--dry-run", DATABASE_URL=tables_url)

    assert done == Ended(0, "No changes detected\n", "")


def test_migrations_can_be_undone(manage: Manage, tables_url: str) -> None:
    for app in ("results", "jobs", "sites"):
        assert manage("migrate", app, "zero", "-v0", DATABASE_URL=tables_url) == Ended(0, "", "")
    with psycopg.connect(tables_url) as connection:
        left = connection.execute("SELECT to_regclass('site'), to_regclass('job_sequence_seq')").fetchone()

    assert left == (None, None)
