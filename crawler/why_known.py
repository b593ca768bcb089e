"""The jobs that there are: those of the tables, and what is known of those that are alive."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from pydantic import ValidationError

from pipelines.database import Row
from schemas.addresses import site_host
from schemas.job import Job, JobState, JobStats
from schemas.site import SiteConfig

ENDS = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED})
_PREFIX = re.compile(r"[0-9a-f-]{1,36}")
_JOBS = """
SELECT job.id, job.sequence, job.site_id, job.url, job.state, job.error, job.stats, job.config, site.slug,
    site.config AS site_config
FROM job JOIN site ON site.id = job.site_id
"""
_ALIVE = _JOBS + "WHERE job.state NOT IN ('completed', 'failed', 'cancelled') ORDER BY job.sequence DESC"
_BY_PREFIX = _JOBS + "WHERE starts_with(job.id::text, %s) ORDER BY job.sequence DESC LIMIT 20"
_BY_IDS = _JOBS + "WHERE job.id = ANY(%s) ORDER BY job.sequence DESC"
_OF_HOST = (
    _JOBS
    + """
WHERE split_part(split_part(site.config->>'url', '://', 2), '/', 1) IN (%(host)s, 'www.' || %(host)s::text)
    OR split_part(split_part(job.url, '://', 2), '/', 1) IN (%(host)s, 'www.' || %(host)s::text)
    OR jsonb_path_exists(site.config, '$.allowed_hosts[*] ? (@ == $host)', jsonb_build_object('host', %(host)s::text))
ORDER BY job.sequence DESC LIMIT 1
"""
)
Connection = psycopg.Connection[Row]


class NoSuchJobError(LookupError):
    """No job has such an id."""


class AmbiguousJobError(ValueError):
    """Several jobs have ids that begin so, or it is not the beginning of an id."""


@dataclass(frozen=True, slots=True)
class KnownJob:
    """A job.

    Args:
        config: with what it was started with; where it is not ``known``, that of its site.
        own: it is one of a spider of somebody's own, as far as is known.
        announced: workers may join it.
    """

    id: UUID
    sequence: int
    site_id: int
    site: str
    url: str
    state: JobState
    error: str | None
    stats: JobStats
    config: SiteConfig
    known: bool
    own: bool
    announced: bool

    @property
    def ended(self) -> bool:
        """Whether its row says that it is over."""
        return self.state in ENDS


class KnownJobs:
    """Looks jobs up.

    Args:
        announced: those that are alive, as Redis has them.
        is_spider: whether a name is that of a spider of somebody's own.
    """

    def __init__(
        self, connection: Connection, announced: Mapping[UUID, bytes], is_spider: Callable[[str], bool]
    ) -> None:
        self._connection = connection
        self._announced = announced
        self._is_spider = is_spider

    def alive(self) -> list[KnownJob]:
        """Those that have not ended, the newest first."""
        return self._read(self._connection.execute(_ALIVE).fetchall())

    def named(self, beginning: str) -> KnownJob:
        """The one job whose id begins so.

        Raises:
            NoSuchJobError: there is none.
            AmbiguousJobError: there are several, or no id begins so.
        """
        beginning = beginning.lower()
        if not _PREFIX.fullmatch(beginning):
            raise AmbiguousJobError(f"{beginning}: that is not a job's id, nor its beginning. See: scrapy jobs")
        found = self._read(self._connection.execute(_BY_PREFIX, [beginning]).fetchall())
        if not found:
            raise NoSuchJobError(f"{beginning}: there is no such job. See: scrapy jobs")
        if len(found) > 1:
            ids = ", ".join(str(job.id) for job in found[:3])
            raise AmbiguousJobError(f"{beginning}: several jobs begin so ({ids}, …). Give more of the id.")
        return found[0]

    def of_ids(self, ids: set[UUID]) -> list[KnownJob]:
        """Those of these ids, the newest first."""
        return self._read(self._connection.execute(_BY_IDS, [list(ids)]).fetchall())

    def newest_of_host(self, url: str) -> KnownJob | None:
        """The newest job whose site has the URL's host."""
        found = self._read(self._connection.execute(_OF_HOST, {"host": site_host(url)}).fetchall())
        return found[0] if found else None

    def _read(self, rows: list[Row]) -> list[KnownJob]:
        return [self._job(row) for row in rows]

    def _job(self, row: Row) -> KnownJob:
        described = self._described(row["id"])
        config = described.config if described else _valid(row["config"])
        best = config or _valid(row["site_config"]) or SiteConfig(url=row["url"])
        return KnownJob(
            id=row["id"],
            sequence=row["sequence"],
            site_id=row["site_id"],
            site=row["slug"],
            url=row["url"] or best.url,
            state=JobState(row["state"]),
            error=row["error"],
            stats=_stats(row["stats"]),
            config=best,
            known=config is not None,
            own=described.spider != "site" if described else self._is_spider(row["slug"]),
            announced=row["id"] in self._announced,
        )

    def _described(self, job: UUID) -> Job | None:
        try:
            return Job.decode(self._announced[job]) if job in self._announced else None
        except ValidationError:  # another version's: its site's config says most of it
            return None


def _valid(config: dict[str, Any] | None) -> SiteConfig | None:
    try:
        return SiteConfig.model_validate(config) if config else None
    except ValidationError:  # as it may be after an upgrade
        return None


def _stats(stats: dict[str, Any]) -> JobStats:
    """What is known here of the counts."""
    names = JobStats.__dataclass_fields__
    return JobStats(**{name: value for name, value in stats.items() if name in names})
