"""What Scrapy logs of each request and item: nothing, where the progress and the summary say it already."""

from __future__ import annotations

import logging
from typing import Any

from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from pipelines.failures import RowError, StorageError
from schemas.page import Page


class QuietLogFormatter(LogFormatter):
    """No line for each page: it costs time, and hides the lines that matter."""

    def __init__(self) -> None:
        # Scrapy warns of each component that is off, and builds this one before any of them.
        logging.getLogger("scrapy.middleware").addFilter(_no_warning_of_what_is_not_set)

    def crawled(self, request: Any, response: Any, spider: Any) -> None:  # type: ignore[override]
        """Nothing: the progress counts it."""

    def scraped(self, item: Any, response: Any, spider: Any) -> None:  # type: ignore[override]
        """Nothing: the progress counts it."""

    def item_error(
        self,
        item: Any,
        exception: BaseException,
        response: Response | Failure | None,  # noqa: ARG002 - Scrapy's signature
        spider: Spider,  # noqa: ARG002 - Scrapy's signature
    ) -> LogFormatterResult:
        """A failure that the summary tells is no surprise; anything else is, and names the page, without its body."""
        if isinstance(exception, StorageError | RowError):
            return {"level": logging.DEBUG, "msg": "%(error)s", "args": {"error": exception}}
        what = item.url if isinstance(item, Page) else type(item).__name__
        return {"level": logging.ERROR, "msg": "Error processing %(what)s", "args": {"what": what}}


def _no_warning_of_what_is_not_set(record: logging.LogRecord) -> bool:
    """That nobody asked for a component is no news, and told only where everything is."""
    if record.levelno == logging.WARNING and record.getMessage().endswith(" is not set."):
        record.levelno, record.levelname = logging.INFO, "INFO"
    return True
