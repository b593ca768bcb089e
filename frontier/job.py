"""One job in Redis, as one worker sees it: it says what it did and wants, and hears what it gets, in one step."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from redis.asyncio import Redis, RedisCluster
from redis.exceptions import ResponseError

from frontier import wire
from frontier.connection import not_now
from frontier.inspection import failures
from frontier.model import USUAL, Answer, Batch, Entry, JobCommand, Terms
from frontier.scripts import Script
from schemas import redis_keys

MOST = 1000
"""Entries, or endings, in one step: Redis does nothing else meanwhile, and 1,000 take it some ten milliseconds."""
MOST_BYTES = 4_000_000
"""Payloads in one step, but for a larger one."""


class JobExistsError(RuntimeError):
    """The job cannot be created, since Redis knows it."""


class WrongShardsError(RuntimeError):
    """The job has another number of shards than this process was told."""


class JobFrontier:
    """One shard of a job: the only one, unless it is one of a ``ShardedFrontier``'s. One exchange at a time.

    Args:
        server: from ``connect_async``.
        worker: its name, unlike any other's.
        shard: which one it is.
    """

    unsaid = ready = False
    """No ending waits here: one file of Redis' has all in its order."""
    on_ready: Callable[[], None] | None = None

    def __init__(
        self,
        server: Redis | RedisCluster,
        job: UUID,
        worker: str,
        terms: Terms = USUAL,
        shard: int = 0,
    ) -> None:
        self.epoch = 0
        """Of the last answer."""
        self._job = job
        self._shard = shard
        self._server: Any = server
        self._worker = worker
        self._terms = terms
        self._meta = redis_keys.job_meta(job, shard)
        self._exchange = Script(server, "job", "seen", "queue", "leases", "exchange")
        self._remove = Script(server, "remove")
        self._creation = f"{worker}:create-{secrets.token_hex(4)}"
        self._told: tuple[str, list[Answer]] = ("", [])

    async def create(self, entries: list[Entry], limit: int | None) -> None:
        """Make the job known to Redis, with its first entries. After an error, call again with the same.

        Args:
            entries: queued as those of a batch.
            limit: the most pages that the job may fetch; None for all.

        Raises:
            JobExistsError: Redis knows the job.
            RedisUnavailableError, WrongShardsError: as ``exchange``.
        """
        try:
            await self._send_all(Batch(self._creation, entries=entries), limit or 0)
        except ResponseError as error:
            if not str(error).startswith("EXISTS "):
                raise
            raise JobExistsError(
                f"The job {self._job} cannot be created, since Redis has it: it runs, or is being removed. Join or "
                "remove it first."
            ) from error

    async def exchange(self, batch: Batch) -> Answer:
        """Tell Redis what this worker did and wants, all at once; a large batch in several steps, entries first.

        Raises:
            RedisUnavailableError: no answer, or none that helps now. The batch may have been taken or not: call again
                with the same one, and it is done once.
            WrongShardsError: the job was made with another number of shards.
        """
        return await self._send_all(batch)

    def shard_of(self, number: int) -> int:  # noqa: ARG002 - the sharded one's signature
        """The shard of a lease, as in ``Answer.restarted``."""
        return self._shard

    async def settle(self) -> None:
        """Nothing is waited for."""

    async def _send_all(self, batch: Batch, limit: int | None = None) -> Answer:
        # After an error in the middle, go on with the part that failed: Redis knows a worker's last part alone.
        answers = self._told[1] if self._told[0] == batch.id else []
        self._told = (batch.id, answers)
        for part in list(_parts(batch))[len(answers) :]:
            answer = await self._send(part, None if answers else limit)
            if answer.state is JobCommand.GONE:
                return answer
            answers.append(answer)
        lost = dict.fromkeys(number for answer in answers for number in answer.lost)
        new = sum(answer.new for answer in answers)
        restarted = frozenset[int]().union(*(answer.restarted for answer in answers))
        return replace(answers.pop(), lost=list(lost), new=new, restarted=restarted)

    async def _send(self, part: Batch, limit: int | None) -> Answer:
        told = wire.encode(part, self._worker, self._terms, self.epoch, limit)
        try:
            answer = wire.decode(await self._exchange.run([self._meta], [told]))
        except ResponseError as error:
            if not str(error).startswith("SHARDS "):
                raise
            raise WrongShardsError(f"The job {self._job}: {str(error).removeprefix('SHARDS ')}") from error
        before, self.epoch = self.epoch, answer.epoch or self.epoch
        restarted = before and self.epoch != before
        return replace(answer, restarted=frozenset({self._shard})) if restarted else answer

    async def failures(self) -> dict[str, tuple[int, str]]:
        """What went wrong, as all workers have counted it: how often each cause, and the first example.

        Raises:
            RedisUnavailableError: call again.
        """
        with not_now():
            return await failures(self._server, lambda name: redis_keys.job_key(self._job, name, self._shard))

    async def keep(self) -> None:
        """The job is over and stays: whoever asks next is told so, too, without waiting for this worker to remove it.

        Raises:
            RedisUnavailableError: call again.
        """
        with not_now():
            await self._server.hset(self._meta, "finish_by", 0)

    async def remove(self) -> None:
        """Drop all that Redis knows of the job, in steps.

        Raises:
            RedisUnavailableError: some may be left; call again.
        """
        while await self._remove.run([self._meta], []):
            pass


def _parts(batch: Batch) -> Iterator[Batch]:
    """The batch, or several that say the same in the same order: entries, endings, then the rest."""
    entries = list(_chunks(batch.entries)) or [[]]
    endings = [batch.endings[at : at + MOST] for at in range(0, len(batch.endings), MOST)] or [[]]
    if len(entries) == len(endings) == 1:
        yield batch
        return
    for number, some in enumerate(entries):
        yield Batch(f"{batch.id}/entries-{number}", entries=some)
    for number, ended in enumerate(endings[:-1]):
        yield Batch(f"{batch.id}/endings-{number}", endings=ended)
    yield replace(batch, entries=[], endings=endings[-1])


def _chunks(entries: list[Entry]) -> Iterator[list[Entry]]:
    chunk: list[Entry] = []
    size = 0
    for entry in entries:
        size += len(entry.payload)
        if chunk and (len(chunk) == MOST or size > MOST_BYTES):
            yield chunk
            chunk, size = [], len(entry.payload)
        chunk.append(entry)
    if chunk:
        yield chunk
