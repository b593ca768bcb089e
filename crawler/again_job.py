"""A job of mode ``archive`` in the database: which segments it reads, who is at one, which are done, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg

from crawler.again_arguments import AgainArguments
from crawler.arguments import ArgumentError
from crawler.jobs import StoredSite, end_job, stored_site
from crawler.responses import agent_of
from crawler.verdict import Verdict
from extractors import EXTRACTOR
from pipelines import rows, rows_sql
from pipelines.database import Row
from pipelines.stored_pages import Reading
from pipelines.withdrawal import withdraw
from schemas.job import JobState, JobStats

MODE = "archive"
ATTEMPTS = 3
"""A segment whose worker dies so often is given up, so that it does not kill one after the other."""
UNREADABLE, UNSTORED, WITHDRAWN, SUPERSEDED = "unreadable", "not stored", "withdrawn", "superseded"
"""Causes in ``job.stats.failures``: pages whose bytes the archive does not give; pages whose rows PostgreSQL refused;
postings that their page does not show any more; pages that a newer crawl has fetched meanwhile."""
Connection = psycopg.Connection[Row]

_CHOSEN = """
FROM page WHERE site_id = %(site_id)s AND (%(job)s::uuid IS NULL OR job_id = %(job)s)
    AND (%(since)s::timestamptz IS NULL OR fetched_at >= %(since)s)
"""
_SITES = """
SELECT id, slug, config FROM site
WHERE (%(site)s::text IS NULL OR slug = %(site)s)
    AND (%(job)s::uuid IS NULL OR id = (SELECT site_id FROM job WHERE id = %(job)s))
    AND EXISTS (SELECT FROM page WHERE page.site_id = site.id
        AND (%(since)s::timestamptz IS NULL OR fetched_at >= %(since)s))
ORDER BY slug
"""
_SEGMENTS = (
    f"SELECT archive_uri AS uri, array_agg(id ORDER BY archive_offset) AS page_ids {_CHOSEN} GROUP BY 1 ORDER BY 1"
)
_PLAN = f"INSERT INTO job_segment (job_id, uri, page_ids) SELECT %(id)s, uri, page_ids FROM ({_SEGMENTS}) AS found"  # noqa: S608 - names of columns
_START = """
INSERT INTO job (id, site_id, url, config, mode, state, started_at)
VALUES (%(id)s, %(site_id)s, %(url)s, %(config)s, %(mode)s, 'running', now())
ON CONFLICT (id) DO NOTHING RETURNING sequence
"""
_LEFT = """
UPDATE job SET state = 'running', error = NULL, completed_at = NULL WHERE id = (
    SELECT id FROM job WHERE site_id = %(site_id)s AND mode = %(mode)s AND config = %(config)s::jsonb
        AND state IN ('running', 'cancelled') AND EXISTS (SELECT FROM job_segment WHERE job_id = job.id)
    ORDER BY sequence DESC LIMIT 1
) RETURNING id
"""
_CLAIM = """
UPDATE job_segment SET claimed_by = %(by)s, claimed_until = now() + make_interval(secs => %(seconds)s),
    attempts = attempts + 1
WHERE job_id = %(job)s AND uri = %(uri)s AND done_at IS NULL
    AND (claimed_by IS NULL OR claimed_by = %(by)s OR claimed_until < now())
RETURNING page_ids, attempts
"""
_RELEASE = """
UPDATE job_segment SET claimed_by = NULL, attempts = attempts - 1
WHERE job_id = %(job)s AND uri = %(uri)s AND claimed_by = %(by)s
"""
_HELD = """
SELECT extract(epoch FROM claimed_until - now()) AS seconds FROM job_segment
WHERE job_id = %s AND uri = %s AND done_at IS NULL
"""
_DONE = """
UPDATE job_segment SET done_at = now(), missing = %(missing)s
WHERE job_id = %(job)s AND uri = %(uri)s AND done_at IS NULL RETURNING 1
"""
_OPEN = "SELECT EXISTS(SELECT FROM job_segment WHERE job_id = %s AND done_at IS NULL) AS open"
_COUNTS = "SELECT count(*) AS segments, count(done_at) AS done FROM job_segment WHERE job_id = %s"
_STOP = """
UPDATE job SET state = 'cancelled', error = %(error)s, completed_at = now()
WHERE id = %(id)s AND mode = %(mode)s AND state = 'running' RETURNING id
"""
_TODO = "SELECT uri FROM job_segment WHERE job_id = %s AND done_at IS NULL ORDER BY uri"


@dataclass(frozen=True, slots=True)
class Portion:
    """A segment, and the pages whose bytes are wanted of it."""

    uri: str
    page_ids: list[int]


class HeldError(RuntimeError):
    """Another has a segment, for so many ``seconds`` at the most."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Another worker has the segment, for {seconds:.0f} s at the most.")
        self.seconds = seconds


