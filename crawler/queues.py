"""What stands between Scrapy's requests and the frontier's entries; scrapy-redis' settings name these classes.

SCHEDULER_QUEUE_CLASS and DUPEFILTER_CLASS take subclasses of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy_redis import dupefilter, queue

from crawler.leases import ADMITTED, COUNTS, DELAY, LEASE, SLOT, host_of
from crawler.requests import from_dict, to_dict
from frontier.model import Entry, Lease

VERSION = 1
"""Of payloads. A worker that reads another one gives the request back."""
SEED, REQUEST, SHORT = "s", "r", "p"
"""Kinds of payloads: where a job begins; a request with all that it has; one that its spider writes in short."""
REMEMBERED = 500_000
"""Fingerprints that are known to be queued, so that they are not sent again; Redis knows them all."""


class UnknownPayloadError(ValueError):
    """A request in Redis that this worker cannot read: it is of another version, perhaps."""


class JobQueue(queue.Base):  # type: ignore[misc] # scrapy-redis has no types
    """A job's requests as entries: the highest priority first, then the oldest.

    Args:
        serializer: a module with ``dumps`` (plain values to bytes) and ``loads``.
    """

    def __init__(self, spider: Spider, serializer: Any, job: UUID) -> None:
        super().__init__(None, spider, "", serializer)
        self.job = job
        # A spider that crawls sites says itself which of its requests become pages.
        self._all_count = not hasattr(spider, "shorten")

    def entry(self, request: Request, fingerprint: int | None) -> Entry:
        """A request as it is queued.

        Raises:
            ValueError, TypeError, OverflowError: it holds what cannot be written down; it is as it was.
        """
        meta, host = request.meta, host_of(request)
        beside = {name: meta.pop(name) for name in (DELAY, ADMITTED, LEASE, SLOT) if name in meta}
        try:
            payload = self.serializer.dumps(self._values(request))
        except Exception:
            meta.update(beside)
            raise
        page, admitted = bool(meta.get(COUNTS, self._all_count)), bool(beside.get(ADMITTED))
        return Entry(payload, host, request.priority, fingerprint, page, admitted, beside.get(DELAY, 0.0))

    def request(self, lease: Lease) -> Request:
        """The request of a lease.

        Raises:
            UnknownPayloadError: this worker cannot read it.
        """
        try:
            version, kind, *values = self.serializer.loads(lease.payload)
            if version != VERSION:
                raise UnknownPayloadError(f"a request of version {version}; this worker reads version {VERSION}")
            return self._request(kind, values, lease)
        except UnknownPayloadError:
            raise
        except Exception as error:  # what is in Redis may be of any origin, and must not stop a worker
            raise UnknownPayloadError(f"a request that this worker cannot read: {error}") from error

    def seed(self, host: str) -> Entry:
        """The entry where a job begins: whoever is handed it starts the job."""
        return Entry(self.serializer.dumps([VERSION, SEED]), host, priority=1 << 30)

    def is_seed(self, lease: Lease) -> bool:
        """Whether a lease is that of the job's beginning."""
        return bool(lease.payload == self.serializer.dumps([VERSION, SEED]))

    def _values(self, request: Request) -> list[Any]:
        short = getattr(self.spider, "shorten", None)
        values = short(request) if short else None
        return [VERSION, SHORT, *values] if values else [VERSION, REQUEST, to_dict(request, self.spider)]

    def _request(self, kind: str, values: list[Any], lease: Lease) -> Request:
        if kind == SHORT:
            request: Request = self.spider.lengthen(values, self.job, lease.priority)
            return request
        if kind == REQUEST:
            return from_dict(values[0], self.spider)
        raise UnknownPayloadError(f"a request of the kind {kind!r}, which this worker does not know")


class FifoJobQueue(JobQueue):
    """The oldest first, whatever their priorities: as scrapy-redis' ``FifoQueue``."""

    def entry(self, request: Request, fingerprint: int | None) -> Entry:
        """A request as it is queued.

        Raises:
            ValueError, TypeError, OverflowError: as ``JobQueue``.
        """
        return replace(super().entry(request, fingerprint), priority=0)


class SeenFilter(dupefilter.RFPDupeFilter):  # type: ignore[misc] # scrapy-redis has no types
    """Fingerprints of requests, and which of them this process has queued already. Redis asks again for all workers."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(None, "")
        self._fingerprinter = crawler.request_fingerprinter
        self._known: set[int | None] = set()

    def fingerprint(self, request: Request) -> int:
        """Sixty-four bit, signed, of what Scrapy's fingerprinter says."""
        return int.from_bytes(self._fingerprinter.fingerprint(request)[:8], "big", signed=True)

    def request_seen(self, request: Request) -> bool:
        """True where this process has queued an equal request; from now on it has."""
        return self.known(self.fingerprint(request))

    def known(self, fingerprint: int) -> bool:
        """True where this process has queued it; from now on it has."""
        if fingerprint in self._known:
            return True
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known.add(fingerprint)
        return False

    def forget(self, fingerprint: int | None) -> None:
        """It was not queued after all."""
        self._known.discard(fingerprint)

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()
