"""Counts what people's own spiders asked for and did not get: many have no errback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self

from scrapy import Request
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.failures import DISALLOWED, REFUSED, Failures, cause
from crawler.fetch.guard import PrivateAddressError
from crawler.fetch.robots import DisallowedByRobotsError, NoRobotsError
from crawler.walls import note_wall

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class UnfetchedMiddleware:
    """Stands before all others, and so sees what none of them could mend. ``failures`` holds the counts."""

    def __init__(self) -> None:
        self.failures = Failures()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Setting: LONGLINE_JOB. Where it is not set, the spider counts for itself."""
        if not crawler.settings["LONGLINE_JOB"]:
            raise NotConfigured("LONGLINE_JOB is not set.")
        return cls()

    def process_response(self, request: Request, response: Response) -> Response:
        """Note an answer that is no page."""
        note_wall(self.failures, request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Count it; the spider's errback hears of it, too."""
        if request.callback is not NO_CALLBACK:
            note(self.failures, request, exception)


def note(failures: Failures, request: Request, error: BaseException | None) -> None:
    """Count a request that got no answer, unless somebody dropped it on purpose."""
    if isinstance(error, DisallowedByRobotsError):
        failures.add(DISALLOWED, f"{error}.")
    elif isinstance(error, NoRobotsError):
        failures.add(type(error).__name__, f"{error}.")
    elif isinstance(error, PrivateAddressError):
        failures.add(REFUSED, f"{request.url} is refused: {error}.")
    elif not isinstance(error, IgnoreRequest):
        failures.add(type(error).__name__, f"{request.url} could not be fetched: {cause(error)}.")


def give_up(crawler: Crawler, request: Request, error: Exception) -> NoReturn:
    """Raise over an answer: Scrapy shows such an error to no middleware, so that it is counted here.

    Raises:
        Exception: ``error``.
    """
    own = crawler.get_downloader_middleware(UnfetchedMiddleware)
    if own:
        own.process_exception(request, error)
    raise error


def failures_of(crawler: Crawler, spider: Any) -> Failures:
    """What could not be fetched: as this middleware counted it, or the spider."""
    own = crawler.get_downloader_middleware(UnfetchedMiddleware)
    if own:
        return own.failures
    failures = getattr(spider, "failures", None)
    return failures if isinstance(failures, Failures) else Failures()
