"""Failures that a command tells in one sentence. Anything else shows its traceback."""

from __future__ import annotations

import re

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.utils import InterfaceError, OperationalError

from schemas.environment import BadEnvironmentError

REFUSED = 2
"""The exit status of wrong usage and configuration."""


class ManagementError(Exception):
    """Why a command ends: one sentence."""


def explained(error: Exception) -> ManagementError | None:
    """The same failure in one sentence, without a password; None where it is none that a user can mend."""
    if isinstance(error, (BadEnvironmentError, ImproperlyConfigured, ManagementError)):
        return ManagementError(str(error))
    cause = _cause(error)
    if isinstance(cause, (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)):
        return ManagementError("The database is behind this version: run python manage.py migrate first.")
    if isinstance(cause, psycopg.errors.InsufficientPrivilege):
        return ManagementError(f"DATABASE_URL: its user may not do this at {_address()}: {_reason(cause)}.")
    if isinstance(error, (InterfaceError, OperationalError)):
        return ManagementError(f"DATABASE_URL: PostgreSQL at {_address()} cannot be used: {_reason(error)}.")
    return None


def _cause(error: BaseException) -> BaseException:
    """What psycopg said first; Django wraps it, sometimes twice."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return error


def _address() -> str:
    settings = connection.settings_dict
    return f"{settings['HOST'] or 'localhost'}:{settings['PORT'] or 5432}/{settings['NAME']}"


def _reason(error: BaseException) -> str:
    """libpq's first line without the address in front of the reason: we name it ourselves."""
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return re.sub(r"^.*failed: |^connection is bad: |FATAL: +", "", line).rstrip(".")
