"""``python -m benchmarks.frontier``: what a job's queue and seen set take in Redis, beside scrapy-redis' own.

Bytes for each URL, and the time of a worker and of Valkey for each page, with Redis beside the worker and far away.
Each has a Valkey of its own, which writes an append-only file, synced each second.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import redis

from benchmarks.delay import distant_redis
from benchmarks.queues import BATCH, LINKS, Contender, LonglineQueue, ScrapyRedisQueue
from benchmarks.servers import processor_seconds
from tests.support.killable import KillableValkey, ServerStartError

WIDTH = 32
Make = Callable[[str], Contender]
CONTENDERS: tuple[Make, ...] = (LonglineQueue, ScrapyRedisQueue)


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that Redis takes for each of so many URLs; ``longest``: milliseconds of the longest step of filling."""

    name: str
    count: int
    seen: float
    pending: float
    longest: float


@dataclass(frozen=True, slots=True)
class Speed:
    """What so many pages took: seconds by the clock, of the worker's processor and of Valkey's, and bytes on disk."""

    name: str
    pages: int
    wall: float
    worker: float
    valkey: float
    written: int


@contextmanager
def own_valkey() -> Iterator[str]:
    """The URL of an empty Valkey, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="longline-benchmark-") as name:
        valkey = KillableValkey(Path(name))
        valkey.start()
        try:
            yield valkey.url
        finally:
            valkey.kill()


def used(client: redis.Redis) -> int:
    """Bytes that hold data, or keep track of them; no buffers of clients and of the append-only file."""
    found = client.info("memory")
    return int(found["used_memory"] - found["mem_clients_normal"] - found["mem_aof_buffer"])


def measure_memory(make: Make, count: int) -> Memory:
    """Fill a queue and empty it: what is left is the seen set."""
    steps = 2 * count // BATCH + 10
    with own_valkey() as url, redis.Redis.from_url(url) as client:
        contender = make(url)
        client.config_set("slowlog-max-len", steps)
        client.config_set("slowlog-log-slower-than", 0)
        before = used(client)
        contender.fill(count)
        client.config_set("slowlog-log-slower-than", -1)
        longest = max(entry["duration"] for entry in client.slowlog_get(steps))
        client.slowlog_reset()
        full = used(client)
        contender.empty(count)
        seen = used(client) - before
        contender.close()
    return Memory(contender.name, count, seen / count, (full - before - seen) / count, longest / 1000)


def written(url: str) -> int:
    """Bytes of the append-only file."""
    with redis.Redis.from_url(url) as client:
        return int(client.info("persistence")["aof_current_size"])


def measure_speed(make: Make, pages: int, milliseconds: float) -> Speed:
    """Work on a queue that has as many entries before and after."""
    with own_valkey() as url, distant_redis(url, milliseconds) if milliseconds else nullcontext(url) as far:
        contender = make(far)
        contender.fill(pages)
        before = written(url)
        valkey, worker, wall = processor_seconds(url), time.process_time(), time.perf_counter()
        contender.work(pages, pages)
        took = time.perf_counter() - wall, time.process_time() - worker, processor_seconds(url) - valkey
        bytes_written = written(url) - before
        contender.close()
    return Speed(contender.name, pages, *took, bytes_written)


def memory_table(measured: list[Memory]) -> list[str]:
    """Bytes a URL."""
    heads = ("URLs", "bytes a seen", "a pending", "longest step ms")
    return [
        f"{'memory':<{WIDTH}}" + "".join(f"{head:>16}" for head in heads),
        *(f"{m.name:<{WIDTH}}{m.count:16,}{m.seen:16.1f}{m.pending:16.1f}{m.longest:16.2f}" for m in measured),
    ]


def speed_table(measured: list[Speed], milliseconds: float) -> list[str]:
    """Time a page, and how many pages a core of Valkey would serve."""
    title = f"Redis {milliseconds:g} ms away" if milliseconds else "Redis beside the worker"
    heads = ("pages", "pages/s", "worker µs", "Valkey µs", "pages/s a core", "bytes written")
    return [f"{title:<{WIDTH}}" + "".join(f"{head:>16}" for head in heads), *map(_speed_line, measured)]


def _speed_line(m: Speed) -> str:
    each = 1e6 / m.pages
    numbers = f"{m.pages:16,}{m.pages / m.wall:16,.0f}{m.worker * each:16.0f}{m.valkey * each:16.0f}"
    return f"{m.name:<{WIDTH}}{numbers}{m.pages / m.valkey:16,.0f}{m.written / m.pages:16,.0f}"


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.frontier", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--count", type=int, default=1_000_000, metavar="N", help="URLs that Longline holds (1000000)")
    parser.add_argument(
        "--peer-count", type=int, default=50_000, metavar="N", help="URLs that scrapy-redis holds (50000)"
    )
    parser.add_argument("--pages", type=int, default=50_000, metavar="N", help="pages that Longline works on (50000)")
    parser.add_argument(
        "--peer-pages", type=int, default=5_000, metavar="N", help="pages that scrapy-redis works on (5000)"
    )
    parser.add_argument("--redis-delay", type=float, default=1.0, metavar="MS", help="how far a distant Redis is (1)")
    options = parser.parse_args()
    if min(options.count, options.peer_count, options.pages, options.peer_pages) < 1 or options.redis_delay <= 0:
        parser.error("all numbers are above 0")
    return options


def main() -> int:
    """Exit status: 0; 1 a server did not start."""
    options = read_options()
    try:
        counts = zip(CONTENDERS, (options.count, options.peer_count), strict=True)
        print(*memory_table([measure_memory(make, count) for make, count in counts]), sep="\n")
        for milliseconds in (0.0, options.redis_delay):
            pages = zip(CONTENDERS, (options.pages, options.peer_pages), strict=True)
            measured = [measure_speed(make, count, milliseconds) for make, count in pages]
            print("", *speed_table(measured, milliseconds), sep="\n")
        print(f"\nA page has {LINKS} links that its worker does not know; one of them is new.")
    except ServerStartError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
