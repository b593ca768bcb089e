"""``python -m benchmarks.servers``: starts and migrates the servers of LONGLINE_HOME, and keeps them for others.

It says where they are, in JSON, and ends when its standard input is closed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import redis

from crawler.embedded import locks
from crawler.services import prepare
from schemas.environment import read_environment

STOP_SECONDS = 60.0
PINGS = 200


class ServersError(RuntimeError):
    """PostgreSQL and Valkey could not be started; their own words went to standard error."""


def main() -> None:
    """Hold the servers."""
    services = prepare(read_environment())
    print(json.dumps({"redis_url": services.redis_url, "database_url": services.database_url}), flush=True)
    sys.stdin.read()


@contextmanager
def running_servers(home: Path, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """The same as ``running``, where the URL of its Valkey is all that the block needs."""
    with running(home, folder, environment) as urls:
        yield urls["redis_url"]


@contextmanager
def running(home: Path, folder: Path, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """Have the servers of ``home`` run, migrated, until the block ends; then wait until they have stopped.

    ``redis_url`` and ``database_url`` are for the block.
    """
    command = [sys.executable, "-m", "benchmarks.servers"]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            if not said:
                raise ServersError("PostgreSQL and Valkey did not start: see above.")
            yield json.loads(said)
        finally:
            process.stdin.close()
            process.wait()
            _await_keeper(home)


def _await_keeper(home: Path) -> None:
    """The keeper holds its lock until both servers have stopped: only then may their folder go."""
    with locks.exclusive(home / "keeper.lock", STOP_SECONDS):
        pass


def processor_seconds(redis_url: str) -> float:
    """What the server itself has taken of a processor since it started, with all its threads."""
    with redis.Redis.from_url(redis_url) as client:
        spent = client.info("cpu")
    return float(spent["used_cpu_user"] + spent["used_cpu_sys"])


def round_trip(redis_url: str) -> float:
    """Milliseconds that a PING takes; the median of a few."""
    with redis.Redis.from_url(redis_url) as client:
        client.ping()
        return 1000 * median(_seconds(client.ping) for _ in range(PINGS))


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
