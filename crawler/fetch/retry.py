"""Tries again what may yet succeed: later each time, and not before the server says."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response

from crawler.fetch.keys import NOT_THE_SITES
from crawler.fetch.retry_after import backoff, retry_after
from crawler.fetch.unfetched import give_up
from crawler.leases import DELAY

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class NotTheSitesError(Exception):
    """Something on the way to the site has answered in its place, so that there is no page."""


class BackoffRetryMiddleware(RetryMiddleware):
    """Scrapy's retries with a delay in our scheduler, so that no place in the downloader is held meanwhile.

    Another scheduler knows of no delay: there the request waits here, and keeps its place.
    """

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Have a failed response fetched again; the last one is handed on.

        Raises:
            NotTheSitesError: the last one is none of the site's (``meta[NOT_THE_SITES]``).
        """
        whose = request.meta.pop(NOT_THE_SITES, None)
        result = super().process_response(request, response)
        if isinstance(result, Request):
            return await delayed(self.crawler, result, retry_after(response))
        if whose:
            give_up(self.crawler, request, NotTheSitesError(whose))
        return result

    async def process_exception(self, request: Request, exception: Exception) -> Request | Response | None:  # type: ignore[override]
        """Have a failed download done again; None where the retries are used up, or would change nothing."""
        if is_lasting(exception):
            return None
        result = super().process_exception(request, exception)
        return await delayed(self.crawler, result, 0.0) if isinstance(result, Request) else result


async def delayed(crawler: Crawler, request: Request, at_least: float) -> Request:
    """A request that is tried again, to be asked for when its time has come: in ``at_least`` so many seconds."""
    delay = backoff(request.meta["retry_times"], at_least)
    if getattr(crawler.engine.scheduler, "takes_delays", False):
        request.meta[DELAY] = delay
    else:
        await asyncio.sleep(delay)
    return request


async def retried(crawler: Crawler, request: Request, error: Exception) -> Request:
    """What is to be fetched once more, where a middleware inside of the retries finds an answer to be broken.

    Scrapy shows an error that is raised over an answer to no other middleware.

    Raises:
        Exception: ``error``, where the retries are used up, or off.
    """
    middleware = crawler.get_downloader_middleware(BackoffRetryMiddleware)
    result = await middleware.process_exception(request, error) if middleware else None
    return result if isinstance(result, Request) else give_up(crawler, request, error)


def is_lasting(error: BaseException) -> bool:
    """Whether a failure will be the same the next time: the site's certificate is not to be trusted."""
    return isinstance(error.__cause__, ssl.CertificateError)
