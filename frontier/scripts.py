"""Lua in Redis: several files as one script, and one error where Redis cannot run it now."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from redis import exceptions
from redis.asyncio import Redis

from frontier.connection import RedisUnavailableError

_FOLDER = files("frontier") / "lua"
# Redis would refuse to run it where memory is full; but what ends frees memory.
_HEAD = "#!lua flags=allow-oom\n"
_NOT_NOW = (
    OSError,
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.ReadOnlyError,
    exceptions.ClusterDownError,
    exceptions.TryAgainError,
    exceptions.OutOfMemoryError,
)
_PASSING = ("BUSY ", "MISCONF ", "NOREPLICAS ", "UNBLOCKED ")
"""How answers begin that say: not now. They have no class of their own in redis-py."""


class Script:
    """Files of ``frontier/lua``, one after the other, as one script that Redis runs in one step."""

    def __init__(self, server: Redis, *names: str) -> None:
        text = _HEAD + "".join((_FOLDER / f"{name}.lua").read_text(encoding="utf-8") for name in names)
        self._script: Any = server.register_script(text)

    async def run(self, keys: Sequence[str], arguments: Sequence[bytes | str]) -> Any:
        """What the script returns.

        Raises:
            RedisUnavailableError: no connection, no answer in time, or a server that cannot do it now. It may have
                been done or not.
        """
        try:
            return await self._script(keys=keys, args=arguments)
        except _NOT_NOW as error:
            raise _unavailable(error) from error
        except exceptions.ResponseError as error:
            if str(error).startswith(_PASSING):
                raise _unavailable(error) from error
            raise


def _unavailable(error: Exception) -> RedisUnavailableError:
    reason = str(error).rstrip(".") or type(error).__name__
    return RedisUnavailableError(f"Redis cannot be used now ({reason}). It is tried again until it can.")
