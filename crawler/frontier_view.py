"""What commands that look at the frontier share: Redis, the jobs, and one sentence where Redis cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self
from uuid import UUID

import psycopg
from redis.asyncio import Redis, RedisCluster
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings
from scrapy.spiderloader import get_spider_loader

from crawler.database_command import NothingFoundError
from crawler.services import NotReadyError, Services
from crawler.why_known import AmbiguousJobError, KnownJobs, NoSuchJobError
from frontier.connection import RedisUnavailableError, connect_async
from frontier.jobs import Jobs
from pipelines.database import Row

OURS = frozenset({"site", "worker", "archive"})
"""Spiders that are nobody's own."""


class View:
    """Redis, for as long as the block lasts."""

    def __init__(self, services: Services, connection: psycopg.Connection[Row], settings: BaseSettings) -> None:
        self.services = services
        self.settings = settings
        self.server: Redis | RedisCluster
        self.jobs: KnownJobs
        self._connection = connection

    async def __aenter__(self) -> Self:
        self.server = connect_async(self.services.redis_url)
        announced: dict[UUID, bytes] = await Jobs(self.server).jobs()
        self.jobs = KnownJobs(self._connection, announced, self._is_spider)
        return self

    def _is_spider(self, name: str) -> bool:
        # Sites that nobody described have the names of hosts. To know the spiders means to load them all.
        return "." not in name and name in get_spider_loader(self.settings).list() and name not in OURS

    async def __aexit__(self, *_: Any) -> None:
        await self.server.aclose()


@contextmanager
def looking(services: Services, connection: psycopg.Connection[Row], settings: BaseSettings) -> Iterator[View]:
    """A view to be entered within; what it raises becomes what commands understand.

    Raises:
        UsageError, NothingFoundError, NotReadyError: with one sentence.
    """
    try:
        yield View(services, connection, settings)
    except NoSuchJobError as error:
        raise NothingFoundError(str(error)) from None
    except AmbiguousJobError as error:
        raise UsageError(str(error), print_help=False) from None
    except RedisUnavailableError as error:
        raise NotReadyError(str(error)) from error
    except psycopg.OperationalError as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise NotReadyError(f"PostgreSQL went away meanwhile ({reason}). Ask again.") from error
