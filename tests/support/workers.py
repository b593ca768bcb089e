"""Processes that take part in the jobs of others: ``scrapy crawl worker``."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import redis

from tests.support.crawl import Scrapy

SHORT: Any = {"LONGLINE_LEASE_SECONDS": "3"}
"""What a killed process had begun is done by others after this time."""
PATIENCE = 120


@contextmanager
def workers(
    scrapy: Scrapy, count: int, servers: Any, *words: str, **environment: Any
) -> Iterator[list[subprocess.Popen[str]]]:
    """Run ``scrapy crawl worker WORDS`` so many times; they are waiting for work when the block begins.

    Each must end well when the block ends; one that was killed is the test's own doing.
    """
    running = [scrapy.start("crawl", "worker", "-L", "ERROR", *words, **environment) for _ in range(count)]
    try:
        pids = {worker.pid for worker in running}
        # Each says so every three seconds.
        until(servers.redis_url, lambda client: pids <= alive(client))
        yield running
    finally:
        for worker in running:
            worker.terminate()
        for worker in running:
            _, stderr = worker.communicate(timeout=120)
            assert worker.returncode in {0, -signal.SIGKILL}, stderr


def until(redis_url: str, happened: Callable[[redis.Redis], bool], seconds: float = PATIENCE) -> None:
    """Wait until something stands in Redis; whatever changes there wakes us."""
    deadline = time.monotonic() + seconds
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as changes:
        client.config_set("notify-keyspace-events", "KEA")
        changes.psubscribe("__keyevent@*__:*")
        while not happened(client):
            assert time.monotonic() < deadline, f"it did not happen within {seconds} s"
            changes.get_message(timeout=max(0.0, deadline - time.monotonic()))
            while changes.get_message():
                pass  # one look is enough for all that came meanwhile


def alive(client: redis.Redis) -> set[int]:
    """Process ids of the workers that have said that they live; a name ends in the pid and some digits."""
    names: Any = client.zrange("longline:workers", 0, -1)
    return {int(name.split(b"-")[-2]) for name in names}
