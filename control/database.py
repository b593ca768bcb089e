"""From ``DATABASE_URL`` to what Django wants to know of a database."""

from __future__ import annotations

from typing import Any, NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import lazy
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

CONNECT_TIMEOUT = 10
"""Seconds. Without one, an address that does not answer is waited for until the network stack gives up."""

UNSET = (
    "DATABASE_URL is not set: set it to postgresql://user:password@host:5432/name, "
    "or use manage.py, which starts a PostgreSQL of its own."
)


def database_settings(url: SecretStr | None) -> dict[str, Any]:
    """Django's settings of one database: a URL, or key=value words as ``psql`` takes them.

    Where there is no URL, whatever opens a connection raises: code can be checked without a database.

    Raises:
        ImproperlyConfigured: the URL is not one; its text, which may hold a password, is not repeated.
    """
    if url is None:
        return {"ENGINE": "django.db.backends.postgresql", "NAME": lazy(_refuse, str)()}
    options = connection_parameters(url.get_secret_value())
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": options.pop("dbname", "") or options.get("user", ""),
        "USER": options.pop("user", ""),
        "PASSWORD": options.pop("password", ""),
        "HOST": options.pop("host", ""),
        "PORT": options.pop("port", ""),
        "OPTIONS": {"connect_timeout": CONNECT_TIMEOUT, **options},
        # Theirs outlive the transaction, and a pooler in transaction mode asks another server for their rows.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def connection_parameters(url: str) -> dict[str, Any]:
    """What libpq reads from ``url``: ``host`` (a name, or the folder of a socket), ``port``, ``dbname``, ….

    Raises:
        ImproperlyConfigured: the URL is not one.
    """
    try:
        return dict(conninfo_to_dict(url))
    except ProgrammingError:
        raise ImproperlyConfigured(
            "DATABASE_URL is not one that PostgreSQL understands: write postgresql://user:password@host:5432/name."
        ) from None


def _refuse() -> NoReturn:
    raise ImproperlyConfigured(UNSET)
