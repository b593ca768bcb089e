"""PostgreSQL for those who wait: commands, and what happens before and after a crawl."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from schemas.environment import without_password

CONNECT_SECONDS = 5
# A pooler in transaction mode hands each statement to another server, which knows no prepared statement.
NO_PREPARED_STATEMENTS = None

Row = dict[str, Any]


class DatabaseUnavailableError(RuntimeError):
    """PostgreSQL does not answer, or refuses the user."""


def connect(url: str) -> psycopg.Connection[Row]:
    """An autocommit connection whose rows are dicts.

    Raises:
        DatabaseUnavailableError: names the variable, the address without its password, and the reason.
    """
    if not _understood(url):
        # What libpq says of it may hold a part of the password.
        raise DatabaseUnavailableError(
            "DATABASE_URL is not one that PostgreSQL understands. Write postgresql://user:password@host:5432/name, "
            "and in the password %2F for /, %40 for @ and %20 for a blank."
        )
    try:
        return psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            prepare_threshold=NO_PREPARED_STATEMENTS,
            row_factory=dict_row,
        )
    except (psycopg.Error, ValueError) as error:
        raise DatabaseUnavailableError(_sentence(url, error)) from None


async def connect_async(url: str) -> psycopg.AsyncConnection[tuple[Any, ...]]:
    """An autocommit connection for the event loop.

    Raises:
        psycopg.OperationalError: PostgreSQL does not answer, or refuses the user.
    """
    return await psycopg.AsyncConnection.connect(
        url, autocommit=True, connect_timeout=CONNECT_SECONDS, prepare_threshold=NO_PREPARED_STATEMENTS
    )


async def connect_for_rows(url: str) -> psycopg.AsyncConnection[Row]:
    """The same, whose rows are dicts."""
    connection = cast("psycopg.AsyncConnection[Row]", await connect_async(url))
    connection.row_factory = dict_row
    return connection


def check(url: str) -> None:
    """Ask for a sign of life.

    Raises:
        DatabaseUnavailableError: as in ``connect``.
    """
    with connect(url):
        pass


def _understood(url: str) -> bool:
    """Whether no part of it has slipped into another, as a password does that has ``/`` or ``@`` in it."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return False
    ports = str(parts.get("port") or "0").split(",")
    return "@" not in str(parts.get("host")) and all(port.strip().isdigit() or not port for port in ports)


def _sentence(url: str, error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    telling = (line for line in lines if "FATAL" in line or "refused" in line or "failed" in line)
    reason = next(telling, lines[-1]).rpartition("FATAL:")[2].strip().rstrip(".")
    return f"DATABASE_URL: {without_password(url)} cannot be reached ({reason}). Start it, or mend the variable."


def migrations_due(connection: psycopg.Connection[Row]) -> bool:
    """Whether the schema is behind the migrations that are shipped; a few milliseconds, without Django."""
    table = connection.execute("SELECT to_regclass('django_migrations') AS name").fetchone()
    if not table or table["name"] is None:
        return True
    applied = connection.execute("SELECT app, name FROM django_migrations").fetchall()
    return not _shipped() <= {(row["app"], row["name"]) for row in applied}


def control_location() -> Path | None:
    """The folder or zip file that holds the package which owns the schema, or None where it is not installed."""
    spec = find_spec("control")
    return Path(spec.origin).parents[1] if spec and spec.origin else None


def _shipped() -> set[tuple[str, str]]:
    """App and name of each migration. The package may be in a zip file, as in an egg: no folder is listed."""
    location = control_location()
    if location is None:
        return set()
    control = location / "control"
    apps = [app.name for app in iter_modules([str(control)]) if app.ispkg]
    modules = ((app, module.name) for app in apps for module in iter_modules([str(control / app / "migrations")]))
    return {(app, name) for app, name in modules if name[:1].isdigit()}
