"""What the frontier's benchmark measures."""

from __future__ import annotations

import pytest

from benchmarks.frontier import measure_memory, measure_speed, memory_table, speed_table
from benchmarks.queues import LonglineQueue, ScrapyRedisQueue


@pytest.mark.parametrize("make", [LonglineQueue, ScrapyRedisQueue])
def test_memory_is_told_for_seen_and_pending_apart(make: type[LonglineQueue] | type[ScrapyRedisQueue]) -> None:
    measured = measure_memory(make, 3000)

    assert 8 < measured.seen < 500
    assert 65 < measured.pending < 1000
    assert make.name in memory_table([measured])[1]


@pytest.mark.parametrize("make", [LonglineQueue, ScrapyRedisQueue])
def test_work_is_told_for_the_worker_and_for_valkey(make: type[LonglineQueue] | type[ScrapyRedisQueue]) -> None:
    measured = measure_speed(make, 200, 1)

    assert measured.wall > 0.001
    assert measured.written > 200 * 50
    assert speed_table([measured], 1)[0].startswith("Redis 1 ms away")
