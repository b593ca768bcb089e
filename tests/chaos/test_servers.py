"""The servers of the chaos test: what they keep when they are killed, and what a cut loses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support import aof
from tests.support.killable import KillablePostgres, KillableValkey

COUNT = 500


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[KillableValkey]:
    server = KillableValkey(tmp_path)
    server.start()
    yield server
    server.kill()


def _write(valkey: KillableValkey) -> int:
    """Write pairs of keys, each in one transaction: where the file ended before them."""
    with valkey.client() as client:
        client.set("before", 1)
        floor = aof.last_file(valkey.folder).stat().st_size
        for number in range(COUNT):
            with client.pipeline(transaction=True) as pair:
                pair.set(f"left {number}", 1).set(f"right {number}", 1).execute()
        # While its disk is slow, Valkey answers before it has written.
        assert client.waitaof(1, 0, 0)[0] == 1
    return floor


def _numbers(valkey: KillableValkey, name: str) -> set[int]:
    with valkey.client() as client:
        return {int(key.split()[1]) for key in client.scan_iter(f"{name} *")}


def test_valkey_keeps_all_when_it_is_killed(valkey: KillableValkey) -> None:
    _write(valkey)
    valkey.kill()
    valkey.start()

    assert _numbers(valkey, "left") == _numbers(valkey, "right") == set(range(COUNT))


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("lost", [1, 777, 4096])
def test_a_cut_loses_the_last_transactions_alone_and_no_half_of_one(
    valkey: KillableValkey, lost: int, whole: bool
) -> None:
    floor = _write(valkey)
    valkey.kill()
    cut = aof.cut(aof.last_file(valkey.folder), lost, floor, whole=whole)
    valkey.start()

    kept = _numbers(valkey, "left")
    assert lost <= cut < lost + 200
    assert kept == _numbers(valkey, "right") == set(range(len(kept)))
    assert COUNT - 1 - lost / 50 <= len(kept) < COUNT


def test_a_cut_spares_what_stands_before_its_floor(valkey: KillableValkey) -> None:
    floor = _write(valkey)
    valkey.kill()
    aof.cut(aof.last_file(valkey.folder), 10_000_000, floor, whole=False)
    valkey.start()

    with valkey.client() as client:
        assert client.keys() == [b"before"]


def test_a_frozen_valkey_says_nothing_until_it_is_started(valkey: KillableValkey) -> None:
    valkey.freeze()
    assert not valkey.serves()

    valkey.start()

    assert valkey.serves()


def test_postgresql_keeps_what_was_committed() -> None:
    server = KillablePostgres()
    try:
        server.start()
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE TABLE probe AS SELECT 1 AS kept")
        server.kill()
        server.start()
        with psycopg.connect(server.url("postgres")) as connection:
            assert connection.execute("SELECT kept FROM probe").fetchall() == [(1,)]
        server.stop()
        assert not server.serves()
    finally:
        server.remove()
