"""One crawl of a site at a time, and one reading of its archive, whatever starts it, on however many machines."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import psycopg

from pipelines import database
from pipelines.database import Row
from schemas.job import JobState

CRAWL, AGAIN, ERASE = "site", "again", "erase"
"""What is done to a site: it is crawled, or its pages are read again from the archive; or things are erased."""
_TAKE = "SELECT pg_try_advisory_xact_lock(hashtextextended('longline ' || %s || ' ' || %s, 0)) AS taken"
_RUNNING = """
SELECT id, started_at FROM job WHERE site_id = %s AND state = %s AND (mode = 'archive') = %s
ORDER BY sequence DESC LIMIT 1
"""
# The transaction is idle for as long as the crawl takes. PostgreSQL looks now and then whether a crawl on another
# machine is still there, so that a machine that vanished does not hold its sites for hours.
_SETTINGS = {
    "idle_in_transaction_session_timeout": "0",
    "tcp_keepalives_idle": "60",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
_TRANSACTION_TIMEOUT_SINCE = 170_000


class SiteBusyError(RuntimeError):
    """Another process is crawling the site, or reading its archive."""


class SiteLock:
    """PostgreSQL's advisory lock on a site. It goes when it is released, or when the process dies, however it dies.

    It belongs to a transaction on a connection of its own: a pooler that hands out servers by the transaction would
    leave a lock of the session on a server that somebody else gets next.
    """

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    @classmethod
    def take(cls, database_url: str, site_id: int, site: str, work: str = CRAWL) -> SiteLock:
        """Lock a site for what is done to it; a crawl and a reading of its archive may be at it at one time.

        Raises:
            SiteBusyError: another is at it; names the job.
            DatabaseUnavailableError: PostgreSQL cannot be reached.
        """
        connection = database.connect(database_url)
        try:
            _begin(connection)
            if not _one(connection, _TAKE, [work, site_id])["taken"]:
                raise SiteBusyError(_busy(connection, site_id, site, work))
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    @classmethod
    def of_erasures(cls, database_url: str) -> SiteLock:
        """Lock what only one at a time may do: write segments anew. Its sites are locked one by one, by ``also``.

        Raises:
            SiteBusyError: another is at it.
            DatabaseUnavailableError: PostgreSQL cannot be reached.
        """
        return cls.take(database_url, 0, "The archive", ERASE)

    def also(self, site_id: int, site: str) -> None:
        """Lock a site for all that is done to sites.

        Raises:
            SiteBusyError: something is done to it; names the job.
        """
        for work in (CRAWL, AGAIN):
            if not _one(self._connection, _TAKE, [work, site_id])["taken"]:
                raise SiteBusyError(_busy(self._connection, site_id, site, work))

    def release(self) -> None:
        """Let the next one begin."""
        self._connection.close()


def _begin(connection: psycopg.Connection[Row]) -> None:
    settings = dict(_SETTINGS)
    if connection.info.server_version >= _TRANSACTION_TIMEOUT_SINCE:
        settings["transaction_timeout"] = "0"
    connection.execute("BEGIN")
    for name, value in settings.items():
        connection.execute("SELECT set_config(%s, %s, true)", [name, value])


def _busy(connection: psycopg.Connection[Row], site_id: int, site: str, work: str) -> str:
    job = connection.execute(_RUNNING, [site_id, JobState.RUNNING, work == AGAIN]).fetchone()
    by = f" by job {job['id']} since {job['started_at'].astimezone(UTC):%Y-%m-%d %H:%M} UTC" if job else ""
    done = {CRAWL: "is being crawled", AGAIN: "is being read from the archive", ERASE: "is being erased from"}[work]
    return f"{site} {done} already{by}: let that end first."


def _one(connection: psycopg.Connection[Row], query: str, values: list[Any]) -> Row:
    row = connection.execute(query.encode(), values).fetchone()
    assert row is not None  # a function call returns a row
    return row
