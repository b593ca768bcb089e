"""A job: one crawl of one site."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from uuid import UUID

from pydantic import TypeAdapter

from schemas.page import Fence
from schemas.site import SiteConfig
from schemas.tiers import TierUse


class JobState(StrEnum):
    """Where a job stands. The last three are ends."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHING = "finishing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """A job that this process works on. ``sequence`` grows from job to job and orders their writes."""

    id: UUID
    sequence: int
    site_id: int
    site: str
    config: SiteConfig
    spider: str = "site"
    arguments: dict[str, str] = field(default_factory=dict)
    """Of a spider of somebody's own."""
    typed: frozenset[str] = frozenset()
    """Endpoints (``host:port``) on private addresses that a person typed at a prompt: the job may go there."""

    def encode(self) -> bytes:
        """As JSON, for other processes. What its config does not say, it does not say there either."""
        return JOB.dump_json(self, exclude_unset=True)

    @classmethod
    def decode(cls, data: bytes) -> Job:
        """What ``encode`` wrote.

        Raises:
            ValidationError: it is of another version, or no job.
        """
        return JOB.validate_json(data)

    @property
    def shared(self) -> bool:
        """Whether other workers may join it. A dry run's result is in its own process."""
        return not self.config.dry_run

    def fence(self, delivery: int) -> Fence:
        """What the rows of a page carry that was fetched by this lease."""
        return (self.sequence, delivery)


JOB = TypeAdapter(Job)


STATUS = "status:"
"""What the name of a count begins with that is of one HTTP status."""
VERDICT = "verdict:"
"""What the name of a count begins with that is of answers that were no pages."""
TIER = "tier:"
"""What the name of a count begins with that is of a tier, and of one of the fields of its ``TierUse``."""


@dataclass(slots=True)
class JobStats:
    """What a job has stored so far.

    ``unchanged``: pages that were not sent again, since they are as they were; they are among ``pages``, and what was
    read from them is among ``postings`` and ``texts``. ``noindex``, ``nofollow``: pages that were not read, or whose
    links were not followed, since they say so. ``cleaned``: texts that had characters in them which PostgreSQL refuses.
    ``answered``: responses without an error, of somebody's own spider.
    ``failures``: by cause, how many requests, and what was said of the first. ``verdicts``: answers that
    were no pages, by ``schemas.verdicts.Verdict.name``. ``walled``: how many of the good statuses are of answers that
    stood in the place of a page. ``tiers``: what was asked of each, for pages.
    """

    pages: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    postings: int = 0
    texts: int = 0
    records: int = 0
    rejected: int = 0
    problems: int = 0
    cleaned: int = 0
    unchanged: int = 0
    noindex: int = 0
    nofollow: int = 0
    answered: int = 0
    body_bytes: int = 0
    archived_bytes: int = 0
    failures: dict[str, tuple[int, str]] = field(default_factory=dict)
    verdicts: dict[str, int] = field(default_factory=dict)
    walled: int = 0
    tiers: dict[str, TierUse] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # JSON has lists in place of tuples, and dicts in place of ours.
        self.tiers = {tier: use if isinstance(use, TierUse) else TierUse(**use) for tier, use in self.tiers.items()}
        self.failures = {cause: (count, first) for cause, (count, first) in self.failures.items()}

    @classmethod
    def from_counts(cls, counts: dict[str, int], failures: dict[str, tuple[int, str]] | None = None) -> JobStats:
        """Of flat names, as ``counts`` gives them. A name that is not known here is a newer worker's: left out."""
        return cls(
            statuses=_of(STATUS, counts),
            verdicts=_of(VERDICT, counts),
            tiers=_tiers(_of(TIER, counts)),
            failures=failures or {},
            **{name: counts[name] for name in NUMBERS if name in counts},
        )

    def counts(self) -> dict[str, int]:
        """All numbers but those of ``failures``, by flat names (``status:200``); without those that are zero."""
        flat = {name: getattr(self, name) for name in NUMBERS}
        flat |= {f"{STATUS}{status}": count for status, count in self.statuses.items()}
        flat |= {f"{VERDICT}{verdict}": count for verdict, count in self.verdicts.items()}
        flat |= {f"{TIER}{tier}:{name}": count for tier, use in self.tiers.items() for name, count in use.counts()}
        return {name: count for name, count in flat.items() if count}

    def add(self, more: JobStats) -> None:
        """Count what was stored since."""
        for name in NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(more, name))
        for mine, others in ((self.statuses, more.statuses), (self.verdicts, more.verdicts)):
            for name, count in others.items():
                mine[name] = mine.get(name, 0) + count
        for tier, use in more.tiers.items():
            self.tiers.setdefault(tier, TierUse()).add(use)
        for cause, (count, first) in more.failures.items():
            before, kept = self.failures.get(cause, (0, first))
            self.failures[cause] = (before + count, kept)


NUMBERS = tuple(part.name for part in fields(JobStats) if part.type == "int")
"""The fields of ``JobStats`` that are one number each."""


def _of(prefix: str, counts: dict[str, int]) -> dict[str, int]:
    return {name.removeprefix(prefix): count for name, count in counts.items() if name.startswith(prefix)}


def _tiers(counts: dict[str, int]) -> dict[str, TierUse]:
    uses: dict[str, TierUse] = {}
    for name, count in counts.items():
        tier, _, field_name = name.partition(":")
        if field_name in _USES:
            setattr(uses.setdefault(tier, TierUse()), field_name, count)
    return uses


_USES = tuple(part.name for part in fields(TierUse))
