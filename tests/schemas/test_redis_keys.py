"""Keys in Redis: a family each, and one cluster slot for all of a job's shard."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.crc import key_slot

from schemas import redis_keys

JOB = UUID("12345678-1234-5678-1234-567812345678")


def test_the_names_are_those_that_are_written_down() -> None:
    assert redis_keys.job_meta(JOB) == f"longline:{{{JOB}:0}}:meta"
    assert redis_keys.job_key(JOB, "leases", shard=3) == f"longline:{{{JOB}:3}}:leases"


@given(job=st.uuids(), shard=st.integers(0, 4095))
def test_the_keys_of_a_shard_share_a_cluster_slot(job: UUID, shard: int) -> None:
    names = {redis_keys.job_key(job, name, shard) for name in redis_keys.JOB_KEYS}

    assert len(names) == len(redis_keys.JOB_KEYS)
    assert len({key_slot(name.encode()) for name in names}) == 1


@pytest.mark.parametrize("name", redis_keys.JOB_KEYS)
def test_another_job_or_shard_has_other_keys(name: str) -> None:
    assert len({redis_keys.job_key(job, name, shard) for job, shard in ((JOB, 0), (JOB, 1), (uuid4(), 0))}) == 3


def test_what_is_known_of_a_host_shares_a_slot_and_each_origin_has_its_own_robots_txt() -> None:
    keys = {redis_keys.host_robots(f"{scheme}://example.com:8080") for scheme in ("http", "https")}
    budget = redis_keys.host_budget("example.com:8080")

    assert keys == {"longline:host:{example.com:8080}:robots:http", "longline:host:{example.com:8080}:robots:https"}
    assert len({key_slot(key.encode()) for key in (*keys, budget)}) == 1
