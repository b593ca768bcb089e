"""What stood in the place of pages: how a job counts it, and when it has seen too little else."""

from __future__ import annotations

from collections.abc import Iterable

from scrapy import Request

from crawler.failures import WALLED, Failures
from crawler.fetch.verdicts import verdict_of
from schemas.job import VERDICT, JobStats
from schemas.verdicts import WALLS, Kind, is_block

TOLD = WALLS | {Kind.ERROR_PAGE}
"""What people hear of. An empty page that no browser has filled is told as such already."""
_WORDS = {
    Kind.SOFT_BLOCK: "blocked",
    Kind.RATE_LIMITED: "refused",
    Kind.LOGIN_WALL: "login",
    Kind.ERROR_PAGE: "error page",
}


def note_wall(failures: Failures, request: Request) -> None:
    """Keep an example, where the answer to a request was no page; its row counts it."""
    verdict = verdict_of(request)
    if verdict and verdict.kind in TOLD:
        failures.add(WALLED + verdict.name, f"{request.url} {verdict}.")


def is_walled(request: Request) -> bool:
    """Whether the answer to a request stood in the place of a page."""
    verdict = verdict_of(request)
    return verdict is not None and verdict.is_wall


def is_blocked(request: Request) -> bool:
    """Whether the answer to a request was a block: not one of its links is the site's."""
    verdict = verdict_of(request)
    return verdict is not None and verdict.is_block


def counts_of_wall(request: Request) -> dict[str, int]:
    """What the answer to a request adds to a job's counts that no row will count."""
    verdict = verdict_of(request)
    return {f"{VERDICT}{verdict.name}": 1} if verdict and verdict.kind is not Kind.OK else {}


def most_are_blocks(stats: JobStats, failures: Failures) -> str | None:
    """A sentence, where more answers were blocks than were not; redirects are left out."""
    blocks = {name: count for name, count in stats.verdicts.items() if is_block(name)}
    blocked = sum(blocks.values())
    redirects = sum(count for status, count in stats.statuses.items() if 300 <= int(status) < 400)
    # A spider of one's own need not keep any page.
    answers = max(blocked + stats.answered, stats.pages - redirects)
    if 2 * blocked <= answers:
        return None
    most = sorted(blocks, key=lambda name: (-blocks[name], name))
    by = " and ".join(dict.fromkeys(filter(None, map(_by, most))))
    said = f"{blocked:,} of {answers:,} pages were block pages{f' by {by}' if by else ''}"
    first = failures.first.get(WALLED + most[0])
    return f"{said}: {first}" if first else f"{said}."


def lines(stats: JobStats, failures: Failures, told: str | None) -> Iterable[tuple[str, str, str]]:
    """For the summary: a word, how many, and the first; but for one that is told already."""
    for name, count in sorted(stats.verdicts.items(), key=lambda item: -item[1]):
        kind = Kind(name.partition(":")[0]) if name.partition(":")[0] in list(Kind) else None
        if kind in TOLD:
            first = failures.first.get(WALLED + name, "")
            yield _WORDS.get(kind, str(kind)), f"{count:,}", "" if first and first in (told or "") else first


def _by(name: str) -> str:
    return name.partition(": ")[2]
