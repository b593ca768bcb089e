"""The HTTP client; pages that need a browser go through that."""

from __future__ import annotations

from scrapy import Request
from scrapy.http import Response

from crawler.fetch.browser import RENDERED, Browser, NotAPageError
from crawler.fetch.client import Client
from crawler.leases import SLOT


class HttpDownloadHandler(Client):
    """The handler of http and https; ``settings.py`` says how to go back to Twisted's."""

    async def download_request(self, request: Request) -> Response:
        """Fetch it, when its address may be asked; with the browser where ``meta["playwright"]`` asks for that."""
        gates = getattr(self.crawler.engine.scheduler, "gates", None)
        if gates:
            await gates.turn(request.meta.get(SLOT, ""))
        if request.meta.get(RENDERED):
            try:
                return await Browser.of(self.crawler).download(request)
            except NotAPageError:
                pass  # what is no page has nothing to render, and is fetched as it is
        return await super().download_request(request)

    async def close(self) -> None:
        """Close the connections, and the browser if there is one."""
        await Browser.close_of(self.crawler)
        await super().close()
