"""How a job ended, in one sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

from crawler.arguments import UNKNOWN_URL
from crawler.failures import BUDGET_SPENT, UNPROCESSED, Failures
from crawler.walls import most_are_blocks
from schemas.job import JobState, JobStats
from schemas.site import SiteConfig

SHUTDOWN = "shutdown"
ENDS = frozenset({"finished", "closespider_itemcount", "closespider_pagecount", "closespider_timeout"})
"""Why Scrapy closes a spider that has done what it was asked for: all, or as much as CLOSESPIDER_ settings allow."""


@dataclass(slots=True)
class Events:
    """What happened while a job was crawled, beside its pages."""

    reason: str = ""
    """Why the spider was closed, in Scrapy's words; nothing where it was stopped by force."""
    storage_problem: str | None = None
    unfetched: Failures = field(default_factory=Failures)
    unprocessed: Failures = field(default_factory=Failures)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The job's last state, and why where it is not ``completed``."""

    state: JobState
    error: str | None = None


def judge(config: SiteConfig, stats: JobStats, events: Events) -> Verdict:
    """Completed only where everything was done and the site yielded what its config expects."""
    if events.storage_problem:
        return Verdict(JobState.FAILED, events.storage_problem)
    if events.reason == SHUTDOWN:
        return Verdict(JobState.CANCELLED, "Stopped on request; the pages that were fetched are stored.")
    if not events.reason:
        return Verdict(JobState.CANCELLED, "Stopped at once; what was fetched last may not be stored.")
    error = _failure(config, stats, events)
    return Verdict(JobState.FAILED, error) if error else Verdict(JobState.COMPLETED)


def judge_job(config: SiteConfig, stats: JobStats, *, cancelled: bool) -> Verdict:
    """Of a job that is over: what all its workers have counted decides."""
    if cancelled:
        return Verdict(JobState.CANCELLED, "Stopped on request; the pages that were fetched are stored.")
    return judge(config, stats, events_of(stats, "finished"))


def events_of(stats: JobStats, reason: str) -> Events:
    """What happened, as all workers have counted it."""
    return Events(
        reason=reason,
        unfetched=Failures.of(stats.failures),
        unprocessed=Failures.of(stats.failures, UNPROCESSED),
    )


def _failure(config: SiteConfig, stats: JobStats, events: Events) -> str | None:
    if events.unprocessed.total:
        return f"{events.unprocessed.total} pages could not be processed; first: {events.unprocessed.sentence()}"
    if events.reason not in ENDS:
        return f"The crawl ended early: {events.reason}."
    if config.dry_run:
        return events.unfetched.sentence()
    walled = most_are_blocks(stats, events.unfetched)
    spent = events.unfetched.first.get(BUDGET_SPENT)
    if walled and spent:
        return f"{walled} {spent}"
    return walled or _nothing(config, stats, events) or _shortfall(config, stats)


def _nothing(config: SiteConfig, stats: JobStats, events: Events) -> str | None:
    if stats.answered or stats.records or _good(stats):
        return None
    start = "The site" if config.url == UNKNOWN_URL else config.url
    if stats.statuses:
        counts = [*sorted(stats.statuses.items()), *sorted(stats.verdicts.items())]
        answers = ", ".join(f"{name} ({count}x)" for name, count in counts)
        return f"{start} gave no usable page. Its answers: {answers}."
    return events.unfetched.sentence() or f"{start} gave no page."


def _good(stats: JobStats) -> int:
    return sum(count for status, count in stats.statuses.items() if int(status) < 300) - stats.walled


def _shortfall(config: SiteConfig, stats: JobStats) -> str | None:
    good = _good(stats)
    for name, least, got in (
        ("pages", config.expect.pages, good),
        ("postings", config.expect.postings, stats.postings),
    ):
        if got < least:
            return f"The site's config expects at least {least} {name}; the job found {got}."
    return None
