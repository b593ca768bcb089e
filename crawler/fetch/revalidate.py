"""Asks a site that was crawled before only for pages that have changed since: ``If-None-Match``, ``If-Modified-Since``.

A 304 becomes the page as it is in the archive, so that its links are followed; whoever stores it renews its rows.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Self, cast
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from scrapy import Request, signals
from scrapy.exceptions import NotConfigured
from scrapy.http import Headers, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.responsetypes import responsetypes
from scrapy.utils.misc import load_object

from crawler.fetch.browser import RENDERED
from crawler.fetch.unchanged import UNCHANGED, mark, note_archived
from crawler.leases import COUNTS, LEASE
from crawler.scheduler import Scheduler
from crawler.why_payload import read_payload
from pipelines.cleaning import row_key
from pipelines.failures import ArchiveError
from pipelines.object_store import Archive, ArchiveLocation
from pipelines.validators import Known, Validators
from pipelines.warc import read_http, read_original
from schemas.addresses import normalize_url
from schemas.page import Archived, Unchanged
from schemas.selectors import reads

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.lane import Lane

logger = logging.getLogger(__name__)

REVALIDATE = "revalidate"
"""``request.meta`` key: False where a page is to be fetched, whatever is known of it."""
ASKED = "asked_whether_changed"
"""``request.meta`` key: the request has our validators, which a retry or a redirect may bring along."""
NOT_MODIFIED = 304
VALIDATORS = ("If-None-Match", "If-Modified-Since")
KEPT = 10_000
"""Pages that are known ahead of need."""
REST_SECONDS = 30.0
"""Where PostgreSQL did not answer, it is asked again after this time; until then, pages are fetched."""
Ahead = Callable[["Lane"], list[bytes]]
Key = tuple[UUID, bytes]
"""A job, and the digest of a URL."""
_SOUND = re.compile(r"[\x20-\x7e\xa0-\xff]{1,1000}")


class RevalidateMiddleware:
    """Off for a site by ``revalidate: false`` in its config, and for a request by ``meta["revalidate"] = False``.

    Needs our scheduler. Settings: DATABASE_URL, LONGLINE_ARCHIVE_URL and its family, LONGLINE_JOB.
    """

    def __init__(self, crawler: Crawler, shelf: Shelf, location: ArchiveLocation, *, own: bool) -> None:
        self._crawler = crawler
        self._shelf = shelf
        self._location = location
        self._own = own
        self._asked: WeakKeyDictionary[Request, Known] = WeakKeyDictionary()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Off where a setting is missing."""
        settings = crawler.settings
        for name in ("DATABASE_URL", "LONGLINE_ARCHIVE_URL"):
            if not settings[name]:
                raise NotConfigured(f"{name} is not set.")
        if not issubclass(load_object(settings["SCHEDULER"]), Scheduler):
            raise NotConfigured(f"SCHEDULER is {settings['SCHEDULER']}, which knows of no jobs.")
        shelf = Shelf(Validators(settings["DATABASE_URL"]))
        crawler.signals.connect(shelf.close, signals.spider_closed)
        return cls(crawler, shelf, ArchiveLocation.of(settings), own=bool(settings["LONGLINE_JOB"]))

    async def process_request(self, request: Request) -> None:
        """Add the validators of a page that is known; note its body, for whoever archives the answer."""
        if request.meta.pop(ASKED, False):
            _strip(request)
        lane = self._lane(request)
        known = await self._shelf.take(lane, self._ahead, request.url) if lane else None
        if known is None:
            return
        note_archived(request, Archived(known.body_sha256, known.pointer))
        if not known.serves:
            return
        for name, value in zip(VALIDATORS, (known.etag, known.last_modified), strict=True):
            if value and _SOUND.fullmatch(value):
                request.headers[name] = value.encode("latin-1")
                request.meta[ASKED] = True
        self._asked[request] = known

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Make a 304 the page that it means. One whose bytes cannot be read is fetched."""
        known = self._asked.pop(request, None)
        if known is None or response.status != NOT_MODIFIED:
            return response
        try:
            return await self._page(request, response, known)
        except (ArchiveError, ValueError) as error:
            logger.info("%s is as it was, but its bytes cannot be read, so it is fetched: %s", request.url, error)
        again = request.replace(dont_filter=True)
        again.meta[REVALIDATE] = False
        return again

    @cached_property
    def _archive(self) -> Archive:
        """Made when a page is as it was: a crawl of a new site needs none."""
        return Archive(self._location)

    async def _page(self, request: Request, response: Response, known: Known) -> Response:
        where = known.pointer
        member = await self._archive.read_async(where.uri, where.offset, where.length)
        _, pairs, body = read_http(member)
        if sha256(body).digest() != known.body_sha256:
            raise ArchiveError(f"{where.uri} has other bytes at {where.offset} than the row of {request.url} says.")
        headers = Headers(pairs, encoding="latin-1")
        names = ((name.decode("latin-1"), values) for name, values in response.headers.items())
        said = [(name, value.decode("latin-1")) for name, values in names for value in values]
        original = read_original(member, where, known.body_sha256)
        fetched_at = datetime.fromisoformat(original.date) if original else known.fetched_at
        url = original.url if original else request.url
        mark(request, Unchanged(fetched_at, known.body_sha256, said, known.postings, known.texts, url))
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        return kind(
            response.url, status=200, headers=headers, body=body, request=request, flags=[*response.flags, UNCHANGED]
        )

    def _lane(self, request: Request) -> Lane | None:
        """The job of a page that may be known."""
        meta = request.meta
        wanted = request.method == "GET" and request.callback is not NO_CALLBACK and meta.get(COUNTS, self._own)
        if not wanted or LEASE not in meta or meta.get(RENDERED) or not meta.get(REVALIDATE, True):
            return None
        if any(name in request.headers for name in VALIDATORS):
            return None
        lane = self._scheduler.turns.lane(request)
        return lane if lane and lane.job and lane.job.config.revalidate else None

    def _ahead(self, lane: Lane) -> list[bytes]:
        """The payloads of what is soon to be asked for."""
        return [lease.payload for lease in self._scheduler.gates.ahead(lane)]

    @property
    def _scheduler(self) -> Scheduler:
        return cast("Scheduler", self._crawler.engine.scheduler)


class Shelf:
    """What is known of pages that are about to be asked for: one query for all that wait, and none for a new site."""

    def __init__(self, validators: Validators) -> None:
        self._validators = validators
        self._known: dict[Key, Known | None] = {}
        self._new_sites: dict[UUID, bool] = {}
        self._wanted: set[Key] = set()
        self._asking = asyncio.Lock()
        self._rests_until = 0.0

    async def take(self, lane: Lane, ahead: Ahead, url: str) -> Known | None:
        """What is known of a URL, once. ``ahead`` has the payloads of requests that will be asked about soon."""
        if self._new_sites.get(lane.id) or time.monotonic() < self._rests_until:
            return None
        page = (lane.id, _key(url))
        if page not in self._known:
            self._wanted.add(page)
            async with self._asking:
                # Whoever asked before may have asked for this one, too.
                if page not in self._known:
                    await self._look_up(lane, page, ahead(lane))
        return self._known.pop(page, None)

    async def _look_up(self, lane: Lane, page: Key, ahead: list[bytes]) -> None:
        assert lane.job
        soon = {(lane.id, _key(queued.url)) for queued in map(read_payload, ahead) if queued}
        pages = [one for one in {page} | self._wanted | soon if one[0] == lane.id and one not in self._known]
        self._wanted.difference_update(pages)
        config = lane.job.config
        wanted = reads(config.extract, config.posting_selectors)
        try:
            if await self._is_new(lane):
                return
            found = await self._validators.known(
                lane.job.site_id, [url for _, url in pages], wanted, obeys=config.obey_directives
            )
        except psycopg.Error as error:
            logger.info("PostgreSQL did not say what is known of %s (%s): pages are fetched.", lane.job.site, error)
            self._rests_until = time.monotonic() + REST_SECONDS
            return
        if len(self._known) > KEPT:
            self._known.clear()
        self._known |= {one: found.get(one[1]) for one in pages}

    async def _is_new(self, lane: Lane) -> bool:
        assert lane.job
        if lane.id not in self._new_sites:
            self._new_sites[lane.id] = not await self._validators.has_older(lane.job.site_id, lane.id)
        return self._new_sites[lane.id]

    async def close(self) -> None:
        """Close the connection."""
        await self._validators.close()


def _key(url: str) -> bytes:
    return row_key(normalize_url(url) or url)


def _strip(request: Request) -> None:
    for name in VALIDATORS:
        request.headers.pop(name, None)
