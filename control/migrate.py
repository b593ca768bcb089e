"""Brings the database's schema up to date: ``python -m control.migrate``.

Several may be started at once, on several machines: one migrates, the others wait, then find nothing to do.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import LockNotAvailable

from control.failures import REFUSED, ManagementError, explained

LOCK = int.from_bytes(b"longline")
WAIT_SECONDS = 300


def main() -> int:
    """Migrate the database of ``DATABASE_URL``. The exit status: 0, or 2 with one sentence on stderr."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "control.settings")
    try:
        django.setup()
        with one_at_a_time():
            call_command("migrate", verbosity=0, interactive=False)
    except Exception as error:
        reason = explained(error)
        if reason is None:
            raise
        print(reason, file=sys.stderr)
        return REFUSED
    return 0


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold PostgreSQL's advisory lock; close Django's connection after the work.

    It belongs to a transaction on a connection of its own: a pooler that hands out servers by the transaction
    would leave a lock of the session on a server that somebody else gets next.

    Raises:
        ManagementError: another has held it for ``WAIT_SECONDS``.
        OperationalError: PostgreSQL cannot be used.
    """
    holder = connection.copy()
    try:
        holder.set_autocommit(False)
        _lock(holder)
        yield
    finally:
        holder.close()
        connection.close()


def _lock(holder: BaseDatabaseWrapper) -> None:
    with holder.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
        # The transaction is idle for as long as the migrations take.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        try:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise ManagementError(
                    f"Another process has been migrating this database for {WAIT_SECONDS} s: "
                    f"see pg_stat_activity, and end it or wait."
                ) from error
            raise


if __name__ == "__main__":
    sys.exit(main())
