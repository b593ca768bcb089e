"""What a disturbed crawl must have in common with an undisturbed one. Each check gives a sentence for each fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis

from tests.chaos.found import Found, Member, Rows, place

SHOWN = 5
"""How many keys of a fault are named."""
SAME_COUNTS = ("pages", "statuses", "postings", "texts", "records", "rejected", "problems", "body_bytes")
"""Counts of ``job.stats`` that do not differ from crawl to crawl, as the sizes of compressed records do."""


def same_rows(expected: Found, found: Found) -> Iterator[str]:
    """Pages and postings are those of the undisturbed crawl: no more, no fewer, none different."""
    yield from _differences("pages", expected.pages, found.pages)
    yield from _differences("postings", expected.postings, found.postings)
    if found.counted != (len(found.pages), len(found.postings)):
        yield f"rows are doubled: {found.counted} rows of pages and postings for fewer keys"


def _differences(what: str, expected: Rows, found: Rows) -> Iterator[str]:
    both = expected.keys() & found.keys()
    faults = {
        "missing": expected.keys() - found.keys(),
        "too many": found.keys() - expected.keys(),
        "different": {key for key in both if expected[key] != found[key]},
    }
    for fault, keys in faults.items():
        if keys:
            some = ", ".join(str(key) for key in sorted(keys)[:SHOWN])
            yield f"{len(keys)} {what} are {fault}: {some}{_columns(expected, found, keys & both)}"


def _columns(expected: Rows, found: Rows, keys: set[Any]) -> str:
    """Which columns differ."""
    columns = Counter(name for key in keys for name, value in expected[key].items() if found[key].get(name) != value)
    return f" (in {', '.join(columns)})" if columns else ""


def job_completed(found: Found) -> Iterator[str]:
    """The job's row says so, and its rows are the job's own."""
    if found.job["state"] != "completed":
        yield f"the job is {found.job['state']}: {found.job['error']}"
    strangers = [url for url, pointer in found.pointers.items() if pointer["job_id"] != found.job["id"]]
    if strangers:
        yield f"{len(strangers)} pages are of another job"


def exact_counts(expected: Found, found: Found) -> Iterator[str]:
    """``job.stats`` counts each row once, however often it was written."""
    stats = found.job["stats"]
    of_rows = {"pages": len(found.pages), "postings": len(found.postings)}
    of_rows_and_undisturbed = {name: expected.job["stats"].get(name) for name in SAME_COUNTS} | of_rows
    for name, count in of_rows_and_undisturbed.items():
        if stats.get(name) != count:
            yield f"job.stats has {name}: {stats.get(name)}, and it should be {count}"


def archived(found: Found, members: dict[tuple[str, int], Member]) -> Iterator[str]:
    """Each page's row points at a whole record, its own or one with the same body, that has the row's digest."""
    wrong = [url for url, pointer in found.pointers.items() if not _is_at(members.get(place(pointer)), pointer)]
    if wrong:
        yield f"{len(wrong)} pages are not in the archive where their rows point: {', '.join(wrong[:SHOWN])}"


def _is_at(member: Member | None, pointer: dict[str, Any]) -> bool:
    expected = (pointer["archive_length"], bytes(pointer["body_sha256"]))
    return member is not None and (member.length, member.digest) == expected


def orphans(found: Found, members: dict[tuple[str, int], Member]) -> int:
    """Response records that no row points at: they are allowed."""
    return len(members.keys() - {place(pointer) for pointer in found.pointers.values()})


def unfinished_files(folder: Path) -> int:
    """Files of the archive that were never finished: they are allowed, since no row points at them."""
    whole = (".warc.gz", ".cdxj")
    return sum(1 for file in folder.rglob("*") if file.is_file() and not file.name.endswith(whole))


def nothing_left(client: redis.Redis | redis.RedisCluster, job: Any) -> Iterator[str]:
    """No key of the job is in Redis, and it is not announced."""
    left = keys_of(client, job)
    if left:
        yield f"{len(left)} keys of the job are left in Redis: {', '.join(left[:SHOWN])}"
    if client.hexists("longline:jobs", str(job)):
        yield "the job is still announced in Redis"


def keys_of(client: redis.Redis | redis.RedisCluster, job: Any) -> list[str]:
    """The job's keys."""
    return sorted(key.decode() for key in client.scan_iter(f"longline:{{{job}*", count=1000))
