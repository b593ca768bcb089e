"""aiohttp as Scrapy's handler uses it, with what it sends mended."""

from __future__ import annotations

from typing import Any, NoReturn, cast

from scrapy import Request
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler
from scrapy.http import Headers

from crawler.fetch.decompress import BodyTooLargeError
from schemas.proxies import url_with_credentials

BODYLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class _Sent:
    """A request as it is sent. The handler's own would send ``Content-Length: 0`` with each GET, as no browser does,
    and would take a slash in a proxy's password for the end of its host."""

    def __init__(self, request: Request) -> None:
        self.method, self.url, self.meta = request.method, request.url, request.meta
        self.headers: Headers = request.headers
        self.body = request.body or (None if request.method in BODYLESS else b"")
        header = request.headers.get("Proxy-Authorization")
        if header and self.meta.get("proxy"):
            self.meta = self.meta | {"proxy": url_with_credentials(self.meta["proxy"], header.decode("ascii"))}
            self.headers = request.headers.copy()
            del self.headers["Proxy-Authorization"]


class Client(AiohttpDownloadHandler):
    """Scrapy's aiohttp handler. Scrapy warns at each start that it is an experiment: the tests of this project run
    it against a misbehaving site, and ``settings.py`` says how to go back to Twisted's."""

    experimental = False

    def _make_request(self, request: Request, timeout: float) -> Any:
        return super()._make_request(cast("Request", _Sent(request)), timeout)

    @staticmethod
    def _cancel_maxsize(size: int, limit: int, request: Request, *, expected: bool) -> NoReturn:  # noqa: ARG004 - Scrapy's signature
        raise BodyTooLargeError(f"its body has more than {limit:,} bytes")
