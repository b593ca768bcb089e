"""How a job is divided into shards, and their answers joined."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from zlib import crc32

from frontier.model import Answer, Entry, JobCommand

PAGES_PER_SHARD = 10_000
"""A job that may fetch fewer pages than this for each of its shards has fewer shards."""
_FACTOR = 1024


def shards_of(asked: int, max_pages: int | None) -> int:
    """How many shards a job has that asks for so many."""
    return asked if max_pages is None else max(1, min(asked, max_pages // PAGES_PER_SHARD))


def outer(number: int, shard: int) -> int:
    """A lease's number as workers know it: it says in which shard the lease is."""
    return number * _FACTOR + shard


def inner(number: int) -> tuple[int, int]:
    """A lease's number as its shard knows it, and the shard."""
    return divmod(number, _FACTOR)


def home_of(entry: Entry, shards: int) -> int:
    """The shard of an entry: that of all entries with its fingerprint."""
    if entry.fingerprint is None:
        return crc32(entry.payload) % shards
    return home_of_fingerprint(entry.fingerprint, shards)


def home_of_fingerprint(fingerprint: int, shards: int) -> int:
    """The shard of all entries with a fingerprint."""
    # By the high bits: a shard tells its sets of fingerprints apart by the low ones.
    return (fingerprint >> 40) % shards


def share(limit: int | None, shard: int, shards: int) -> int | None:
    """A shard's part of the pages that the job may fetch."""
    return None if limit is None else limit // shards + (shard < limit % shards)


def apportion(most: int, known: list[int]) -> dict[int, int]:
    """How many entries of a host to ask of each shard, by how many each is known to have."""
    total = sum(known)
    if total == 0:
        return {random.randrange(len(known)): most}  # noqa: S311 - any of them will do
    parts: dict[int, int] = {}
    for count, shard in sorted(((count, shard) for shard, count in enumerate(known)), reverse=True):
        part = min(most - sum(parts.values()), -(-most * count // total))
        if part > 0:
            parts[shard] = part
    return parts


def combined(answers: list[Answer], *, over: bool) -> Answer:
    """What all shards have answered, as the answer of one."""
    numbered = list(enumerate(answers))
    return Answer(
        state=_state([answer.state for answer in answers]),
        epoch=sum(answer.epoch for answer in answers),
        leases=[replace(one, number=outer(one.number, shard)) for shard, answer in numbered for one in answer.leases],
        lost=[outer(number, shard) for shard, answer in numbered for number in answer.lost],
        hosts=sum_counts([answer.hosts for answer in answers]),
        pending=sum(answer.pending for answer in answers),
        later=sum(answer.later for answer in answers),
        leased=sum(answer.leased for answer in answers),
        admitted=sum(answer.admitted for answer in answers),
        new=sum(answer.new for answer in answers),
        due_in=min((answer.due_in for answer in answers if answer.due_in is not None), default=None),
        stats=sum_counts([answer.stats for answer in answers]),
        dead=[replace(one, token=outer_token(one.token, shard)) for shard, answer in numbered for one in answer.dead],
        over=over,
        quiet=all(answer.quiet for answer in answers),
        moves=sum(answer.moves for answer in answers),
        node="",
        restarted=frozenset(shard for shard, answer in numbered if answer.restarted),
    )


def outer_token(token: bytes, shard: int) -> bytes:
    """A dead entry's token as workers know it: it is the number of its last lease."""
    return b"%d" % outer(int(token), shard)


def inner_token(token: bytes) -> tuple[bytes, int]:
    """A dead entry's token as its shard knows it, and the shard."""
    number, shard = inner(int(token))
    return b"%d" % number, shard


def _state(states: list[JobCommand]) -> JobCommand:
    """Somebody is telling it to one shard after the other."""
    told = [state for state in (JobCommand.CANCELLED, JobCommand.PAUSED) if state in states]
    return told[0] if told else states[0]


def sum_counts(counts: list[dict[str, int]]) -> dict[str, int]:
    """By name."""
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(total)


def sum_failures(parts: list[dict[str, tuple[int, str]]]) -> dict[str, tuple[int, str]]:
    """By cause; the first example of each."""
    total: dict[str, tuple[int, str]] = {}
    for failures in parts:
        for cause, (count, first) in failures.items():
            before, kept = total.get(cause, (0, first))
            total[cause] = (before + count, kept)
    return total
