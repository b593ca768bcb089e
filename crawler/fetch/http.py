"""The HTTP client."""

from __future__ import annotations

from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler


class HttpDownloadHandler(AiohttpDownloadHandler):
    """Scrapy's aiohttp handler. Scrapy warns at each start that it is an experiment: the tests of this project run
    it against a misbehaving site, and ``settings.py`` says how to go back to Twisted's."""

    experimental = False
