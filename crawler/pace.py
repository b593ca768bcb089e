"""How a worker learns from a host's answers to ask it less, and more again."""

from __future__ import annotations

import math

BUSY = 503
"""Too busy; or one page that is broken. Once, and without Retry-After, it says nothing of the host."""
REFUSALS = frozenset({429, BUSY})
"""Statuses that say: too many requests, or too busy."""
ABSENT = frozenset({404, 410})
"""Statuses of a host that is well, and has no such page."""
FIRST_PENALTY = 1.0
LONGEST_PENALTY = 300.0
"""Seconds. Retry-After may ask for more: such a host is asked again after this time."""
LEAST_PENALTY = 0.05
"""Seconds; less is none."""
GOOD_ROW = 3
"""So many good answers halve a penalty."""
PACE_ROW = 5
"""So many slow ones halve the requests at once, so many quick ones add one."""
WEIGHT = 0.2
"""Of a new latency in the moving average."""
FORGET_SECONDS = 600.0
"""The best latency that was seen is doubled in this time: a site may become slower for good."""
FORGET_MOST = 10.0
"""So often it is doubled at the most after a pause."""


class Pace:
    """What one worker learned of one host; the time is given in seconds, by any clock that does not go back.

    A 429, or a second 503 without a good answer between, adds a penalty to the delay: a second at first (or the
    delay, where that is longer), twice as much
    each further time, up to 300 s; and first of all, what Retry-After asks for. Three good answers in a row halve it,
    and so does the time that three requests would take, where nothing is heard. Requests at once are halved after five
    in a row that failed, or while the average latency is above three times its best and 0.2 s; five quick ones add one
    again. What was asked before the last such step says nothing new, so that a burst counts once. Any other status,
    403 for one, only ends a row of good answers.

    Args:
        delay: seconds between two requests, without what was learned; may be changed.
        concurrency: requests at once, without what was learned.
    """

    def __init__(self, delay: float, concurrency: int) -> None:
        self.delay = delay
        self.not_before = 0.0
        """The host asked for no request before this time (Retry-After)."""
        self._penalty = 0.0
        self._asked_for = 0.0
        self._raised = -math.inf
        self._heard = -math.inf
        self._good = 0
        self._doubted = False
        self._crowd = _Crowd(concurrency)

    def answered(self, status: int, latency: float, retry_after: float, now: float) -> None:
        """An answer came.

        Args:
            status: of HTTP.
            latency: seconds from the request to the first byte. Tell only those that compare: none of a browser
                between those of plain requests.
            retry_after: seconds that the answer asks to wait; 0 where it does not.
            now: when it came.
        """
        self._catch_up(now)
        if status == BUSY and not retry_after and not self._doubted:
            self._doubted, self._good = True, 0
        elif status in REFUSALS:
            self._refused(now - latency, retry_after, now)
        elif status < 400 or status in ABSENT:
            self._answered_well(now - latency)
            self._crowd.answered(latency, now)
        else:
            self._good = 0

    def failed(self, now: float, took: float = 0.0) -> None:
        """No answer came: the connection failed, or ``took`` too long (seconds)."""
        self._catch_up(now)
        self._good = 0
        self._crowd.failed(now, took)

    def penalty(self, now: float) -> float:
        """Seconds to add to the delay."""
        self._lessen_unheard(now)
        return max(self._penalty, self._asked_for if now < self.not_before else 0.0)

    def limit(self, concurrency: int) -> int:
        """How many of ``concurrency`` requests at once the host seems to bear: 1 or more."""
        return self._crowd.limit(concurrency)

    def _catch_up(self, now: float) -> None:
        self._lessen_unheard(now)
        self._heard = now

    def _refused(self, began: float, retry_after: float, now: float) -> None:
        self._good = 0
        if began >= self._raised:
            self._penalty = min(max(FIRST_PENALTY, self.delay, 2 * self._penalty), LONGEST_PENALTY)
            self._raised = now
        wait = min(retry_after, LONGEST_PENALTY)
        if wait > 0 and now + wait > self.not_before:
            self.not_before, self._asked_for = now + wait, wait

    def _answered_well(self, began: float) -> None:
        self._doubted = False
        if began < self._raised:
            return
        self._good += 1
        if self._good == GOOD_ROW:
            self._halve()

    def _lessen_unheard(self, now: float) -> None:
        """Another worker may have the host for itself: then only time can tell."""
        start = max(self._heard, self.not_before)
        while self._penalty and now >= (start := start + GOOD_ROW * (self.delay + self._penalty)):
            self._heard = start
            self._halve()

    def _halve(self) -> None:
        self._good = 0
        self._penalty = self._penalty / 2 if self._penalty / 2 >= LEAST_PENALTY else 0.0


class _Crowd:
    """Which part of the requests at once a host bears: less while its latency rises."""

    def __init__(self, concurrency: int) -> None:
        self._step = 1 / concurrency
        self._part = 1.0
        self._average = self._best = math.inf
        self._measured = self._lowered = -math.inf
        self._slow = self._quick = 0

    def limit(self, concurrency: int) -> int:
        return max(1, math.floor(concurrency * self._part + 1e-9))

    def answered(self, latency: float, now: float) -> None:
        self._measure(latency, now)
        self._count(self._average > _too_slow(self._best), now - latency, now)

    def failed(self, now: float, took: float) -> None:
        self._count(True, now - took, now)

    def _measure(self, latency: float, now: float) -> None:
        if self._average == math.inf:
            self._average = self._best = latency
        else:
            # One answer alone, however late, does not make the average slow.
            latency = min(latency, 2 * _too_slow(self._best))
            self._average += WEIGHT * (latency - self._average)
            forgotten = min((now - self._measured) / FORGET_SECONDS, FORGET_MOST)
            self._best = min(self._average, self._best * 2**forgotten)
        self._measured = now

    def _count(self, slow: bool, began: float, now: float) -> None:
        if began < self._lowered:
            return
        self._slow, self._quick = (self._slow + 1, 0) if slow else (0, self._quick + 1)
        if self._slow == PACE_ROW:
            self._part, self._slow, self._lowered = max(self._step, self._part / 2), 0, now
        elif self._quick == PACE_ROW:
            self._part, self._quick = min(1.0, self._part + self._step), 0


def _too_slow(best: float) -> float:
    return 3 * best + 0.2
