"""Signals that ask a process to stop wait until the crawl can stop in good order.

Scrapy forgets one that comes while its engine starts, and Twisted dies of one that comes before Scrapy listens.
"""

from __future__ import annotations

import signal

STOP = {signal.SIGINT, signal.SIGTERM}


def hold() -> None:
    """Keep what asks to stop waiting."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)


def release() -> None:
    """The engine runs: what waited is delivered now."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP)
