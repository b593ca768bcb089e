"""Jobs of a site whose processes have all died: they are ended before the site is crawled again."""

from __future__ import annotations

from uuid import UUID

import psycopg

from crawler.aside import run_aside
from crawler.jobs import end_job, stored_stats
from crawler.site_lock import SiteBusyError
from crawler.verdict import Verdict
from frontier.connection import connect_async
from frontier.jobs import Jobs, serves_all
from pipelines.database import Row
from schemas.job import JobState

# One that reads the archive is gone on with by whoever asks for the same again.
_RUNNING = """
SELECT id FROM job WHERE site_id = %s AND state IN ('running', 'paused') AND mode <> 'archive' ORDER BY sequence
"""
DIED = "The processes that crawled it have died."


def settle(connection: psycopg.Connection[Row], redis_url: str, site_id: int) -> None:
    """End what nobody works on any more. The site's lock is held meanwhile, so that nothing of it begins.

    Raises:
        SiteBusyError: workers go on with a job whose ``crawl site`` has died.
    """
    running = [row["id"] for row in connection.execute(_RUNNING, [site_id]).fetchall()]
    for orphan in running:
        if run_aside(_taken_away(redis_url, orphan)):
            end_job(connection, orphan, Verdict(JobState.FAILED, DIED), stored_stats(connection, orphan))
        else:
            raise SiteBusyError(f"The site is being crawled by workers, as job {orphan}: let that end first.")


async def _taken_away(redis_url: str, job: UUID) -> bool:
    """Remove a job from Redis, unless there are workers that serve it."""
    server = connect_async(redis_url)
    try:
        jobs = Jobs(server)
        if job in await jobs.jobs() and any(map(serves_all, await jobs.alive())):
            return False
        await jobs.forget(job)
        return True
    finally:
        await server.aclose()
