"""Rows of ``listing``: what a job saw of each list of postings, and whether that is all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import UUID

import psycopg

from pipelines.cleaning import row_key
from schemas.addresses import site_host
from schemas.job import Job
from schemas.listing import Listing, WholeCrawl

Cursor = psycopg.AsyncCursor[tuple[Any, ...]]
KIND = "listing"
"""Of the records of a page that are listings, in the shape of ``schemas.listing.Listing``."""
WEB = "web"
RECENT = "7 days"
"""Postings that were seen so lately belong to what a list is measured by."""
MOST_HOPS = 20

_WRITE = """
INSERT INTO listing (job_id, url, url_sha256, platform, tenant, declared_total, listed, complete, problems, seen_at)
VALUES (%(job_id)s, %(url)s, %(url_sha256)s, %(platform)s, %(tenant)s, %(declared_total)s, %(listed)s, %(complete)s,
    %(problems)s, now())
ON CONFLICT (job_id, url_sha256) DO UPDATE SET platform = excluded.platform, tenant = excluded.tenant,
    declared_total = excluded.declared_total, listed = excluded.listed, complete = excluded.complete,
    problems = excluded.problems
"""
# Of a list that goes over several pages each page says what is known so far: the last one may be stored first.
_NOTE = f"""
{_WRITE}
WHERE (excluded.listed, excluded.complete, cardinality(excluded.problems))
    >= (listing.listed, listing.complete, cardinality(listing.problems))
"""
_OF_JOB = """
SELECT id, url, platform, tenant, declared_total, listed, complete, problems FROM listing
WHERE job_id = %s AND platform IS NOT NULL AND tenant IS NOT NULL ORDER BY id
"""
OF_BOARD = """
posting.platform = %(platform)s AND posting.tenant = %(tenant)s AND (%(platform)s <> 'web' OR page.site_id = %(site)s)
"""
"""Of one host several sites may be described, each with its own pages."""
_SEEN = f"""
SELECT count(*) FILTER (WHERE posting.fence[1] = %(sequence)s),
    count(*) FILTER (WHERE posting.last_seen >= now() - interval '{RECENT}')
FROM posting JOIN page ON page.id = posting.page_id
WHERE {OF_BOARD} AND posting.status NOT IN ('closed', 'expired')
"""  # noqa: S608 - made of this module's own text
_LAST = """
SELECT listing.listed, job.stats FROM listing JOIN job ON job.id = listing.job_id
WHERE listing.platform = %(platform)s AND listing.tenant = %(tenant)s AND listing.complete
    AND job.state = 'completed' AND job.sequence < %(sequence)s
    AND (%(platform)s <> 'web' OR job.site_id = %(site)s)
ORDER BY job.sequence DESC LIMIT 1
"""
_START = """
SELECT page.final_url, EXISTS (SELECT FROM posting WHERE posting.page_id = page.id AND posting.own_page)
FROM page WHERE page.site_id = %s AND page.url_sha256 = %s
"""
STARTS_ON_POSTING = "It starts on a posting, and not on a list of them."


@dataclass(frozen=True, slots=True)
class Stored:
    """A listing with the number of its row."""

    id: int
    listing: Listing


async def note(cursor: Cursor, found: Iterable[tuple[UUID, Listing]]) -> None:
    """Write down what pages of lists have said, with their jobs: of each list what knows most of it."""
    # In one order, so that two workers do not wait for each other.
    for _, job, listing in sorted(((row_key(one.url), job, one) for job, one in found), key=itemgetter(0, 1)):
        await cursor.execute(_NOTE, _values(job, listing))


async def write(cursor: Cursor, job: UUID, listing: Listing) -> None:
    """Write one down; what a job says again of the same list replaces what it said."""
    await cursor.execute(_WRITE, _values(job, listing))


def _values(job: UUID, listing: Listing) -> dict[str, Any]:
    values = listing.model_dump() | {"problems": list(listing.problems)}
    return values | {"job_id": job, "url_sha256": row_key(listing.url)}


async def judged(cursor: Cursor, job: Job, crawl: WholeCrawl | None) -> list[Stored]:
    """The listings of a job that is over, each with what speaks against it; with that of its crawl, if it was whole."""
    stored = await _stored(cursor, job)
    if crawl:
        for listing in await _of_site(cursor, job, crawl, [one.listing for one in stored]):
            await write(cursor, job.id, listing)
        stored = await _stored(cursor, job)
    return stored


async def _stored(cursor: Cursor, job: Job) -> list[Stored]:
    await cursor.execute(_OF_JOB, [job.id])
    names = tuple(Listing.model_fields)
    stored = [Stored(row[0], Listing(**dict(zip(names, row[1:], strict=True)))) for row in await cursor.fetchall()]
    return [Stored(one.id, await _judged(cursor, job, one.listing)) for one in stored]


async def _judged(cursor: Cursor, job: Job, listing: Listing) -> Listing:
    board = of_board(job, listing)
    _, recent = await _seen(cursor, board)
    last, _ = await _last(cursor, board)
    sure = listing.judged(max(recent, last), job.config.shrink_percent)
    if sure != listing:
        await write(cursor, job.id, sure)
    return sure


def of_board(job: Job, listing: Listing) -> dict[str, Any]:
    """Parameters of ``OF_BOARD``, and the job's number."""
    board = {"platform": listing.platform, "tenant": listing.tenant, "site": job.site_id}
    return board | {"sequence": job.sequence}


