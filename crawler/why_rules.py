"""Why a crawl would not ask for a URL: the rules that can be told without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from crawler.failures import DISALLOWED, TRAPPED
from crawler.why_known import KnownJob
from crawler.why_words import Answer
from extractors.robots import explain, without_contact
from frontier.robots_cache import RobotsAnswer, RobotsCache
from schemas.addresses import looks_binary, site_host
from schemas.boundary import Boundary
from schemas.traps import WORDS, Trap, Traps

REFUSING = 500
TOO_MANY = 429


async def robots(job: KnownJob, url: str, user_agent: str, cache: RobotsCache) -> Answer | None:
    """What the robots.txt that workers have read lately says against a URL; None where it says nothing."""
    if not job.config.obey_robots:
        return None
    origin = "/".join(url.split("/", 3)[:3])
    read = await cache.get(origin)
    return _refused(job, url, f"{origin}/robots.txt", read, job.config.user_agent or user_agent) if read else None


def _refused(job: KnownJob, url: str, address: str, read: RobotsAnswer, user_agent: str) -> Answer | None:
    if read.status == 0 or read.status >= REFUSING or read.status == TOO_MANY:
        said = f"answered {read.status}" if read.status else f"cannot be reached ({read.text})"
        text = f"{address} {said}, so nothing of its host may be fetched."
        return Answer(job.id, job.site, "no robots.txt", text, {"robots": address, "status": read.status})
    verdict = explain(read.text if read.status < 400 else "", url, without_contact(user_agent))
    if verdict.allowed:
        return None
    text = f"It is disallowed by line {verdict.line} of {address}: {verdict.text}"
    facts = {"robots": address, "line": verdict.line, "rule": verdict.text}
    return Answer(job.id, job.site, "disallowed", text, facts)


def off_site(job: KnownJob, url: str, redirected_to: Callable[[str], str | None]) -> Answer | None:
    """Whether it is none of the site's; ``redirected_to``: where a page of the site leads."""
    boundary = Boundary(job.url, job.config.allowed_hosts)
    start: str | None = job.url
    for _ in range(5):
        start = redirected_to(start) if start else None
        if start:
            boundary.adopt(start)
    if url in boundary:
        return None
    text = (
        f"It is off the site: links to {site_host(url)} are not followed. If it belongs to the site, put it into "
        "allowed_hosts in the site's config."
    )
    return Answer(job.id, job.site, "off the site", text, {"host": site_host(url)})


def by_its_name(job: KnownJob, url: str) -> Answer | None:
    """Whether links to it are left out by what they look like."""
    if looks_binary(url):
        text = "Links to it are not followed: its name ends as that of a file that is no page."
        return Answer(job.id, job.site, "no page", text)
    # A trap that shows at the first link; deeper ones depend on how deep it was found, and are counted by the job.
    trap = Traps(job.config, datetime.now(UTC).year, lambda *_: None).refusal(url, depth=1)
    return trapped(job, trap) if trap else None


def trapped(job: KnownJob, trap: Trap) -> Answer:
    """A link that is not followed, and why."""
    text = f"Links to it are not followed: {WORDS[trap]}."
    return Answer(job.id, job.site, "trap", text, {"trap": trap.value})


def example_of(job: KnownJob, url: str, failures: dict[str, tuple[int, str]]) -> Answer | None:
    """Whether a job names the URL as the first of those that ended in some way."""
    for cause, (_, example) in failures.items():
        # It is a sentence: a URL ends before a blank, a colon or its full stop.
        words = [word.rstrip(".:,;") for word in example.split()]
        if url in words or url.rstrip("/") in words:
            trap = next((trap for trap, name in TRAPPED.items() if cause == name), None)
            if trap:
                return trapped(job, trap)
            what = DISALLOWED if cause == DISALLOWED else "failed"
            return Answer(job.id, job.site, what, example, {"cause": cause})
    return None
