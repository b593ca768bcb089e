"""Lua in Redis: several files as one script."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis, RedisCluster

from frontier.connection import not_now

_FOLDER = files("frontier") / "lua"
# Redis would refuse to run it where memory is full; but what ends frees memory.
_HEAD = "#!lua flags=allow-oom\n"


class Script:
    """Files of ``frontier/lua``, one after the other, that Redis runs in one step."""

    def __init__(self, server: Redis | RedisCluster, *names: str) -> None:
        text = _HEAD + "".join((_FOLDER / f"{name}.lua").read_text(encoding="utf-8") for name in names)
        self._script: Any = server.register_script(text)

    async def run(self, keys: Sequence[str], arguments: Sequence[bytes | str | int]) -> Any:
        """What the script returns.

        Raises:
            RedisUnavailableError: as ``not_now``.
        """
        with not_now():
            return await self._script(keys=keys, args=arguments)
