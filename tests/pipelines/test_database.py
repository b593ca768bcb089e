"""Reaching PostgreSQL: one clear sentence where that fails, and whether migrations are due."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from pipelines.database import DatabaseUnavailableError, check, connect, control_location, migrations_due
from tests.support.nginx import free_port
from tests.support.postgres import postgres
from tests.support.tables import Rows


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """The URL of a PostgreSQL that wants a password."""
    with postgres() as url:
        yield url


def refusal(url: str) -> str:
    with pytest.raises(DatabaseUnavailableError) as refused:
        check(url)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_server_that_answers_is_fine(database_url: str) -> None:
    check(database_url)


def test_rows_are_dicts_and_each_statement_is_committed(database_url: str) -> None:
    with connect(database_url) as first, connect(database_url) as second:
        first.execute("CREATE TABLE probe (id int)")
        first.execute("INSERT INTO probe VALUES (7)")
        assert second.execute("SELECT * FROM probe").fetchall() == [{"id": 7}]


def test_no_statement_is_prepared_on_the_server(database_url: str) -> None:
    with connect(database_url) as connection:
        for _ in range(10):
            connection.execute("SELECT %s::int", [1])
        assert connection.execute("SELECT * FROM pg_prepared_statements").fetchall() == []


def test_the_right_password_opens(guarded: str) -> None:
    check(guarded)


def test_nobody_listens_there() -> None:
    port = free_port()

    said = refusal(f"postgresql://longline:secret@127.0.0.1:{port}/longline")

    assert said.startswith(f"DATABASE_URL: postgresql://longline:***@127.0.0.1:{port}/longline cannot be reached (")
    assert "Connection refused" in said
    assert said.endswith("). Start it, or mend the variable.")


def test_the_password_is_wrong(guarded: str) -> None:
    said = refusal(guarded.replace("open", "guess"))

    assert 'password authentication failed for user "longline"' in said
    assert "guess" not in said


def test_there_is_no_such_database(guarded: str) -> None:
    assert 'database "elsewhere" does not exist' in refusal(guarded.replace("/postgres", "/elsewhere"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:ses ame@127.0.0.1:1/db",
        "postgresql://user:ses%zzame@127.0.0.1:1/db",
        "postgresql://user:x@sesame@127.0.0.1:1/db",
        "postgresql://user:x/sesame@127.0.0.1:1/db",
        "postgresql://user:sesame/1@127.0.0.1:1/db",
        "host=127.0.0.1 password=open sesame",
        "sesame",
        "mysql://user:sesame@127.0.0.1/db",
    ],
)
def test_what_is_no_url_is_said_without_its_password(url: str) -> None:
    said = refusal(url)

    assert said.startswith("DATABASE_URL is not one that PostgreSQL understands. Write postgresql://user:password@host")
    assert "ses" not in said


@pytest.mark.parametrize("ports", ["1,2", "1,"])
def test_a_url_may_name_several_servers(ports: str) -> None:
    first, second = ports.split(",")

    said = refusal(f"postgresql://127.0.0.1:{first},127.0.0.2:{second}/db?connect_timeout=1")

    assert "cannot be reached" in said


def test_an_empty_database_is_due(database_url: str) -> None:
    with connect(database_url) as connection:
        assert migrations_due(connection)


def test_a_migrated_database_is_not(rows: Rows) -> None:
    assert not migrations_due(rows)


@pytest.mark.parametrize("app", ["sites", "jobs", "results"])
def test_a_database_that_lacks_a_migration_is_due(rows: Rows, app: str) -> None:
    rows.execute("DELETE FROM django_migrations WHERE app = %s", [app])

    assert migrations_due(rows)


def test_a_database_that_is_ahead_is_not(rows: Rows) -> None:
    rows.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('jobs', '9999_later', now())")

    assert not migrations_due(rows)


def test_the_schema_s_owner_is_found() -> None:
    location = control_location()

    assert location is not None
    assert (location / "control" / "migrate.py").is_file()


def test_a_connection_that_is_killed_says_so_and_is_no_surprise(rows: Rows, tables_url: str) -> None:
    with connect(tables_url) as connection:
        row = connection.execute("SELECT pg_backend_pid() AS pid").fetchone()
        assert row is not None
        rows.execute("SELECT pg_terminate_backend(%s)", [row["pid"]])
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
