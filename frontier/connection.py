"""Clients for Redis, and one clear error where it cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis, RedisCluster, asyncio, exceptions
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError
from redis.retry import Retry

from schemas.environment import without_password

TIMEOUT_SECONDS = 5.0
_NOT_NOW = (
    OSError,
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.ReadOnlyError,
    exceptions.ClusterError,
    exceptions.RedisClusterException,
    exceptions.TryAgainError,
    exceptions.OutOfMemoryError,
)
_NOT_NOW_WORDS = ("BUSY ", "MISCONF ", "NOREPLICAS ")
"""How errors begin that say the same, and have no class of their own in redis-py."""


class RedisUnavailableError(RuntimeError):
    """Redis does not answer, refuses the password, or is no Redis."""


def connect(url: str) -> Redis | RedisCluster:
    """A client whose commands fail after ``TIMEOUT_SECONDS`` and are never repeated behind our back.

    redis-py repeats a command after a time-out by default; a repeated script runs twice. ``redis+cluster://`` is a
    cluster, of which the URL names one node.

    Raises:
        RedisClusterException: the cluster cannot be asked for its nodes.
    """
    times: Any = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
    if is_cluster(url):
        return RedisCluster.from_url(_plain(url), retry=Retry(NoBackoff(), 0), **times)
    return Redis.from_url(url, retry=Retry(NoBackoff(), 0), **times)


def connect_async(url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> asyncio.Redis | asyncio.RedisCluster:
    """The same for the event loop, and nothing is asked yet. It keeps as many connections as there were commands at one
    time."""
    times: Any = {"socket_timeout": timeout_seconds, "socket_connect_timeout": timeout_seconds}
    retry = AsyncRetry(NoBackoff(), 0)
    if is_cluster(url):
        return asyncio.RedisCluster.from_url(_plain(url), retry=retry, **times)
    return asyncio.Redis.from_url(url, retry=retry, **times)


def is_cluster(url: str) -> bool:
    """Whether the URL of a Redis names a cluster."""
    return url.startswith(("redis+cluster://", "rediss+cluster://"))


def _plain(url: str) -> str:
    return url.replace("+cluster", "", 1)


@contextmanager
def not_now() -> Iterator[None]:
    """Within, what Redis cannot do now is told from what it never can.

    Raises:
        RedisUnavailableError: no connection, no answer in time, or a server that cannot do it now. It may have been
            done or not.
    """
    try:
        yield
    except _NOT_NOW as error:
        raise _unavailable(error) from error
    except exceptions.ResponseError as error:
        if str(error).startswith(_NOT_NOW_WORDS):
            raise _unavailable(error) from error
        raise


def _unavailable(error: Exception) -> RedisUnavailableError:
    reason = str(error).rstrip(".") or type(error).__name__
    return RedisUnavailableError(f"Redis cannot be used now ({reason}). Wait, or see that it runs and has room.")


def check(url: str) -> None:
    """Ask for a sign of life.

    Raises:
        RedisUnavailableError: names the variable, the address without its password, and the reason.
    """
    try:
        with connect(url) as client:
            client.ping()
            alone = is_cluster(url) or not _has_neighbours(client)
    except ValueError:
        # What redis-py says of it may hold a part of the password.
        raise RedisUnavailableError(
            f"REDIS_URL: {without_password(url)} cannot be used: it is not a URL of Redis. Write "
            "redis://:password@host:6379/0, and in the password %2F for /, %23 for # and %40 for @."
        ) from None
    except AuthenticationError as error:
        # Where the password is missing, the server speaks of HELLO and RESP.
        raise RedisUnavailableError(
            f"REDIS_URL: {without_password(url)} refuses the user or password, or asks for one. Mend the variable."
        ) from error
    except (RedisError, exceptions.RedisClusterException, OSError) as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise RedisUnavailableError(
            f"REDIS_URL: {without_password(url)} cannot be reached ({reason}). Start it, or mend the variable."
        ) from error
    if not alone:
        raise RedisUnavailableError(
            f"REDIS_URL: {without_password(url)} is one node of a cluster. Write redis+cluster:// in place of redis://."
        )


def _has_neighbours(client: Any) -> bool:
    """Whether a server is one of several of a cluster."""
    if not client.info("cluster").get("cluster_enabled"):
        return False
    return int(client.execute_command("CLUSTER INFO")["cluster_known_nodes"]) > 1
