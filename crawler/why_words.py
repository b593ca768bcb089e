"""Numbers and times as sentences say them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Answer:
    """What one job knows of a URL, or what holds a job back: one word, some sentences, and the facts for programs."""

    job: UUID | None
    site: str | None
    what: str
    text: str
    facts: dict[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {"job": self.job, "site": self.site, "what": self.what, "text": self.text, **self.facts}


def duration(seconds: float) -> str:
    """``0.4 s``, ``8.2 s``, ``5 min 36 s``, ``2 h 5 min``, ``3 d 4 h``."""
    if seconds < 60:
        return f"{max(0.0, seconds):.1f} s"
    whole = round(seconds)
    for unit, name, part, part_name in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= unit:
            rest = whole % unit // part
            return f"{whole // unit} {name}" + (f" {rest} {part_name}" if rest else "")
    return f"{whole} s"


def count(number: int, one: str, several: str | None = None) -> str:
    """``1 request``, ``1,204 requests``."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def clock(seconds: float) -> str:
    """A moment, in this machine's time: ``14:02:31``."""
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone():%H:%M:%S}"


def day(moment: datetime) -> str:
    """``2026-11-22 14:02:31``, in this machine's time."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def named(names: Sequence[str], most: int = 3) -> str:
    """Some of them, with how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def sentence(text: str) -> str:
    """With one full stop, and a capital letter."""
    text = text.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
