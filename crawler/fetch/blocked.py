"""Sees which answers are no pages: blocks, captchas, logins, errors that look like pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy import Request
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.fetch.browser import RENDERED
from crawler.fetch.keys import NOT_THE_SITES, ROBOTS, UNJUDGED, VERDICT
from crawler.fetch.retry import delayed
from crawler.fetch.retry_after import retry_after
from crawler.fetch.verdicts import Verdicts
from extractors.blocked import Seen, judge
from schemas.verdicts import OK, Kind, Verdict

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

CACHED = "cached"
"""The flag of an answer that comes from Scrapy's cache."""


class BlockedMiddleware:
    """Settings, all of them Scrapy's: RETRY_ENABLED, RETRY_TIMES, RETRY_HTTP_CODES.

    Stands outside of decompression and inside of retries. ``meta["verdict"]`` says what an answer turned out to be
    (``kind``, ``by``, ``evidence``). A blocked one is sent elsewhere if somebody wants that (``Verdicts``), else asked
    for again, later each time and not before Retry-After; the last one is handed on. What is blocked with a
    status that is tried again anyway is left to that middleware.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._verdicts = Verdicts.of(crawler)
        settings = crawler.settings
        self._again = settings.getbool("RETRY_ENABLED")
        self._tried_anyway = {int(code) for code in settings.getlist("RETRY_HTTP_CODES")}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Always on."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """What an earlier answer was says nothing of this one: people copy ``response.meta``."""
        request.meta.pop(VERDICT, None)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Note what the answer is, and ask for it again where it is blocked."""
        if not is_judged(request, response):
            return response
        verdict = _verdict(response)
        if ROBOTS in request.meta and not _replaces_robots(verdict):
            return response
        request.meta[VERDICT] = verdict.encode()
        if verdict.kind is not Kind.OK and self._crawler.stats:
            self._crawler.stats.inc_value(f"verdict/{verdict.name}")
        elsewhere = await self._verdicts.tell(request, response, verdict)
        return elsewhere or await self._later(request, response, verdict) or response

    async def _later(self, request: Request, response: Response, verdict: Verdict) -> Request | None:
        if not verdict.is_block or not self._again or request.meta.get("dont_retry"):
            return None
        if response.status in self._tried_anyway or self._crawler.spider is None:
            return None
        again = get_retry_request(request, spider=self._crawler.spider, reason=verdict.name)
        if again is None:
            return None
        again.meta.pop(VERDICT)
        return await delayed(self._crawler, again, retry_after(response))


def is_judged(request: Request, response: Response) -> bool:
    """Whether an answer comes from the site, and somebody takes it for a page, or for robots.txt."""
    if CACHED in response.flags or request.meta.get(UNJUDGED) or NOT_THE_SITES in request.meta:
        return False
    return request.callback is not NO_CALLBACK or RENDERED in response.flags or ROBOTS in request.meta


def _verdict(response: Response) -> Verdict:
    headers = {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }
    verdict = judge(Seen(response.url, response.status, headers, response.body))
    # What a browser has shown is all that there is, though it still says for whom it is empty.
    return OK if verdict.kind is Kind.EMPTY_SHELL and RENDERED in response.flags else verdict


def _replaces_robots(verdict: Verdict) -> bool:
    """Whether a site's rules are hidden: a mere 403 says that there are none (RFC 9309, 2.3.1.3)."""
    return verdict.is_block and (verdict.by is not None or verdict.kind is not Kind.BLOCKED)
