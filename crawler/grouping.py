"""When a job has ended, its postings are compared with all others: beside the crawl, in a thread."""

from __future__ import annotations

import asyncio
import logging
from threading import Event
from uuid import UUID

import psycopg

from pipelines import database

logger = logging.getLogger(__name__)


class Grouping:
    """Nothing depends on it: what is left undone, as when PostgreSQL goes away, is done after the site's next job."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stop = Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, job: UUID) -> None:
        """Group the postings of a job."""
        task = asyncio.get_running_loop().create_task(asyncio.to_thread(self._group, job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _group(self, job: UUID) -> None:
        from pipelines.groups import group_job  # noqa: PLC0415 - most crawls find no posting

        try:
            with database.connect(self._url) as connection:
                group_job(connection, job, self._stop.is_set)
        except (psycopg.Error, database.DatabaseUnavailableError) as error:
            logger.warning("Postings of job %s were not all grouped (%s). Try: scrapy groups --run", job, error)

    async def close(self, *, hurried: bool) -> None:
        """Wait until all is compared; hurried: until what is being compared is."""
        if hurried:
            self._stop.set()
        if self._tasks:
            await asyncio.wait(self._tasks)
