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
COUNTED = {"posting": "postings", "text": "texts"}
"""What is counted of that which ``extract`` names."""


@dataclass(frozen=True, slots=True)
class AgainReport:
    """How a job went that read the archive. ``asked``: what it was to extract."""

    job: UUID
    site: str
    state: JobState
    error: str | None
    stats: JobStats
    segments: int
    seconds: float
    asked: tuple[str, ...]

    @property
    def wanted(self) -> tuple[str, ...]:
        """The counts that say what came of it, whatever they are."""
        return tuple(COUNTED[name] for name in self.asked if name in COUNTED)


def report(connection: psycopg.Connection[Row], job: UUID, site: str, segments: int) -> AgainReport:
    """As its row says."""
    query = """
        SELECT state, error, stats, extract(epoch FROM coalesce(completed_at, now()) - started_at) AS seconds,
            config->'extract' AS asked
        FROM job WHERE id = %s
    """
    row = connection.execute(query, [job]).fetchone()
    assert row is not None  # it was started here
    stats = JobStats(**row["stats"])
    state, seconds, asked = JobState(row["state"]), float(row["seconds"]), tuple(row["asked"])
    return AgainReport(job, site, state, row["error"], stats, segments, seconds, asked)


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
    counts = [f"{getattr(report.stats, name):,} {name}" for name in report.wanted]
    how = report.error or f"{', '.join([f'{report.stats.pages:,} pages read again by {EXTRACTOR}', *counts])}."
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
    lines = [line for line in lines if line[1] or line[0] in {"pages", *report.wanted}]
    return lines + [(cause, *stats.failures[cause]) for cause in TOLD if cause in stats.failures]
