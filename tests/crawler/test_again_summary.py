"""What a person reads when the archive has been read again."""

from __future__ import annotations

from io import StringIO
from uuid import UUID

from rich.console import Console

from crawler.again_summary import AgainReport, sentence, show
from schemas.job import JobState, JobStats


def report(*asked: str, postings: int = 0, texts: int = 0) -> AgainReport:
    stats = JobStats(pages=7, postings=postings, texts=texts)
    return AgainReport(UUID(int=1), "acme", JobState.COMPLETED, None, stats, 2, 1.5, asked)


def lines(report: AgainReport) -> dict[str, str]:
    said = StringIO()
    show(Console(file=said, width=200, color_system=None), report)
    rows = (line.split() for line in said.getvalue().splitlines() if line.startswith("  "))
    return {row[0]: row[1] for row in rows}


def test_what_was_asked_for_is_counted_and_nothing_else() -> None:
    assert lines(report("text", texts=5)) == {"pages": "7", "texts": "5"}
    assert lines(report("page", "posting")) == {"pages": "7", "postings": "0"}
    assert lines(report("page")) == {"pages": "7"}
    assert "5 texts." in sentence(report("text", texts=5))
    assert "postings" not in sentence(report("text", texts=5))
    assert sentence(report("page", "posting", "text", postings=3)).endswith(", 3 postings, 0 texts.")
