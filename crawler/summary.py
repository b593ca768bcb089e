"""What a person reads when a crawl has ended."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from crawler import walls
from crawler.failures import NO_ERRORS, REFUSED, WALLED
from crawler.services import Services
from crawler.verdict import Events, Verdict
from schemas.job import Job, JobState, JobStats
from schemas.tiers import TIERS, TierUse, money

COLOURS = {JobState.COMPLETED: "green", JobState.CANCELLED: "yellow"}
SEEDS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Report:
    """How a job went."""

    job: Job
    stats: JobStats
    verdict: Verdict
    events: Events
    seconds: float


def show(console: Console, report: Report) -> None:
    """The verdict and the counts."""
    job, verdict = report.job, report.verdict
    colour = COLOURS.get(verdict.state, "red")
    console.print(
        f"[bold {colour}]{verdict.state}[/] {escape(job.site)} in {report.seconds:.1f} s [dim]job {job.id}[/]"
    )
    if verdict.error:
        console.print(f"[{colour}]{escape(verdict.error)}[/]")
    console.print()
    for name, count, detail in _lines(report):
        console.print(f"  [dim]{name:<10}[/]{count:>10}   [dim]{escape(detail)}[/]".rstrip())
    console.print()


def sentence(report: Report) -> str:
    """How a job ended, in one line for a log or a mail."""
    job, stats, verdict = report.job, report.stats, report.verdict
    found = f"{stats.records:,} records" if stats.records else f"{stats.postings:,} postings"
    how = verdict.error or f"{stats.pages:,} pages, {found}."
    return f"{job.site} {verdict.state} (job {job.id}): {how}"


def where(console: Console, job: Job, services: Services, *, records: bool = False) -> None:
    """Where the data is, and the lines to look at it, as they can be typed here. Records: it is in that table."""
    python = _python()
    shell = f"{python} manage.py dbshell --" if services.embedded else 'psql "$DATABASE_URL"'
    console.print("  [dim]pages[/]    ", escape(services.archive.url))
    query = "select kind, key, data from record" if records else "select status, url, title from page"
    what = "records" if records else "pages"
    console.print("  [dim]rows[/]     ", f'{shell} -c "{query} limit 20"')
    console.print("  [dim]export[/]   ", f"{python} -m scrapy export {what} --to {what}.jsonl --job {job.id}")


def _python() -> str:
    """This Python, by its shortest name."""
    here = Path(sys.executable)
    return str(here.relative_to(Path.cwd())) if here.is_relative_to(Path.cwd()) else str(here)


def show_seeds(console: Console, seeds: list[str]) -> None:
    """What a dry run found."""
    console.print(f"[bold]{len(seeds):,}[/] pages are named by the sitemaps.")
    for url in seeds[:SEEDS_SHOWN]:
        console.print("  " + escape(url))
    if len(seeds) > SEEDS_SHOWN:
        console.print(f"  [dim]and {len(seeds) - SEEDS_SHOWN:,} more[/]")


def size(count: float) -> str:
    """A number of bytes for people: 1.2 MB."""
    for unit in ("B", "kB", "MB", "GB"):
        if round(count, 1) < 1000:  # as it is shown: never 1000.0 kB
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def _lines(report: Report) -> list[tuple[str, str, str]]:
    stats, failures = report.stats, report.events.unfetched
    statuses = " · ".join(f"{status}: {count:,}" for status, count in sorted(stats.statuses.items()))
    lines = [
        ("pages", f"{stats.pages:,}", statuses),
        ("postings", f"{stats.postings:,}", ""),
        ("texts", f"{stats.texts:,}", ""),
        ("records", f"{stats.records:,}", ""),
        ("rejected", f"{stats.rejected:,}", "see the table rejected_record"),
        ("problems", f"{stats.problems:,}", "an extractor failed; the pages are kept"),
        (
            "cleaned",
            f"{stats.cleaned:,}",
            "texts with characters that PostgreSQL does not store (NUL, lone surrogates)",
        ),
        ("unchanged", f"{stats.unchanged:,}", "as their site says; they were not sent again"),
        ("noindex", f"{stats.noindex:,}", "pages that ask not to be read; they are kept"),
        ("nofollow", f"{stats.nofollow:,}", "pages whose links, or some of them, ask not to be followed"),
        ("archived", size(stats.archived_bytes) if stats.pages else "0", f"of {size(stats.body_bytes)}"),
    ]
    if len(stats.tiers) > 1:
        lines += [(tier, f"{use.requests:,}", _use(use)) for tier, use in _in_order(stats.tiers)]
    asked = "posting" in report.job.config.extract
    always = ("pages", *(["records"] if stats.records else ["postings"] if asked else []))
    lines = [line for line in lines if line[1] != "0" or line[0] in always]
    lines += walls.lines(stats, failures, report.verdict.error)
    counted = {cause: count for cause, count in failures.counts.items() if not cause.startswith(WALLED)}
    failed = [(_word(cause), f"{count:,}", failures.first[cause]) for cause, count in counted.items()]
    # What the verdict says already is not said twice.
    return lines + [(word, count, "" if first == report.verdict.error else first) for word, count, first in failed]


def _in_order(tiers: dict[str, TierUse]) -> list[tuple[str, TierUse]]:
    return [(tier, tiers[tier]) for tier in TIERS if tier in tiers]


def _use(use: TierUse) -> str:
    """Of a tier."""
    return f"{size(use.bytes)} over the wire" + (f", for {money(use.cost)}" if use.cost else "")


def _word(cause: str) -> str:
    return cause.partition(":")[0] if cause in {REFUSED, *NO_ERRORS} else "failed"
