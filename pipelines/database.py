"""PostgreSQL for those who wait: commands, and what happens before and after a crawl."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

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
    shipped = {(app.name, file.stem) for app in _apps() for file in (app / "migrations").glob("[0-9]*.py")}
    table = connection.execute("SELECT to_regclass('django_migrations') AS name").fetchone()
    if not table or table["name"] is None:
        return True
    applied = connection.execute("SELECT app, name FROM django_migrations").fetchall()
    return not shipped <= {(row["app"], row["name"]) for row in applied}


def control_folder() -> Path | None:
    """Where the package that owns the schema is, or None where it is not installed."""
    spec = find_spec("control")
    return Path(spec.origin).parent if spec and spec.origin else None


def _apps() -> list[Path]:
    folder = control_folder()
    return [app for app in folder.iterdir() if (app / "migrations").is_dir()] if folder else []
