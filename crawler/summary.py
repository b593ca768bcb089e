"""What a person reads when a crawl has ended."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crawler.services import Services
from crawler.verdict import Events, Verdict
from schemas.job import Job, JobState, JobStats

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
    table = Table.grid(padding=(0, 3, 0, 2))
    for name, count, detail in _lines(report.stats, report.events):
        table.add_row(f"[dim]{name}[/]", count, f"[dim]{escape(detail)}[/]")
    console.print(table)
    console.print()


def where(console: Console, job: Job, services: Services) -> None:
    """Where the data is, and the line to look at it."""
    shell = "python manage.py dbshell --" if services.embedded else 'psql "$DATABASE_URL"'
    query = f"select status, url, title from page where job_id = '{job.id}' limit 20"  # noqa: S608 - only printed
    console.print("  [dim]pages[/]    ", escape(services.archive.url))
    console.print("  [dim]rows[/]     ", f'{shell} -c "{query}"')
    console.print("  [dim]export[/]   ", f"scrapy export pages --to pages.jsonl --job {job.id}")


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
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def _lines(stats: JobStats, events: Events) -> list[tuple[str, str, str]]:
    statuses = " · ".join(f"{status}: {count:,}" for status, count in sorted(stats.statuses.items()))
    lines = [
        ("pages", f"{stats.pages:,}", statuses),
        ("postings", f"{stats.postings:,}", ""),
        ("texts", f"{stats.texts:,}", ""),
        ("rejected", f"{stats.rejected:,}", "see the table rejected_record" if stats.rejected else ""),
        ("archived", size(stats.archived_bytes), f"of {size(stats.body_bytes)}"),
    ]
    if stats.problems:
        lines.append(("problems", f"{stats.problems:,}", "an extractor failed; the pages are kept"))
    lines += [
        ("failed", f"{count:,}", events.unfetched.first[cause]) for cause, count in events.unfetched.counts.items()
    ]
    return lines
