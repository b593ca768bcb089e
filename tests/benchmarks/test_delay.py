"""The proxy that makes a server a distant one."""

from __future__ import annotations

import socket
import time

import pytest
import redis

from benchmarks.delay import BadAddressError, distant, distant_redis


def listening() -> socket.socket:
    """A server that accepts when it is told to."""
    return socket.create_server(("127.0.0.1", 0))


def address(server: socket.socket) -> str:
    """Where it listens, as ``host:port``."""
    host, port = server.getsockname()
    return f"{host}:{port}"


def client(port: int) -> socket.socket:
    """A connection to the proxy that does not wait for ever."""
    return socket.create_connection(("127.0.0.1", port), timeout=120)


def test_a_round_trip_takes_so_much_longer(redis_url: str) -> None:
    with distant_redis(redis_url, 50) as url, redis.Redis.from_url(url) as far:
        far.ping()
        took = min(timed(far) for _ in range(20))
    assert 0.05 <= took < 0.5


def timed(far: redis.Redis) -> float:
    """Seconds that a round trip takes."""
    began = time.monotonic()
    far.ping()
    return time.monotonic() - began


def test_what_is_sent_together_travels_together_and_in_order(redis_url: str) -> None:
    with distant_redis(redis_url, 20) as url, redis.Redis.from_url(url) as far:
        began = time.monotonic()
        with far.pipeline(transaction=False) as pipeline:
            for number in range(5000):
                pipeline.rpush("numbers", number)
            pipeline.execute()
        assert list(map(int, far.lrange("numbers", 0, -1))) == list(range(5000))
        # One after the other, they would take 200 seconds.
        assert time.monotonic() - began < 100


def test_large_answers_arrive_whole(redis_url: str) -> None:
    value = bytes(range(256)) * 40_000
    with distant_redis(redis_url, 1) as url, redis.Redis.from_url(url) as far:
        far.set("large", value)
        assert far.get("large") == value


def test_an_end_travels_behind_what_was_sent_before() -> None:
    with listening() as server, distant(address(server), 20) as port, client(port) as near:
        far, _ = server.accept()
        with far:
            near.sendall(b"question")
            near.shutdown(socket.SHUT_WR)
            assert far.makefile("rb").read() == b"question"
            far.sendall(b"answer")
        assert near.makefile("rb").read() == b"answer"


def test_who_sends_faster_than_the_other_end_reads_must_wait() -> None:
    with listening() as server, distant(address(server), 1) as port, client(port) as near:
        near.settimeout(1)
        with pytest.raises(TimeoutError):
            near.sendall(bytes(200_000_000))


def test_a_server_that_is_not_there_ends_the_connection() -> None:
    with listening() as server:
        nowhere = address(server)
    with distant(nowhere, 1) as port, client(port) as near:
        assert near.recv(1) == b""


@pytest.mark.parametrize("url", ["rediss://127.0.0.1:6379", "redis://", "unix://"])
def test_an_address_that_cannot_be_made_distant_is_refused(url: str) -> None:
    with pytest.raises(BadAddressError, match="cannot be made distant"), distant_redis(url, 1):
        pass
