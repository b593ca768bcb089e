"""A cluster of one Valkey: it refuses what touches two slots at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import redis

from tests.support.valkey import PASSWORD, valkey

PATIENCE = 20.0


@contextmanager
def clustered_valkey(folder: Path) -> Iterator[str]:
    """The URL of a cluster whose data are in ``folder``."""
    with valkey(folder, "--cluster-enabled", "yes") as port:
        url = f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/0"
        with redis.Redis.from_url(url) as client:
            client.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
            deadline = time.monotonic() + PATIENCE
            while client.execute_command("CLUSTER INFO")["cluster_state"] != "ok":
                assert time.monotonic() < deadline
                time.sleep(0.02)
        yield url
