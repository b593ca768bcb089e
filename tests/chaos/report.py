"""What became of the crawls, for people."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import indent

from tests.chaos.trial import Verdict

HEAD = ("seed", "seconds", "steps", "visits", "orphans", "unfinished", "verdict")


def describe(verdict: Verdict) -> str:
    """One crawl: the job's time, what was done, and each problem."""
    told = "\n".join(indent(f"✗ {problem}", "  ") for problem in verdict.problems)
    return told or f"  ✓ as if nothing had been, after {verdict.seconds:.1f} s"


def summarise(verdicts: Sequence[Verdict]) -> str:
    """A table of all crawls."""
    rows = [HEAD, *(_row(verdict) for verdict in verdicts)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    sound = sum(not verdict.problems for verdict in verdicts)
    return "\n".join(["", *lines, "", f"{sound} of {len(verdicts)} crawls ended as an undisturbed one."])


def _row(verdict: Verdict) -> tuple[str, ...]:
    faults = f"{len(verdict.problems)} problems" if verdict.problems else "sound"
    numbers = (verdict.steps, verdict.visits, verdict.orphans, verdict.unfinished)
    seconds = f"{verdict.seconds:.1f}" if verdict.seconds else "no end"
    return (str(verdict.seed), seconds, *(f"{number:,}" for number in numbers), faults)
