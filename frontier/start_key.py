"""A key to which people push what a spider starts with, as for scrapy-redis: nothing that is taken from it is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from redis.asyncio import Redis, RedisCluster

from frontier.connection import not_now
from frontier.scripts import Script
from schemas import redis_keys

CONFIRM_SECONDS = 60.0
"""What was taken and not confirmed in this time is taken again."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An entry. ``number``: the same each time that it is taken, and no other's."""

    number: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Stock:
    """What was taken just now, how many entries are left, and how many are taken and not confirmed, by anybody."""

    taken: list[Taken]
    left: int
    unconfirmed: int


class StartKey:
    """A list, a set or a sorted set (the highest score first): whichever people have made of it.

    Every method raises RedisUnavailableError where Redis cannot be used now, and may be called again.
    """

    def __init__(self, server: Redis | RedisCluster, key: str, confirm_seconds: float = CONFIRM_SECONDS) -> None:
        self.key = key
        self._lease = int(confirm_seconds * 1_000_000)
        self._server: Any = server
        self._taken, self._bad = redis_keys.start_urls_taken(key), redis_keys.start_urls_bad(key)
        self._take = Script(server, "start_urls")

    async def take(self, most: int) -> Stock:
        """Take up to so many; 0 to see how many there are.

        Raises:
            ResponseError: the key holds something else.
        """
        members, left, unconfirmed = await self._take.run([self.key, self._taken], [most, self._lease])
        parts = (member.partition(b" ") for member in members)
        return Stock([Taken(number.decode(), data) for number, _, data in parts], left, unconfirmed)

    async def confirm(self, taken: Iterable[Taken]) -> None:
        """They are queued: nobody need take them again."""
        members = [_member(one) for one in taken]
        if members:
            with not_now():
                await self._server.zrem(self._taken, *members)

    async def set_aside(self, taken: Taken, reason: str) -> None:
        """Keep one that cannot be used where people find it, with the reason."""
        bad = orjson.dumps({"entry": taken.data.decode("utf-8", "replace"), "reason": reason})
        with not_now():
            await self._server.rpush(self._bad, bad)
        await self.confirm([taken])


def _member(taken: Taken) -> bytes:
    return taken.number.encode() + b" " + taken.data
