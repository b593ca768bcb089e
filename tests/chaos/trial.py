"""One crawl from its start to the verdict: undisturbed, or with a plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from frontier.connection import connect
from tests.chaos import checks
from tests.chaos.crew import Crew
from tests.chaos.deeds import Deeds
from tests.chaos.found import Found, read, responses
from tests.chaos.grounds import SITE, Ground, Grounds
from tests.chaos.plan import Plan, Setting
from tests.support import aof

PAUSE = 0.2
BEGUN = 20
"""Visits after which a crawl has begun: the job and its first requests are in Valkey."""
TO_BEGIN = 120.0
TO_TIDY_UP = 60.0
"""Seconds between the job's end and that of its keys in Redis."""
ENDS = {"completed", "failed", "cancelled"}


@dataclass
class Verdict:
    """What became of a crawl."""

    seed: int
    seconds: float = 0.0
    steps: int = 0
    """How many of the plan's were done before the job's end."""
    visits: int = 0
    orphans: int = 0
    unfinished: int = 0
    """Files of the archive."""
    problems: list[str] = field(default_factory=list)


@dataclass
class Trial:
    """``minutes``: within them the job must have an end, from its start; ``say`` gets each event as a line."""

    grounds: Grounds
    setting: Setting
    minutes: float
    say: Callable[[str], None] = print

    def undisturbed(self) -> Found:
        """What one process finds that nobody disturbs: what all must find.

        Raises:
            AssertionError: even that was not completed.
        """
        with self._crew("undisturbed", 1, []) as (ground, crew):
            self.grounds.web.reset()
            crew.begin(self.grounds.web.url(SITE), workers=0)
            assert crew.site
            crew.site.process.wait(timeout=self.minutes * 60)
            assert crew.site.status == 0, crew.site.ended()
            with ground.reading() as connection:
                found = read(connection)
            problems = self._compare(ground, found, Verdict(0))
            assert not problems, problems
            return found

    def disturbed(self, expected: Found, plan: Plan) -> Verdict:
        """Crawl with workers, do what the plan says, and compare."""
        options = ["-s", f"LONGLINE_BUDGET_BYTES={plan.budget}"]
        verdict = Verdict(plan.seed)
        nodes = self.setting.nodes
        with self._crew(f"seed-{plan.seed}-{nodes}", nodes, options) as (ground, crew):
            self.grounds.web.reset()
            crew.begin(self.grounds.web.url(SITE), self.setting.workers, f"shards={nodes}")
            run = Run(self, ground, crew, plan, verdict)
            verdict.problems += run.to_its_end() or self._compare(ground, expected, verdict)
            verdict.visits = len(self.grounds.web.visits(SITE))
        return verdict

    @contextmanager
    def _crew(self, name: str, nodes: int, options: list[str]) -> Iterator[tuple[Ground, Crew]]:
        with self.grounds.ground(name, nodes) as ground:
            lease = {"LONGLINE_LEASE_SECONDS": f"{self.setting.lease_seconds:g}"}
            quiet = ["-L", "INFO", "-s", "LONGLINE_PROGRESS_SECONDS=0"]
            crew = Crew(ground.scrapy, ground.environment | lease, [*quiet, *options], ground.folder)
            try:
                yield ground, crew
            finally:
                crew.kill_all()

    def _compare(self, ground: Ground, expected: Found, verdict: Verdict) -> list[str]:
        with ground.reading() as connection:
            found = read(connection)
        members = responses(ground.archive)
        verdict.orphans = checks.orphans(found, members)
        verdict.unfinished = checks.unfinished_files(ground.archive)
        with connect(ground.redis_url) as client:
            return [
                *checks.job_completed(found),
                *checks.same_rows(expected, found),
                *checks.exact_counts(expected, found),
                *checks.archived(found, members),
                *checks.nothing_left(client, found.job["id"]),
            ]


@dataclass
class Run:
    """A disturbed crawl while it runs."""

    trial: Trial
    ground: Ground
    crew: Crew
    plan: Plan
    verdict: Verdict
    started: float = field(default_factory=time.monotonic)

    def to_its_end(self) -> list[str]:
        """Do what the plan says until the job has an end: what then makes a comparison useless, or nothing."""
        if not self._begin():
            return [f"The crawl has not begun within {TO_BEGIN:g} s.", *self._remains()]
        nodes = self.ground.nodes
        floors = [aof.last_file(node.folder).stat().st_size for node in nodes]
        deeds = Deeds(self.crew, self.ground.postgres, nodes, floors)
        self._disturb(deeds)
        deeds.undo(self.trial.setting.workers)
        if not self._wait(self.trial.minutes * 60, self._has_ended):
            return [f"The job has no end after {self.trial.minutes:g} minutes.", *self._remains()]
        self.verdict.seconds = time.monotonic() - self.started
        self._wait(time.monotonic() - self.started + TO_TIDY_UP, self._is_tidy)
        self.verdict.problems += self.crew.dismiss()
        return []

    def _begin(self) -> bool:
        web = self.trial.grounds.web
        return self._wait(TO_BEGIN, lambda: len(web.visits(SITE)) >= BEGUN)

    def _disturb(self, deeds: Deeds) -> None:
        begun = time.monotonic() - self.started
        for step in self.plan.steps:
            if self._wait(begun + step.at, self._has_ended):
                return
            done = deeds.do(step)
            self.verdict.steps += 1
            self.trial.say(f"  {time.strftime('%H:%M:%S')} {time.monotonic() - self.started - begun:6.1f} s  {done}")

    def _wait(self, until: float, condition: Callable[[], bool]) -> bool:
        """Whether it was met before so many seconds after the start; supervises the workers meanwhile."""
        while not condition():
            self.verdict.problems += self.crew.supervise()
            left = until - (time.monotonic() - self.started)
            if left <= 0:
                return False
            time.sleep(min(PAUSE, left))
        return True

    def _has_ended(self) -> bool:
        job = self.ground.last_job()
        return job is not None and job["state"] in ENDS

    def _is_tidy(self) -> bool:
        job = self.ground.last_job()
        with connect(self.ground.redis_url) as client:
            return job is not None and not any(checks.nothing_left(client, job["id"]))

    def _remains(self) -> list[str]:
        """What there is to see where a crawl does not end."""
        job = self.ground.last_job() or {}
        said = [
            f"{member.name} (status {member.status}) said:\n{member.said_last()}" for member in self.crew.everyone()
        ]
        with connect(self.ground.redis_url) as client:
            sizes = {key: client.memory_usage(key) for key in checks.keys_of(client, job.get("id"))}
        row = {name: job.get(name) for name in ("id", "state", "error", "stats")}
        return [f"its row: {row}", f"its keys in Redis, with their bytes: {sizes}", *said]