async def _seen(cursor: Cursor, board: dict[str, Any]) -> tuple[int, int]:
    """How many the job saw, and how many were there lately."""
    await cursor.execute(_SEEN, board)
    row = await cursor.fetchone()
    return (row[0], row[1]) if row else (0, 0)


async def _last(cursor: Cursor, board: dict[str, Any]) -> tuple[int, dict[str, Any] | None]:
    """How many there were when the board was last complete, and that job's counts."""
    await cursor.execute(_LAST, board)
    row = await cursor.fetchone()
    return (row[0], row[1]) if row else (0, None)


# A whole crawl


async def _of_site(cursor: Cursor, job: Job, crawl: WholeCrawl, lists: list[Listing]) -> list[Listing]:
    """What the crawl proves of each host of its site: less than all, where a list of it is not complete."""
    hosts, on_posting = await _hosts(cursor, job)
    listings = []
    for host in hosts:
        listing = Listing(url=_url(job, host), platform=WEB, tenant=host)
        board = of_board(job, listing)
        seen, _ = await _seen(cursor, board)
        _, stats = await _last(cursor, board)
        problems = crawl.problems if stats is None else crawl.since(left_out(stats))
        problems += (STARTS_ON_POSTING,) if on_posting else ()
        problems += tuple(
            f"A list is not complete: {one.url}" for one in lists if _is_part(one, host) and not one.complete
        )
        update = {"listed": seen, "complete": not problems, "problems": problems}
        listings.append(listing.model_copy(update=update))
    return listings


def _is_part(listing: Listing, host: str) -> bool:
    """Whether it is one of a host's own lists, whose tenant is its address."""
    return listing.platform == WEB and site_host(f"https://{listing.tenant}") == host and "/" in listing.tenant


async def _hosts(cursor: Cursor, job: Job) -> tuple[list[str], bool]:
    """The hosts of a site: its own, where its start page leads to, and those that its config allows.

    And whether it starts on a posting.
    """
    url, hosts, on_posting = job.config.url, [site_host(job.config.url)], False
    for _ in range(MOST_HOPS):
        await cursor.execute(_START, [job.site_id, row_key(url)])
        row = await cursor.fetchone()
        if row is None:
            break
        on_posting = on_posting or row[1]
        hosts.append(site_host(row[0]))
        if row[0] == url:
            break
        url = row[0]
    hosts += [site_host(f"https://{host}/") for host in job.config.allowed_hosts]
    return list(dict.fromkeys(hosts)), on_posting


def _url(job: Job, host: str) -> str:
    return job.config.url if site_host(job.config.url) == host else f"https://{host}/"


def left_out(stats: dict[str, Any]) -> dict[str, int]:
    """Of a job's counts: what it left out, as ``WholeCrawl`` names it."""
    return {cause: count for cause, (count, _) in stats.get("failures", {}).items()} | {
        "nofollow": stats.get("nofollow", 0)
    }
