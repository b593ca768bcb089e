"""Classes as people name them in the settings that scrapy-redis has."""

from __future__ import annotations

from typing import Any

from scrapy import Request

from crawler.queues import JobQueue, SeenFilter
from frontier.model import Entry


class Backwards(JobQueue):
    """The lowest priority first."""

    def entry(self, request: Request, fingerprint: int | None) -> Entry:
        return super().entry(request.replace(priority=-request.priority), fingerprint)


class ByPath(SeenFilter):
    """Takes URLs for the same that differ in their queries."""

    def fingerprint(self, request: Request) -> int:
        return super().fingerprint(request.replace(url=request.url.partition("?")[0]))


class NotOurs:
    """Works with nothing of ours."""

    def __init__(self, *arguments: Any) -> None: ...
