"""A coroutine that is cancelled must not end Scrapy's task for it: the crawl would hang."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from scrapy import Request, Spider


class CallbackCancelledError(RuntimeError):
    """What a callback waited for was cancelled."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url}: what its callback waited for was cancelled")


def guard(request: Request, spider: Spider | None) -> None:
    """Have a callback that is a coroutine function raise CallbackCancelledError in place of CancelledError.

    Scrapy looks the callback up when the response has passed the middlewares; the request has its own again when it is
    called, and is written down with its own in any case (``original``). Generators are watched where they are read.
    """
    own = request.callback
    callback: Any = own or getattr(spider, "parse", None)
    if not inspect.iscoroutinefunction(callback):
        return

    async def guarded(*args: Any, **kwargs: Any) -> Any:
        request.callback = own
        try:
            return await callback(*args, **kwargs)
        except asyncio.CancelledError as error:
            raise CallbackCancelledError(request.url) from error

    guarded.original = own  # type: ignore[attr-defined] # as Finishing has it
    request.callback = guarded
