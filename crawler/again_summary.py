"""What a person reads when pages have been extracted again, or would be."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import psycopg
from rich.console import Console
from rich.markup import escape

from crawler.again_job import SUPERSEDED, UNREADABLE, UNSTORED, WITHDRAWN
from crawler.summary import COLOURS, size
from extractors import EXTRACTOR
from pipelines.database import Row
from pipelines.difference import Difference, sentences
from schemas.job import JobState, JobStats

TOLD = (WITHDRAWN, SUPERSEDED, UNREADABLE, UNSTORED)


@dataclass(frozen=True, slots=True)
class AgainReport:
    """How a job went that read the archive."""

    job: UUID
    site: str
    state: JobState
    error: str | None
    stats: JobStats
    segments: int
    seconds: float


def report(connection: psycopg.Connection[Row], job: UUID, site: str, segments: int) -> AgainReport:
    """As its row says."""
    query = """
        SELECT state, error, stats, extract(epoch FROM coalesce(completed_at, now()) - started_at) AS seconds
        FROM job WHERE id = %s
    """
    row = connection.execute(query, [job]).fetchone()
    assert row is not None  # it was started here
    stats = JobStats(**row["stats"])
    return AgainReport(job, site, JobState(row["state"]), row["error"], stats, segments, float(row["seconds"]))


def show(console: Console, report: AgainReport) -> None:
    """How it ended, and the counts."""
    colour = COLOURS.get(report.state, "red")
    console.print(
        f"[bold {colour}]{report.state}[/] {escape(report.site)} in {report.seconds:.1f} s [dim]job {report.job}[/]"
    )
    if report.error:
        console.print(f"[{colour}]{escape(report.error)}[/]")
    console.print()
    for name, count, detail in _lines(report):
        console.print(f"  [dim]{name:<11}[/]{count:>9,}   [dim]{escape(detail)}[/]".rstrip())
    console.print()


def sentence(report: AgainReport) -> str:
    """The same in one line, for a log or a mail."""
    how = report.error or f"{report.stats.pages:,} pages read again by {EXTRACTOR}, {report.stats.postings:,} postings."
    return f"{report.site} {report.state} (job {report.job}): {how}"


def show_difference(console: Console, difference: Difference) -> None:
    """What a job would change."""
    console.print(f"[bold]{difference.pages:,}[/] pages were read again by {EXTRACTOR}; nothing was written.")
    console.print()
    for name, count, detail in sentences(difference):
        console.print(f"  [dim]{name:<28}[/]{count:>9,}   [dim]{escape(detail)}[/]".rstrip())
    for name, counted in sorted(difference.fields.items()):
        console.print(f"\n  [bold]{name}[/]")
        for example in counted.examples:
            console.print(f"    {escape(example['url'])}", style="dim")
            console.print(f"      - {escape(str(example['was']))}")
            console.print(f"      + {escape(str(example['now']))}")


def _lines(report: AgainReport) -> list[tuple[str, int, str]]:
    stats = report.stats
    lines = [
        ("pages", stats.pages, f"{size(stats.body_bytes)} out of {report.segments:,} segments, read by {EXTRACTOR}"),
        ("postings", stats.postings, ""),
        ("texts", stats.texts, ""),
        ("rejected", stats.rejected, "see the table rejected_record"),
        ("problems", stats.problems, "an extractor failed; what it read before is kept"),
        ("noindex", stats.noindex, "pages that ask not to be read"),
    ]
    lines = [line for line in lines if line[1] or line[0] in {"pages", "postings"}]
    return lines + [(cause, *stats.failures[cause]) for cause in TOLD if cause in stats.failures]
