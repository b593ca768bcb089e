"""A job that nobody works on, in the tables and in Redis, with whatever a test wants to be in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.types.json import Json

from frontier.codec import dumps
from frontier.jobs import Jobs
from frontier.model import Entry
from schemas.job import Job
from schemas.site import SiteConfig
from tests.support.job_workers import Team, open_team

SITE = "http://orphan.example"
HOST = "orphan.example"


def entry(path: str, fingerprint: int, **more: Any) -> Entry:
    """A page of the job's site, as a worker queues it that has found a link to it."""
    return Entry(dumps([1, "p", f"{SITE}{path}", 1]), HOST, fingerprint=fingerprint, page=True, **more)


@contextmanager
def orphan(connection: psycopg.Connection[dict[str, Any]], redis_url: str, **config: Any) -> Iterator[Team]:
    """The job's team, none of whom has said anything; all of it goes when the block ends."""
    with open_team(redis_url) as team:
        slug = f"orphan-{uuid4().hex[:8]}"
        site = SiteConfig(url=f"{SITE}/", **config)
        row = connection.execute(
            "INSERT INTO site (slug, config) VALUES (%s, %s) RETURNING id", [slug, Json(site.model_dump(mode="json"))]
        ).fetchone()
        assert row is not None
        job = connection.execute(
            "INSERT INTO job (id, site_id, url, state, started_at) VALUES (%s, %s, %s, 'running', now()) RETURNING *",
            [team.job, row["id"], site.url],
        ).fetchone()
        assert job is not None
        described = Job(team.job, job["sequence"], row["id"], slug, site)
        team.run(Jobs(team.server).announce(team.job, described.encode()))
        try:
            yield team
        finally:
            team.run(Jobs(team.server).withdraw(team.job))
            team.run(team.worker("last").frontier.remove())
            connection.execute("DELETE FROM dead_request WHERE job_id = %s", [team.job])
            connection.execute("DELETE FROM job WHERE id = %s", [team.job])
            connection.execute("DELETE FROM site WHERE id = %s", [row["id"]])
