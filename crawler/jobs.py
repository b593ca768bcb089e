"""A job's row, from its start to its end, for the process that crawls it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from pydantic import ValidationError

from crawler.arguments import UNKNOWN_URL, ArgumentError, SiteArguments
from crawler.verdict import Verdict
from pipelines import rows
from pipelines.database import Row
from schemas.addresses import site_host
from schemas.job import Job, JobState, JobStats
from schemas.site import SiteConfig

_SITE_OF_SLUG = "SELECT id, slug, config FROM site WHERE slug = %s"
# The host of a stored site's URL, with and without www.
_SITE_OF_HOST = """
SELECT id, slug, config FROM site
WHERE split_part(split_part(config->>'url', '://', 2), '/', 1) IN (%(host)s, 'www.' || %(host)s::text)
ORDER BY ad_hoc, id LIMIT 1
"""
_AD_HOC = """
INSERT INTO site (slug, config, ad_hoc) VALUES (%(slug)s, %(config)s, true)
ON CONFLICT (slug) DO UPDATE SET slug = excluded.slug RETURNING id
"""
_START = """
INSERT INTO job (id, site_id, url, config, state, started_at)
VALUES (%(id)s, %(site_id)s, %(url)s, %(config)s, %(state)s, now())
ON CONFLICT (id) DO NOTHING RETURNING sequence
"""
_END = """
UPDATE job SET state = %(state)s, error = %(error)s, completed_at = now(), stats = %(stats)s WHERE id = %(id)s
"""
ENDS = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED})

Connection = psycopg.Connection[Row]


@dataclass(frozen=True, slots=True)
class StoredSite:
    """A row of the table ``site``."""

    id: int
    slug: str
    config: SiteConfig


def find_site(connection: Connection, arguments: SiteArguments) -> StoredSite:
    """Find the site that was asked for; for a URL of an unknown host, make it.

    Raises:
        ArgumentError: there is no such site, or its stored config is not valid.
    """
    return StoredSite(*_site(connection, arguments))


def find_spider_site(connection: Connection, spider: str, url: str) -> StoredSite:
    """Find the site whose slug is a spider's name; where there is none, make it.

    Raises:
        ArgumentError: its stored config is not valid.
    """
    stored = connection.execute(_SITE_OF_SLUG, [spider]).fetchone()
    if stored is not None:
        return StoredSite(*_stored(stored))
    return StoredSite(*_ad_hoc(connection, spider, url))


def stored_site(row: Row) -> StoredSite:
    """The site of a row with its columns ``id``, ``slug`` and ``config``.

    Raises:
        ArgumentError: its stored config is not valid.
    """
    return StoredSite(*_stored(row))


def start_job(
    connection: Connection, site: StoredSite, arguments: SiteArguments, typed: frozenset[str] = frozenset()
) -> Job:
    """Make a running job of a site; ``typed``: as the job's own.

    Raises:
        ArgumentError: the job that Scrapyd names is there already.
    """
    config = arguments.applied_to(site.config)
    job_id = arguments.job_id or uuid4()
    url = None if config.url == UNKNOWN_URL else config.url
    values = {"id": job_id, "site_id": site.id, "url": url, "state": JobState.RUNNING}
    # As it is announced, too: what is not said is the spider's own to say.
    values["config"] = rows.json(config.model_dump(mode="json", exclude_unset=True))
    started = connection.execute(_START, values).fetchone()
    if started is None:
        raise ArgumentError(f"-a _job={job_id}: there is such a job already. Give each its own jobid, or none.")
    return Job(id=job_id, sequence=started["sequence"], site_id=site.id, site=site.slug, config=config, typed=typed)


def end_job(connection: Connection, job: UUID, verdict: Verdict, stats: JobStats) -> None:
    """Write down how it ended."""
    values = {"id": job, "state": verdict.state, "error": verdict.error, "stats": rows.json(asdict(stats))}
    connection.execute(_END, values)
    connection.execute("DELETE FROM waiting_request WHERE job_id = %s", [job])


def ending(connection: Connection, job: UUID) -> tuple[Verdict, JobStats] | None:
    """How a job ended; None where it has not."""
    stored = connection.execute("SELECT state, error, stats FROM job WHERE id = %s", [job]).fetchone()
    if stored is None or stored["state"] not in ENDS:
        return None
    return Verdict(JobState(stored["state"]), stored["error"]), JobStats(**stored["stats"])


def name_url(connection: Connection, job: Job, url: str) -> None:
    """Write down where a job started, that is known only now; in the ad-hoc site that was made for it, too."""
    known = rows.json({"url": url})
    connection.execute("UPDATE job SET url = %s, config = config || %s::jsonb WHERE id = %s", [url, known, job.id])
    statement = "UPDATE site SET config = config || %s::jsonb WHERE id = %s AND ad_hoc"
    connection.execute(statement, [known, job.site_id])


def stored_stats(connection: Connection, job: UUID) -> JobStats:
    """What all workers of a job have stored."""
    stored = connection.execute("SELECT stats FROM job WHERE id = %s", [job]).fetchone()
    return JobStats(**stored["stats"]) if stored else JobStats()


def _site(connection: Connection, arguments: SiteArguments) -> tuple[int, str, SiteConfig]:
    if arguments.site is not None:
        stored = connection.execute(_SITE_OF_SLUG, [arguments.site]).fetchone()
        if stored is None:
            raise ArgumentError(f"-a site={arguments.site}: there is no such site. Import it, or give -a url=URL.")
        return _stored(stored)
    assert arguments.url is not None
    host = site_host(arguments.url)
    stored = connection.execute(_SITE_OF_HOST, {"host": host}).fetchone()
    if stored is not None:
        return _stored(stored)
    return _ad_hoc(connection, host, arguments.url)


def _ad_hoc(connection: Connection, slug: str, url: str) -> tuple[int, str, SiteConfig]:
    config = SiteConfig(url=url)
    values = {"slug": slug, "config": rows.json(config.model_dump(mode="json", exclude_defaults=True))}
    return _one(connection, _AD_HOC, values)["id"], slug, config


def _stored(row: Row) -> tuple[int, str, SiteConfig]:
    try:
        return row["id"], row["slug"], SiteConfig.model_validate(row["config"])
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise ArgumentError(f"The stored config of site {row['slug']} is not valid: {field}: {first['msg']}.") from None


def _one(connection: Connection, query: Any, values: dict[str, Any]) -> Row:
    row = connection.execute(query, values).fetchone()
    assert row is not None  # each of these statements returns its row
    return row
