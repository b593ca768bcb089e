"""What each job knows of a URL, and why it was not fetched where it was not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scrapy import Request

from crawler import why_place, why_rules, why_stored
from crawler.fingerprint import UrlKeyFingerprinter
from crawler.leases import host_in
from crawler.why_address import addresses_of
from crawler.why_known import Connection, KnownJob, KnownJobs
from crawler.why_payload import SameUrl
from crawler.why_words import Answer
from frontier.control import JobControl
from frontier.host_view import host_views
from frontier.inspection import Place
from frontier.jobs import Jobs
from frontier.robots_cache import RobotsCache
from pipelines.database import Row
from schemas.job import JobState
from schemas.parameters import IgnoredParameters

MOST_JOBS = 5
"""Answers, of the newest jobs that know of a URL."""
NOT_YET = "It was not found so far: no page that was fetched leads to it."


@dataclass(frozen=True, slots=True)
class Asked:
    """A URL that somebody asks about, and where it is looked for.

    Args:
        url: normalised.
        user_agent: whose rules in robots.txt hold where a site's config names none.
    """

    url: str
    user_agent: str
    connection: Connection
    server: Any
    jobs: KnownJobs


async def ask(asked: Asked, job: KnownJob | None = None) -> list[Answer]:
    """The answer of one job; without it, those of each that knows of the URL, the newest first. Empty: no job does."""
    if job is not None:
        return [await _tell(asked, job)]
    alive = asked.jobs.alive()
    knowing = why_stored.Stored(asked.connection).knowing(_forms(asked, alive))
    knowing |= {job.id for job in alive if await _was_queued(asked, job)}
    if not knowing:
        newest = asked.jobs.newest_of_host(asked.url)
        return [await _tell(asked, newest)] if newest else []
    return [await _tell(asked, known) for known in asked.jobs.of_ids(knowing)[:MOST_JOBS]]


def _forms(asked: Asked, alive: list[KnownJob]) -> set[str]:
    """The URL as each site writes it."""
    ignored = [*why_stored.Stored(asked.connection).ignored(), *(job.config.ignore_parameters for job in alive)]
    return {asked.url, *(IgnoredParameters(names).strip(asked.url) for names in ignored)}


async def _was_queued(asked: Asked, job: KnownJob) -> bool:
    return await JobControl(asked.server, job.id).was_seen(fingerprint(_form(asked.url, job)))


def _form(url: str, job: KnownJob) -> str:
    """The URL as a job asks for it: without the parameters that its site ignores."""
    return IgnoredParameters(job.config.ignore_parameters).strip(url)


def fingerprint(url: str) -> int:
    """By which the crawl knows a URL, as ``crawler.queues.SeenFilter`` counts it."""
    return int.from_bytes(UrlKeyFingerprinter().fingerprint(Request(url))[:8], "big", signed=True)


async def _tell(asked: Asked, job: KnownJob) -> Answer:
    url = _form(asked.url, job)
    answer = await _Case(asked, job, url).answer()
    if url == asked.url:
        return answer
    text = f"The site asks for it as {url}. {answer.text}"
    return Answer(answer.job, answer.site, answer.what, text, answer.facts | {"asked_as": url})


@dataclass(frozen=True, slots=True)
class _Case:
    """One URL in one job. What can be seen comes first, then the rules that keep a crawl from asking."""

    asked: Asked
    job: KnownJob
    url: str

    async def answer(self) -> Answer:
        # A request moves from Redis to the tables, so that is the order in which they are read.
        seen, placed = await self._in_redis()
        stored = placed or self._stored()
        if stored:
            return stored
        if seen:
            # It may have moved meanwhile, as back from a worker.
            _, placed = await self._in_redis()
            return placed or await self._queued_without_a_row()
        return await self._never_queued()

    async def _in_redis(self) -> tuple[bool, Answer | None]:
        """Whether the job has queued it, and where it is now."""
        control = JobControl(self.asked.server, self.job.id)
        seen = await control.was_seen(fingerprint(self.url))
        if not seen and not self.job.own:  # a spider of somebody's own may queue what it does not want to be checked
            return False, None
        host = host_in(self.url)
        places = await control.find(host, SameUrl(self.url))
        # Of several, the one that something may yet come of.
        live = [place for place in places if place.where != "dead"]
        place = next(iter(live), None) or (next(iter(places), None) if not self._page() else None)
        return seen, await self._told(place, control, host) if place else None

    async def _told(self, place: Place, control: JobControl, host: str) -> Answer | None:
        status = await control.status(hosts=0)
        if status is None:
            return None
        alive = set(await Jobs(self.asked.server).alive())
        views = await host_views(self.asked.server, [host])
        shared = await addresses_of(self.asked.server, self.job, [host])
        scene = why_place.Scene(self.job, status, await control.now(), alive, views.get(host), shared.get(host))
        answer = why_place.told(place, self.url, scene)
        refused = await self._robots() if place.where in {"pending", "later"} else None
        if refused is None:
            return answer
        facts = answer.facts | {"refused": refused.facts}
        return Answer(answer.job, answer.site, answer.what, f"{answer.text} Then it is refused: {refused.text}", facts)

    def _page(self) -> Row | None:
        """Its row, where this job has written it."""
        row = why_stored.Stored(self.asked.connection).page(self.job, self.url)
        return row if row and row["job_id"] == self.job.id else None

    def _stored(self) -> Answer | None:
        row = self._page()
        if row is None:
            return self._walled() or why_stored.Stored(self.asked.connection).dead(self.job, self.url)
        answer = why_stored.done(self.job, self.url, row)
        if answer.what == "redirected" and self._off_site(row["final_url"]):
            text = f"{answer.text} That is off the site, and not followed."
            return Answer(answer.job, answer.site, answer.what, text, answer.facts)
        return answer

    def _walled(self) -> Answer | None:
        row = why_stored.Stored(self.asked.connection).page(self.job, self.url)
        return why_stored.walled(self.job, row) if row else None

    def _off_site(self, url: str) -> Answer | None:
        stored = why_stored.Stored(self.asked.connection)
        if self.job.own:
            return None
        return why_rules.off_site(self.job, url, lambda start: stored.redirected_to(self.job, start))

    async def _queued_without_a_row(self) -> Answer:
        stored = self._stored()
        if stored:
            return stored
        refused = await self._robots() or why_rules.example_of(self.job, self.url, await self._failures())
        return refused or self._answer("done", f"It was queued and is done; the job has kept no page. {self._older()}")

    async def _never_queued(self) -> Answer:
        refused = None if self.job.own else self._off_site(self.url) or why_rules.by_its_name(self.job, self.url)
        if refused:
            return refused
        named = why_rules.example_of(self.job, self.url, await self._failures())
        refused = await self._robots() or named
        return refused or self._answer("never found", self._not_found())

    async def _robots(self) -> Answer | None:
        return await why_rules.robots(self.job, self.url, self.asked.user_agent, RobotsCache(self.asked.server))

    async def _failures(self) -> dict[str, tuple[int, str]]:
        if self.job.ended:
            return self.job.stats.failures
        return await JobControl(self.asked.server, self.job.id).failures()

    def _not_found(self) -> str:
        config, stats = self.job.config, self.job.stats
        if self.job.own:
            return f"The spider {self.job.site} has not asked for it. {self._older()}"
        if not self.job.ended:
            depth = f" Links deeper than max_depth {config.max_depth} are not followed." if self._bounded else ""
            return f"{NOT_YET}{depth} {self._older()}"
        if config.max_pages and stats.pages >= config.max_pages:
            pages = f"the job ended at its max_pages {config.max_pages:,}"
            return f"It was not fetched: {pages}, and whether it was found is not known any more. {self._older()}"
        if self.job.state is not JobState.COMPLETED:
            what = f"the job is {self.job.state.value}, and whether it was found is not known any more"
            return f"It was not fetched: {what}. {self._older()}"
        within = f" within max_depth {config.max_depth}" if self._bounded else ""
        unless = ", unless the job was started with a max_pages or max_depth of its own, which came first"
        leads = f"no page that was fetched leads to it{'' if self.job.known else unless}"
        if stats.nofollow:
            leads += f", unless it is behind one of the {stats.nofollow:,} pages whose links say nofollow"
        return f"It was not found{within}: {leads}. {self._older()}"

    @property
    def _bounded(self) -> bool:
        return self.job.config.max_depth is not None

    def _older(self) -> str:
        """Of the row that another job of the site has written."""
        row = why_stored.Stored(self.asked.connection).page(self.job, self.url)
        return f"A row of it is there, of job {row['job_id']}." if row else ""

    def _answer(self, what: str, text: str) -> Answer:
        return Answer(self.job.id, self.job.site, what, text.strip())
