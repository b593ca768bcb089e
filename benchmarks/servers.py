"""``python -m benchmarks.servers``: starts and migrates the servers of LONGLINE_HOME, and keeps them for others.

It says ``ready``, and ends when its standard input is closed.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.embedded import locks
from crawler.services import prepare
from schemas.environment import read_environment

STOP_SECONDS = 60.0


class ServersError(RuntimeError):
    """PostgreSQL and Valkey could not be started; their own words went to standard error."""


def main() -> None:
    """Hold the servers."""
    prepare(read_environment())
    print("ready", flush=True)
    sys.stdin.read()


@contextmanager
def running_servers(home: Path, folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """Have the servers of ``home`` run, migrated, until the block ends; then wait until they have stopped."""
    command = [sys.executable, "-m", "benchmarks.servers"]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            if process.stdout.readline() != b"ready\n":
                raise ServersError("PostgreSQL and Valkey did not start: see above.")
            yield
        finally:
            process.stdin.close()
            process.wait()
            _await_keeper(home)


def _await_keeper(home: Path) -> None:
    """The keeper holds its lock until both servers have stopped: only then may their folder go."""
    with locks.exclusive(home / "keeper.lock", STOP_SECONDS):
        pass


if __name__ == "__main__":
    main()
