"""What to do while a server is away: try again, for as long as the crawl waits, and say so once."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable

from schemas.environment import OUTAGE_SECONDS

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0


class OutageError(RuntimeError):
    """A server stayed away for longer than the crawl waits."""


class Outage:
    """One server, as those see it who use it: whoever fails asks how long to pause, whoever succeeds says so.

    Args:
        what: the server, as a sentence begins: ``PostgreSQL``.
        limit: seconds after its first failure at which a try that fails is the last. May be changed at any time.
        clock: seconds that only grow.
    """

    def __init__(self, what: str, limit: float = OUTAGE_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._what = what
        self._clock = clock
        self._began: float | None = None
        self._pause = FIRST_PAUSE

    @property
    def seconds(self) -> float | None:
        """How long the server has been away; None: it is there, as far as is known."""
        return None if self._began is None else self._clock() - self._began

    def failed(self, reason: str) -> float:
        """A try failed: the seconds to pause before the next one.

        Raises:
            OutageError: the server has been away for too long, and each further try that fails is one too many.
        """
        if self._began is None:
            self._began = self._clock()
            if self.limit > 0:
                logger.warning("%s is away (%s). Waiting for it, for up to %.0f s.", self._what, reason, self.limit)
        left = self.limit - (self._clock() - self._began)
        if left <= 0:
            raise OutageError(f"{self._what} stayed away for {self.limit:.0f} s ({reason}). Mend it, and crawl again.")
        pause, self._pause = self._pause, min(2 * self._pause, LONGEST_PAUSE)
        # Workers that lost the same server together must not come back together.
        return min(pause * random.uniform(0.5, 1), left)  # noqa: S311 - no secret

    def over(self) -> None:
        """A try succeeded."""
        if self._began is None:
            return
        logger.warning("%s is back, after %.1f s.", self._what, self._clock() - self._began)
        self._began = None
        self._pause = FIRST_PAUSE
