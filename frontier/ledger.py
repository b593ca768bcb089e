"""Of a job in several shards: which endings may be said, since all that they led to is safe.

A page's links go to the shards of their fingerprints, its end to its own. One shard's file keeps their order; two do
not. So an ending waits until the links that this worker has sent to other shards are on the disks of those, or in the
same file, if one Redis has both shards. Where a shard's Redis was restarted before that, the links may be lost: the
lease is given back, and the page is done again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from frontier.model import Answer, Ending, Returned


@dataclass(slots=True)
class _Waiting:
    shard: int
    ending: Ending
    needs: list[int]
    """Of each shard, how many batches with entries must be safe."""


class Ledger:
    """Batches with entries are counted, for each shard: those sent, those answered, those on its disk."""

    def __init__(self, shards: int) -> None:
        self._sent = [0] * shards
        self._answered = [0] * shards
        self._safe = [0] * shards
        self._nodes = [""] * shards
        self._waiting: list[_Waiting] = []

    def __len__(self) -> int:
        """Endings that wait."""
        return len(self._waiting)

    def numbers(self, shard: int) -> list[int]:
        """Leases of a shard whose endings wait: they are still held."""
        return [waiting.ending.number for waiting in self._waiting if waiting.shard == shard]

    def send(self, shards: Iterable[int]) -> None:
        """A batch is to go, with entries for these."""
        for shard in shards:
            self._sent[shard] += 1

    def hold(self, shard: int, ending: Ending) -> None:
        """It waits for all that was sent so far; one that gives its lease back waits for nothing."""
        needs = [0] * len(self._sent) if isinstance(ending, Returned) else list(self._sent)
        self._waiting.append(_Waiting(shard, ending, needs))

    def ready(self) -> bool:
        """Whether an ending may be said now."""
        return any(map(self._may_go, self._waiting))

    def take(self) -> list[tuple[int, Ending]]:
        """The endings that may be said, each with its shard: they wait no longer."""
        free = [waiting for waiting in self._waiting if self._may_go(waiting)]
        self._waiting = [waiting for waiting in self._waiting if waiting not in free]
        return [(waiting.shard, waiting.ending) for waiting in free]

    def _may_go(self, waiting: _Waiting) -> bool:
        return all(self._has(shard, count, waiting.shard) for shard, count in enumerate(waiting.needs))

    def _has(self, shard: int, count: int, own: int) -> bool:
        """Whether so many batches of a shard cannot be lost while an ending that is said to another one is kept."""
        if shard == own or self._safe[shard] >= count:
            return True
        return self._answered[shard] >= count and "" != self._nodes[shard] == self._nodes[own]

    def hear(self, shard: int, answer: Answer) -> None:
        """A shard has answered the last batch."""
        if answer.restarted:
            self._give_back(shard)
        self._answered[shard] = self._sent[shard]
        self._nodes[shard] = answer.node

    def _give_back(self, shard: int) -> None:
        # Its own leases are void, and nobody need be told.
        self._waiting = [waiting for waiting in self._waiting if waiting.shard != shard]
        for waiting in self._waiting:
            if waiting.needs[shard] > self._safe[shard]:
                waiting.ending, waiting.needs = Returned(waiting.ending.number), [0] * len(self._sent)
        self._safe[shard] = self._answered[shard]

    def unsafe(self) -> dict[int, int]:
        """Shards whose disks are waited for, and how many batches they have answered."""
        waited = {
            shard
            for waiting in self._waiting
            for shard, count in enumerate(waiting.needs)
            if self._answered[shard] >= count and not self._has(shard, count, waiting.shard)
        }
        return {shard: self._answered[shard] for shard in waited}

    def written(self, shard: int, answered: int, node: str) -> None:
        """So many batches are on a shard's disk, if it is that of the Redis which has them."""
        if node == self._nodes[shard]:
            self._safe[shard] = max(self._safe[shard], answered)
