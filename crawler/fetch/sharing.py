"""What a crawl learns is shared with other workers, through Redis, beside the crawl."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Protocol

from redis.exceptions import RedisError

from frontier.connection import RedisUnavailableError

logger = logging.getLogger(__name__)

SECONDS = 1.0
"""Between two exchanges."""
COUNTS_SECONDS = 5.0
"""What is not urgent is told so often; all else with the next exchange."""
AGAIN_SECONDS = 60.0
"""After so long a host that is asked for is read again as a whole."""
MOST_HOSTS = 20
"""Hosts that one exchange reads."""
NOT_SHARED = (RedisUnavailableError, RedisError)
"""What an exchange may fail with: Redis is away, or refuses, such as for want of a permission that it may get."""


class Learner(Protocol):
    """``shared``: other workers hear what it learns, and it hears them."""

    shared: bool


class Book(Protocol):
    """What workers know, in Redis."""

    async def close(self) -> None:
        """Close the connections."""


class Share(ABC):
    """Of one thing that is learned, ``what`` as a person reads it."""

    def __init__(self, what: str, learner: Learner, book: Book) -> None:
        self._what = what
        self._learner = learner
        self._book = book
        self._called = asyncio.Event()
        self._counts_at = 0.0
        self.heard: bool | None = None
        """Whether Redis answered when it was asked last."""

    async def run(self) -> None:
        """Exchange until cancelled."""
        while True:
            self._called.clear()
            await self.exchange()
            with suppress(TimeoutError):
                async with asyncio.timeout(SECONDS):
                    await self._called.wait()

    @abstractmethod
    async def exchange(self) -> None:
        """One exchange; while Redis is away, nothing is lost that was to be told."""

    def _away(self, reason: str) -> None:
        if self.heard is not False:
            logger.warning("What is learned of %s stays with this process for now: %s", self._what, reason)
        self.heard = self._learner.shared = False

    def _there(self) -> None:
        if self.heard is False:
            logger.info("What is learned of %s is shared with other workers again.", self._what)
        self.heard = self._learner.shared = True

    async def close(self) -> None:
        """Tell what was not told, if Redis hears it."""
        self._counts_at = 0.0
        if self.heard:
            await self.exchange()
        await self._book.close()
