"""One job that is advertised in several places: found, split, and put back. What was seen stays as it is.

Postings are compared when their content has changed since, with those that share a sign: the employer and title with a
town, or an address that applicants are sent to. Each posting's part is a row of ``posting_group_member``.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from pipelines import group_rows
from pipelines.database import Row
from pipelines.group_batch import RULES, Batch

BATCH = 50
"""Postings in one transaction, with up to some 2,000 others that they are compared with: 64 MB of texts."""
LISTED = 50


@dataclass(frozen=True, slots=True)
class Grouped:
    """How many postings were compared, and how many rows of ``posting_group_member`` that changed."""

    compared: int
    changed: int


def group_job(connection: psycopg.Connection[Row], job_id: UUID, stop: Callable[[], bool] = bool) -> Grouped:
    """Group the postings of a job's pages that are new or have changed. Again, it finds nothing to do.

    ``stop`` is asked now and then: true ends it early, and the rest is done the next time.

    ``connection`` is one that commits by itself, with rows as dicts. Many postings take their time: some 1 ms each.

    Raises:
        psycopg.Error: what is done stays done, and the rest is done the next time.
    """
    return _group(connection, stop, job=job_id, site=None)


def group_stored(connection: psycopg.Connection[Row], site_id: int | None = None) -> Grouped:
    """The same for a site's postings, or all."""
    return _group(connection, bool, job=None, site=site_id)


def split(connection: psycopg.Connection[Row], postings: list[int]) -> list[Row]:
    """Take postings out of their groups; no rule puts them back. The rows' ``group_id`` and ``posting_id``."""
    return connection.execute(group_rows.SPLIT.encode(), {"postings": postings, "group": None}).fetchall()


def undo(connection: psycopg.Connection[Row], postings: list[int]) -> list[Row]:
    """Put postings back into the groups that they were split off from. The rows' ``group_id`` and ``posting_id``."""
    return connection.execute(group_rows.UNDO.encode(), {"postings": postings, "group": None}).fetchall()


def listed(connection: psycopg.Connection[Row], site_id: int | None = None) -> list[Row]:
    """The newest groups, or those that have a posting of a site, each with its ``members``."""
    return connection.execute(group_rows.LIST.encode(), {"site": site_id, "most": LISTED}).fetchall()


def _group(connection: psycopg.Connection[Row], stop: Callable[[], bool], **of: Any) -> Grouped:
    compared = changed = 0
    with connection.cursor() as cursor:
        ids = array("q", (row["id"] for row in cursor.stream(group_rows.CHANGED.encode(), of | {"rules": RULES})))
    while compared < len(ids) and not stop():
        some = ids[compared : compared + BATCH].tolist()
        with connection.transaction():
            connection.execute(group_rows.LOCK.encode())
            changed += Batch(connection).compare(some)
        compared += len(some)
    return Grouped(compared, changed)
