"""What went wrong in a job, counted by cause, with the first example of each."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Failures:
    """Requests that ended without a page."""

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, cause: str, example: str) -> None:
        """Count one failure; ``example`` is a sentence about it."""
        self.counts[cause] = self.counts.get(cause, 0) + 1
        self.first.setdefault(cause, example)

    @property
    def total(self) -> int:
        """How many there were."""
        return sum(self.counts.values())

    def sentence(self) -> str | None:
        """The first example of the most frequent cause."""
        if not self.counts:
            return None
        return self.first[max(self.counts, key=lambda cause: self.counts[cause])]
