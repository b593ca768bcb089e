"""How a batch and its answer are written between ``frontier.job`` and the scripts of ``frontier/lua``: msgpack.

A batch is a dict:
    id, worker, shards, epoch, lease (µs), max_deliveries, limit (to create the job; 0 for all),
    groups: [[host, level, [fingerprint], [item]]], delayed: [[host, level, item, fingerprint, µs]],
    endings: [[kind, number, …]], renew: [number], failures: [[cause, example]], freed (how many),
    wants: [[host, number]], buried: [token], finish.
An answer is a list: state, epoch, leases [[number, host, level, item]], lost, [host, pending, …], pending, later,
    leased, admitted, new, µs to the first later entry or -1, stats [name, count, …],
    dead [[token, payload, host, attempts, causes]], over, quiet, moves, node.
Items and levels are explained in ``lua/queue.lua``. A fingerprint is written in decimal digits, as Lua's numbers do not
hold 64 bits; '' asks for no check.
"""

from __future__ import annotations

from typing import Any

import msgpack

from frontier.model import (
    Answer,
    Batch,
    Dead,
    Died,
    Done,
    Ending,
    Entry,
    JobCommand,
    Lease,
    Replaced,
    Returned,
    Terms,
)

GONE = Answer(JobCommand.GONE, 0, [], [], {}, 0, 0, 0, 0, 0, None, {}, [], over=False)
_SECOND = 1_000_000


def encode(batch: Batch, worker: str, terms: Terms, epoch: int, limit: int | None = None) -> bytes:
    """A batch for the script ``exchange``. ``limit``: create the job with it; 0 for no limit."""
    told = {
        "id": batch.id,
        "worker": worker,
        "shards": terms.shards,
        "epoch": epoch,
        "lease": int(terms.lease_seconds * _SECOND),
        "max_deliveries": terms.max_deliveries,
        "groups": _groups(batch.entries),
        "delayed": [_single(entry) for entry in batch.entries if entry.delay > 0],
        "endings": [_ending(ending) for ending in _in_order(batch.endings)],
        "renew": batch.renew,
        "failures": batch.failures,
        "freed": len(batch.freed),
        "wants": list(batch.wants.items()),
        "buried": batch.buried,
        "finish": batch.finish,
    }
    if limit is not None:
        told["limit"] = limit
    # The library within Redis knows strings alone, no binary ones.
    packed: bytes = msgpack.packb(told, use_bin_type=False)
    return packed


def _flag(entry: Entry) -> bytes:
    if entry.admitted:
        return b"A"
    return b"P" if entry.page else b"-"


def _level(entry: Entry) -> int:
    return 2 * entry.priority + entry.admitted


def _digits(fingerprint: int | None) -> str:
    return "" if fingerprint is None else str(fingerprint)


def _groups(entries: list[Entry]) -> list[tuple[str, int, list[str], list[bytes]]]:
    """Entries of one list together: one command queues them all."""
    groups: dict[tuple[str, int], tuple[str, int, list[str], list[bytes]]] = {}
    for entry in entries:
        if entry.delay <= 0:
            at = (entry.host, _level(entry))
            group = groups.get(at) or groups.setdefault(at, (*at, [], []))
            group[2].append(_digits(entry.fingerprint))
            group[3].append(_flag(entry) + entry.payload)
    return list(groups.values())


def _single(entry: Entry) -> tuple[str, int, bytes, str, int]:
    delay = max(0, int(entry.delay * _SECOND))
    return entry.host, _level(entry), _flag(entry) + entry.payload, _digits(entry.fingerprint), delay


def _in_order(endings: list[Ending]) -> list[Ending]:
    """Each entry that was not begun goes before all others of its priority: so the last one first."""
    untouched = [ending for ending in endings if isinstance(ending, Returned) and ending.cause is None]
    others = [ending for ending in endings if not isinstance(ending, Returned) or ending.cause is not None]
    return others + sorted(untouched, key=lambda ending: -ending.number)


def _ending(ending: Ending) -> tuple[Any, ...]:
    match ending:
        case Done(number, counts):
            return "done", number, counts
        case Replaced(number, entry):
            return "replaced", number, *_single(entry)
        case Returned(number, None):
            return "untouched", number
        case Returned(number, cause):
            return "returned", number, cause
        case Died(number, cause, counts):
            return "died", number, cause, counts


def decode(data: bytes | None) -> Answer:
    """What the script answered; nothing is said of a job that Redis does not know."""
    if data is None:
        return GONE
    state, epoch, leases, lost, hosts, *counts, due, stats, dead, over, quiet, moves, node = msgpack.unpackb(
        data, raw=True
    )
    pending, later, leased, admitted, new = counts
    return Answer(
        JobCommand(state.decode()),
        epoch,
        [_lease(*lease) for lease in leases],
        lost,
        _pairs(hosts),
        pending,
        later,
        leased,
        admitted,
        new,
        None if due < 0 else due / _SECOND,
        _pairs(stats),
        [_dead(*each) for each in dead],
        over,
        quiet,
        moves,
        node.decode(),
    )


def _pairs(flat: list[bytes]) -> dict[str, int]:
    return {name.decode(): int(count) for name, count in zip(flat[::2], flat[1::2], strict=True)}


def read_item(item: bytes) -> tuple[bytes, int, list[str], bytes]:
    """What an item counts as, its deliveries that failed, their causes, and its payload."""
    if item[:1] != b"R":
        return item[:1], 0, [], item[1:]
    flag, deliveries, causes, payload = msgpack.unpackb(item[1:], raw=True)
    return flag, deliveries, _texts(causes), payload


def _texts(values: list[bytes]) -> list[str]:
    return [value.decode() for value in values]


def _lease(number: int, host: bytes, level: int, item: bytes) -> Lease:
    flag, deliveries, _, payload = read_item(item)
    return Lease(number, payload, host.decode(), level // 2, flag == b"A", deliveries + 1)


def _dead(token: bytes, payload: bytes, host: bytes, attempts: int, causes: list[bytes]) -> Dead:
    return Dead(token, payload, host.decode(), attempts, _texts(causes))