def sites(connection: Connection, asked: AgainArguments) -> list[StoredSite]:
    """The sites whose pages were asked for.

    Raises:
        ArgumentError: there is no such job or site; or a site's stored config is not valid.
    """
    if asked.job and not connection.execute("SELECT 1 FROM job WHERE id = %s", [asked.job]).fetchone():
        raise ArgumentError(f"-a job={asked.job}: there is no such job. See: scrapy jobs")
    if asked.site and not connection.execute("SELECT 1 FROM site WHERE slug = %s", [asked.site]).fetchone():
        raise ArgumentError(f"-a site={asked.site}: there is no such site. See: scrapy jobs")
    values = {"site": asked.site, "job": asked.job, "since": asked.since}
    return [stored_site(row) for row in connection.execute(_SITES, values).fetchall()]


def reading(site: StoredSite, extract: tuple[str, ...] | None) -> Reading:
    """What is read from the pages of a site."""
    config = site.config
    names = frozenset(extract or config.extract)
    return Reading(site.id, site.slug, names, agent_of(config), config.posting_selectors)


def asked_config(site: StoredSite, asked: AgainArguments) -> dict[str, Any]:
    """What a job was started with, as its row says it. One that was left goes on where all of it is the same."""
    return {
        "url": site.config.url,
        "extract": sorted(asked.extract or site.config.extract),
        "job": str(asked.job) if asked.job else None,
        "since": asked.since.isoformat() if asked.since else None,
        "extractor": EXTRACTOR,
        "posting_selectors": site.config.posting_selectors.model_dump(exclude_none=True),
    }


def left(connection: Connection, site: StoredSite, asked: AgainArguments) -> UUID | None:
    """The job that was stopped or killed at the same work, running again; None where there is none."""
    values = {"site_id": site.id, "mode": MODE, "config": rows.json(asked_config(site, asked))}
    found = connection.execute(_LEFT, values).fetchone()
    return found["id"] if found else None


def start(connection: Connection, site: StoredSite, asked: AgainArguments) -> UUID:
    """Make a running job, with the segments that it is to read.

    Raises:
        ArgumentError: the job that Scrapyd names is there already.
    """
    job = asked.job_id or uuid4()
    values = {"id": job, "site_id": site.id, "url": site.config.url, "mode": MODE}
    with connection.transaction():
        config = {"config": rows.json(asked_config(site, asked))}
        if connection.execute(_START, values | config).fetchone() is None:
            raise ArgumentError(f"-a _job={job}: there is such a job already. Give each its own jobid, or none.")
        connection.execute(_PLAN.encode(), values | {"job": asked.job, "since": asked.since})
    return job


def portions(connection: Connection, site: StoredSite, asked: AgainArguments) -> Iterator[Portion]:
    """All segments that were asked for, with no job: however many there are, few are in memory."""
    with connection.transaction(), connection.cursor(name="portions") as cursor:
        cursor.itersize = 20
        cursor.execute(_SEGMENTS.encode(), {"site_id": site.id, "job": asked.job, "since": asked.since})
        for row in cursor:
            yield Portion(row["uri"], row["page_ids"])


def todo(connection: Connection, job: UUID) -> Iterator[str]:
    """The segments that are not done; few are in memory."""
    with connection.transaction(), connection.cursor(name="todo") as cursor:
        cursor.execute(_TODO, [job])
        for row in cursor:
            yield row["uri"]


def reading_of(connection: Connection, job: UUID) -> Reading | None:
    """What a running job reads; None where it is over."""
    query = """
        SELECT site.id, site.slug, job.config->'extract' AS extract,
            site.config || jsonb_build_object('posting_selectors', job.config->'posting_selectors') AS config
        FROM job JOIN site ON site.id = job.site_id WHERE job.id = %s AND job.state = 'running'
    """
    row = connection.execute(query, [job]).fetchone()
    return reading(stored_site(row), tuple(row["extract"])) if row else None


