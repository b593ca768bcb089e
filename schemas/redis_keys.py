"""Every key in Redis: its type, who writes it, who reads it, and when it goes.

A job's keys share one hash tag (the braces), so that a cluster keeps them in one slot and a script may touch them all.
"""

from __future__ import annotations

from uuid import UUID

JOBS = "longline:jobs"
"""A hash: job id → its owner and the job, encoded. The owner writes and takes it away; workers read
which jobs there are."""

WORKERS = "longline:workers"
"""A sorted set: worker → the server's time, in seconds, when it last said that it lives. Each worker writes its own;
owners of jobs read. An entry goes when its worker ends, or when it has been silent for an hour."""


def job_requests(job: UUID, shard: int = 0) -> str:
    """A sorted set of encoded requests by priority. Schedulers write and claim; gone when the job ends."""
    return _of_job(job, shard, "requests")


def job_seen(job: UUID, shard: int = 0) -> str:
    """A set of request fingerprints. Schedulers write and read; gone when the job ends."""
    return _of_job(job, shard, "seen")


def job_claims(job: UUID, shard: int = 0) -> str:
    """A hash: worker and claim → the request that it works on. Written by the scripts; gone when the job ends."""
    return _of_job(job, shard, "claims")


def job_admitted(job: UUID, shard: int = 0) -> str:
    """A number: pages that were fetched or are being fetched. Written by the scripts; gone when the job ends."""
    return _of_job(job, shard, "admitted")


def job_failures(job: UUID, shard: int = 0) -> str:
    """A hash: what kind of number or example, and cause → its value. Spiders write, the owner reads; gone when the
    job ends."""
    return _of_job(job, shard, "failures")


def job_meta(job: UUID, shard: int = 0) -> str:
    """A hash: the job's state, limit, epoch, and counts of what its other keys hold. The scripts of ``frontier/lua``
    write and read it and all other keys of the job, which begin as it does, in place of ``meta`` with a name of
    ``JOB_KEYS``; all are gone when the job is removed."""
    return _of_job(job, shard, "meta")


def of_job(job: UUID) -> list[str]:
    """All keys of a job."""
    return [key(job) for key in (job_requests, job_seen, job_claims, job_admitted, job_failures)]


def _of_job(job: UUID, shard: int, name: str) -> str:
    return f"longline:{{{job}:{shard}}}:{name}"


def host_budget(host: str) -> str:
    """msgpack: which workers ask for the host, what each may do, and until when. The script of budgets writes and
    reads; gone by itself when nobody has asked for a while."""
    return f"longline:host:{{{host}}}:budget"
