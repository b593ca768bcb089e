"""A job: one crawl of one site."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from schemas.page import Fence
from schemas.site import SiteConfig


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

    @property
    def fence(self) -> Fence:
        """What this process's rows carry; there is one delivery so far."""
        return (self.sequence, 1)


@dataclass(slots=True)
class JobStats:
    """What a job has stored so far, counted in the transaction that stores it."""

    pages: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    postings: int = 0
    texts: int = 0
    records: int = 0
    rejected: int = 0
    problems: int = 0
    body_bytes: int = 0
    archived_bytes: int = 0
