"""An erasure, alone: nothing else is done to a site whose captures are in the segments that are written anew."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Self

import psycopg

from crawler.services import Services
from crawler.site_lock import SiteLock
from pipelines.database import Row
from pipelines.erase import Erased, Eraser, settle
from pipelines.erase_plan import Plan
from pipelines.object_store import Archive
from pipelines.wishes import Wish
from schemas.addresses import url_sha256

_KNOWING = """
SELECT slug FROM site WHERE id IN (
    SELECT site_id FROM page WHERE url_sha256 = %(key)s
    UNION SELECT site_id FROM job JOIN dead_request ON job_id = job.id WHERE url_sha256 = %(key)s
)
"""
_UNFINISHED = """
SELECT job.id, job.state, site.slug FROM job JOIN site ON site.id = job.site_id
WHERE site.slug = ANY(%s) AND job.state NOT IN ('completed', 'failed', 'cancelled') ORDER BY job.sequence
"""
_FIRST = """
SELECT min(job.created_at) AS first FROM job JOIN site ON site.id = job.site_id
WHERE %(sites)s::text[] IS NULL OR slug = ANY(%(sites)s)
"""
_EXPIRED = """
SELECT slug, (config->>'retention_days')::int AS days FROM site
WHERE config->>'retention_days' IS NOT NULL AND (%(site)s::text IS NULL OR slug = %(site)s) ORDER BY slug
"""


class UnfinishedJobsError(RuntimeError):
    """A job may still write what refers to the segments."""


class Erasure:
    """One at a time. ``plan`` locks the sites; what is done is done with them locked."""

    def __init__(self, connection: psycopg.Connection[Row], services: Services, wishes: list[Wish]) -> None:
        self._connection = connection
        self._services = services
        self._wishes = wishes
        self._archive = Archive(services.archive)
        today = datetime.now(UTC).date()
        self._eraser = Eraser(connection, self._archive, wishes, self._first_day(today), today)
        self._held: set[str] = set()

    def __enter__(self) -> Self:
        """Keep others out, and end what one that was cut off had begun."""
        self._lock = SiteLock.of_erasures(self._services.database_url)
        settle(self._connection, self._archive)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let others in."""
        self._lock.release()

    def plan(self) -> Plan:
        """What is to be done in the archive, with all sites locked that it is about.

        Raises:
            SiteBusyError: something else is done to one of the sites.
            UnfinishedJobsError: a job of one of them is not over.
            ArchiveError: the archive cannot be read.
        """
        self._hold(self._wished())
        plan = self._eraser.plan()
        while others := self._eraser.sites_of(plan) - self._held:
            self._hold(others)
            if others & plan.sites:
                # Nobody kept it from being crawled meanwhile.
                plan = self._eraser.plan()
        return plan

    def rehearse(self, plan: Plan) -> Erased:
        """What would be done."""
        return self._eraser.rehearse(plan)

    def erase(self, plan: Plan) -> Erased:
        """Do it.

        Raises:
            ArchiveError: the archive does not give or take something; the next erasure ends what was begun.
        """
        return self._eraser.erase(plan)

    def _wished(self) -> set[str]:
        sites: set[str] = set()
        for wish in self._wishes:
            if wish.site:
                sites.add(wish.site)
            elif wish.url:
                rows = self._connection.execute(_KNOWING, {"key": url_sha256(wish.url)}).fetchall()
                sites |= {row["slug"] for row in rows}
        return sites

    def _hold(self, sites: set[str]) -> None:
        rows = self._connection.execute("SELECT id, slug FROM site WHERE slug = ANY(%s)", [sorted(sites)]).fetchall()
        for row in rows:
            self._lock.also(row["id"], row["slug"])
        if job := self._connection.execute(_UNFINISHED, [sorted(sites)]).fetchone():
            raise UnfinishedJobsError(
                f"The job {job['id']} of {job['slug']} is {job['state']}, and its pages are in the same segments: let "
                f"it end first, or end it with: scrapy frontier cancel {job['id']}"
            )
        self._held |= sites

    def _first_day(self, today: date) -> date:
        sites = [wish.site for wish in self._wishes]
        row = self._connection.execute(_FIRST, {"sites": None if None in sites else sites}).fetchone()
        return row["first"].astimezone(UTC).date() if row and row["first"] else today


def expired(connection: psycopg.Connection[Row], site: str | None) -> list[Wish]:
    """What is older than sites' configs say that it may be kept; of one site, or of all."""
    now = datetime.now(UTC).replace(microsecond=0)
    rows = connection.execute(_EXPIRED, {"site": site}).fetchall()
    return [Wish(row["slug"], None, now - timedelta(days=row["days"])) for row in rows]


def described(done: Erased, what: str) -> str:
    """For people."""
    rows = ", ".join(f"{table} {number:,}" for table, number in sorted(done.rows.items())) or "none"
    lines = [f"captures {what}: {done.captures:,}", f"rows {what}: {rows}"]
    if what == "erased":
        sizes = f"{done.bytes_before:,} bytes before, {done.bytes_after:,} after"
        lines.append(f"segments: {done.rewritten:,} written anew, {done.removed:,} removed; {sizes}")
    else:
        lines.append(f"segments that hold their bytes: {done.rewritten:,}")
    return "\n".join(lines)
