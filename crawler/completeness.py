"""Whether a crawl saw all of its site, so that what it did not see is not there."""

from __future__ import annotations

from crawler.failures import DISALLOWED, TRAPPED, WALLED
from schemas.job import Job, JobStats
from schemas.lifecycle import GONE
from schemas.listing import WholeCrawl

_LEFT_OUT = frozenset({DISALLOWED, *TRAPPED.values()})
"""Causes that each crawl of a site has, however complete."""
SITE = "site"


def whole_crawl(job: Job, stats: JobStats, *, full: bool) -> WholeCrawl | None:
    """What a completed job missed; None where it was no crawl of a whole site for its postings.

    ``full``: it was given as many pages as it may have.
    """
    if job.spider != SITE or job.config.dry_run or "posting" not in job.config.extract:
        return None
    left_out = {cause: count for cause, (count, _) in stats.failures.items() if cause in _LEFT_OUT}
    return WholeCrawl((*_bounds(job, full=full), *_missed(stats)), left_out | {"nofollow": stats.nofollow})


def _bounds(job: Job, *, full: bool) -> list[str]:
    problems = []
    if full:
        problems.append(f"It ended at max_pages: {job.config.max_pages}.")
    if job.config.max_depth is not None:
        problems.append(f"It went no deeper than max_depth: {job.config.max_depth}.")
    return problems


def _missed(stats: JobStats) -> list[str]:
    """Answers that say nothing of a page, and pages that nothing was read from."""
    refused = {status: count for status, count in stats.statuses.items() if int(status) >= 400}
    found = [f"Status {status} ({n:,}x)." for status, n in sorted(refused.items()) if int(status) not in GONE]
    found += [f"{name} ({count:,}x)." for name, count in sorted(stats.verdicts.items())]
    for cause, (count, first) in sorted(stats.failures.items()):
        if cause not in _LEFT_OUT and not cause.startswith(WALLED):
            found.append(f"{cause} ({count:,}x): {first}")
    if stats.problems:
        found.append(f"An extractor failed ({stats.problems:,}x).")
    return found
