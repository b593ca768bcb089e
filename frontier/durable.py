"""Whether what Redis was told is on its disk: WAITAOF, which speaks for its own connection alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis, RedisCluster
from redis.exceptions import ResponseError

from frontier.connection import not_now

WAIT_SECONDS = 3.0
"""Redis writes its file to the disk each second; less than a command may take."""
_WRITE = (files("frontier") / "lua" / "durable.lua").read_text(encoding="utf-8")


class NotDurableError(RuntimeError):
    """Redis keeps no file of what it is told, or cannot say that it did."""


async def on_disk(server: Redis | RedisCluster, key: str) -> str | None:
    """Wait until all that the node of a key was told is on its disk.

    Returns:
        Which Redis that is (its ``run_id``); None where it took longer than ``WAIT_SECONDS``.

    Raises:
        NotDurableError: the node cannot say it, ever.
        RedisUnavailableError: call again.
    """
    with not_now():
        async with _connection(server, key) as ask:
            run: bytes = await ask("EVAL", _WRITE, 1, key)
            try:
                written, _ = await ask("WAITAOF", 1, 0, int(WAIT_SECONDS * 1000))
            except ResponseError as error:
                raise NotDurableError(
                    f"A job with several shards needs Redis 7.2 or Valkey with appendonly yes on each node ({error}). "
                    "Set that, or use one shard."
                ) from error
    return run.decode() if written else None


@asynccontextmanager
async def _connection(server: Any, key: str) -> AsyncIterator[Any]:
    """One connection to the node that has a key: a function that sends it a command, and returns the answer."""
    if isinstance(server, RedisCluster):
        await server.initialize()
        node: Any = server.get_node_from_key(key)
        connection = node.acquire_connection()
        release = node.release
    else:
        connection = await server.connection_pool.get_connection()
        release = server.connection_pool.release

    async def ask(*words: Any) -> Any:
        await connection.send_command(*words)
        return await connection.read_response()

    try:
        yield ask
    except BaseException:
        # An answer may still come, and must not be taken for that to another command.
        await connection.disconnect()
        raise
    finally:
        released = release(connection)
        if released is not None:
            await released
