"""What an error of PostgreSQL's means for whoever writes: try again, leave a row out, or give up."""

from __future__ import annotations

import psycopg

_POISON = ("21", "22", "23", "54")
"""What an SQLSTATE begins with: data that are no such value, break a rule of their table, or are too large."""
_RACE = "40"
_PASSING = ("08", "53300", "55P03", "57", "25P03", "25P04")
"""What an SQLSTATE begins with: the connection is gone, there are too many of them, a lock was not to be had in time,
the server restarts, or something took longer than the server allows."""
_LASTING = (
    *("password authentication failed", "no password supplied", "pg_hba.conf", "not permitted to log in"),
    *("permission denied", "does not exist", "no such user", "no such database", "user not found"),
)
"""What a server says that refuses a connection for good. There is no SQLSTATE then, and any other words mean that it
starts, stops or is out of reach."""


def is_poison(error: psycopg.Error) -> bool:
    """Whether one row's data is at fault; what psycopg itself cannot write has no SQLSTATE."""
    if error.sqlstate is not None:
        return error.sqlstate.startswith(_POISON)
    return isinstance(error, psycopg.DataError | psycopg.ProgrammingError)


def is_race(error: psycopg.OperationalError) -> bool:
    """Whether the transaction only lost against another one: the same again will do."""
    return (error.sqlstate or "").startswith(_RACE)


def is_passing(error: psycopg.Error) -> bool:
    """Whether PostgreSQL is away, and may take the same rows a little later."""
    if error.sqlstate is not None:
        return error.sqlstate.startswith(_PASSING)
    if not isinstance(error, psycopg.OperationalError):
        return False
    return not any(words in str(error) for words in _LASTING)


def first_line(error: BaseException) -> str:
    """An error's words, fit for a sentence."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