def claim(connection: Connection, job: UUID, uri: str, by: str, seconds: float) -> Portion | None:
    """Take a segment for so many seconds; None where it is done, or given up. ``by`` may take its own again.

    Raises:
        HeldError: another has it.
    """
    values = {"job": job, "uri": uri, "by": by, "seconds": seconds}
    claimed = connection.execute(_CLAIM, values).fetchone()
    if claimed is None:
        held = connection.execute(_HELD, [job, uri]).fetchone()
        if held:
            raise HeldError(max(1.0, float(held["seconds"])))
        return None
    if claimed["attempts"] > ATTEMPTS:
        pages = len(claimed["page_ids"])
        said = f"{uri} was given up: whoever read it was killed, or took too long, {ATTEMPTS} times."
        finish(connection, job, uri, JobStats(failures={UNREADABLE: (pages, said)}), set())
        return None
    return Portion(uri, claimed["page_ids"])


def release(connection: Connection, job: UUID, uri: str, by: str) -> None:
    """Give a segment back, as if it had not been tried."""
    connection.execute(_RELEASE, {"job": job, "uri": uri, "by": by})


def finish(connection: Connection, job: UUID, uri: str, stats: JobStats, missing: set[int]) -> None:
    """Note that a segment is done, and count it in its job, once, whoever else has done it too."""
    with connection.transaction():
        values = {"job": job, "uri": uri, "missing": sorted(missing)}
        if connection.execute(_DONE, values).fetchone():
            connection.execute(rows_sql.JOB_STATS.encode(), rows.job_stats_row(job, stats))


def end(connection: Connection, database_url: str, job: UUID) -> bool:
    """End a job whose segments are all done, once. Returns whether it is over.

    Raises:
        psycopg.Error: PostgreSQL is away.
    """
    with connection.transaction():
        row = connection.execute("SELECT state, stats FROM job WHERE id = %s FOR UPDATE", [job]).fetchone()
        if row is None or row["state"] != JobState.RUNNING:
            return True
        if _is_open(connection, job):
            return False
        stats = JobStats(**row["stats"])
        count, first = asyncio.run(withdraw(database_url, job))
        if count:
            stats.failures[WITHDRAWN] = (count, first)
        end_job(connection, job, judge(stats), stats)
        connection.execute("DELETE FROM job_segment WHERE job_id = %s", [job])
    return True


def judge(stats: JobStats) -> Verdict:
    """How a job ended that has read all its segments."""
    for cause, what in ((UNREADABLE, "could not be read from the archive"), (UNSTORED, "could not be stored")):
        count, first = stats.failures.get(cause, (0, ""))
        if count:
            return Verdict(JobState.FAILED, f"{count:,} pages {what}; first: {first}")
    return Verdict(JobState.COMPLETED)


def stop(connection: Connection, job: UUID) -> bool:
    """Cancel a running job of mode ``archive``: what is done stays done, and segments that are begun are ended.

    Returns whether it was one.
    """
    values = {"id": job, "mode": MODE, "error": "Stopped on request; the same command goes on with it."}
    return connection.execute(_STOP, values).fetchone() is not None


def progress(connection: Connection, job: UUID) -> tuple[int, int]:
    """How many segments a job has, and how many are done."""
    row = connection.execute(_COUNTS, [job]).fetchone()
    return (row["segments"], row["done"]) if row else (0, 0)


def activity(connection: Connection, job: UUID) -> tuple[int, int]:
    """What changes whenever somebody takes a segment of a job or is done with one."""
    query = "SELECT coalesce(sum(attempts), 0) AS attempts, count(done_at) AS done FROM job_segment WHERE job_id = %s"
    row = connection.execute(query, [job]).fetchone()
    return (row["attempts"], row["done"]) if row else (0, 0)


def state(connection: Connection, job: UUID) -> str | None:
    """What state a job is in."""
    row = connection.execute("SELECT state FROM job WHERE id = %s", [job]).fetchone()
    return row["state"] if row else None


def _is_open(connection: Connection, job: UUID) -> bool:
    row = connection.execute(_OPEN, [job]).fetchone()
    return bool(row and row["open"])
