"""A job: one crawl of one site."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from uuid import UUID

from pydantic import TypeAdapter

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

    def encode(self) -> bytes:
        """As JSON, for other processes."""
        return JOB.dump_json(self)

    @classmethod
    def decode(cls, data: bytes) -> Job:
        """What ``encode`` wrote.

        Raises:
            ValidationError: it is of another version, or no job.
        """
        return JOB.validate_json(data)

    @property
    def fence(self) -> Fence:
        """What this process's rows carry; there is one delivery so far."""
        return (self.sequence, 1)


JOB = TypeAdapter(Job)


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

    def add(self, more: JobStats) -> None:
        """Count what another batch has stored."""
        for name, value in asdict(more).items():
            if name == "statuses":
                for status, count in value.items():
                    self.statuses[status] = self.statuses.get(status, 0) + count
            else:
                setattr(self, name, getattr(self, name) + value)
