"""Every key in Redis: its type, who writes it, who reads it, and when it goes."""

from __future__ import annotations

from uuid import UUID


def job_requests(job: UUID, shard: int = 0) -> str:
    """A sorted set of encoded requests by priority. The scheduler writes and reads; gone when the job ends."""
    return f"longline:{{{job}:{shard}}}:requests"


def job_seen(job: UUID, shard: int = 0) -> str:
    """A set of request fingerprints. The scheduler writes and reads; gone when the job ends."""
    return f"longline:{{{job}:{shard}}}:seen"
