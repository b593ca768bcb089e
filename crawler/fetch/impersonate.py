"""Which requests go by curl, with the TLS and HTTP/2 of the browser that they name, and which by aiohttp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import Request

from crawler.fetch.browser_headers import over_http2
from crawler.fetch.guard import Guard
from crawler.fetch.identity import PUT_ON, IdentityMiddleware
from crawler.fetch.impersonation import SETTING, check_installed, read_setting, target_of
from crawler.fetch.keys import IMPERSONATE, TIER
from crawler.fetch.typed import NOTHING, endpoints_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.fetch.curl_connections import Curls
    from crawler.fetch.curl_session import CurlSession


class Impersonator:
    """For https alone, since plain HTTP shows nothing but headers; and not through the smart proxy, which speaks to
    the site by itself.

    Setting: LONGLINE_IMPERSONATE (``auto`` or ``never``); ``meta["impersonate"]`` for one request.

    Raises:
        BadImpersonationError, NotInstalledError: as ``read_setting``.
    """

    def __init__(self, crawler: Crawler, guard: Guard, header_bytes: int) -> None:
        self._crawler = crawler
        self._guard = guard
        self._header_bytes = header_bytes
        self._default = read_setting(crawler.settings.get(SETTING))
        self._most = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._curls: Curls | None = None

    def session_of(self, request: Request) -> CurlSession | None:
        """With what it is to be sent; None: as any other."""
        identity = self._identity_of(request)
        target = target_of(identity.browser_of(request)) if identity else None
        if identity is None or target is None:
            return None
        from crawler.fetch.curl_session import CurlSession  # noqa: PLC0415 - 40 MB, and optional

        allowed = NOTHING if self._guard.allows_all else endpoints_of(self._crawler, request)
        most = request.meta.get("download_maxsize", self._most)
        more = over_http2(identity.browser_of(request), navigates=request.meta[PUT_ON] == "page")
        return CurlSession(self._ready(), target, identity.self_of(request), allowed, most, more)

    def _identity_of(self, request: Request) -> IdentityMiddleware | None:
        """Who knows the browser that it is to be taken for; None where it is for none."""
        meta = request.meta
        if meta.get(IMPERSONATE, self._default) != "auto" or PUT_ON not in meta or meta.get(TIER) == "smartproxy":
            return None
        if not request.url.startswith("https:"):
            return None
        check_installed("The request asks for")
        return self._crawler.get_downloader_middleware(IdentityMiddleware)

    def _ready(self) -> Curls:
        if self._curls is None:
            from crawler.fetch.curl_connections import Curls  # noqa: PLC0415 - the same

            settings = self._crawler.settings
            verify, bind = settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"), settings["DOWNLOAD_BIND_ADDRESS"]
            host = bind if isinstance(bind, str) or not bind else bind[0]
            self._curls = Curls(self._guard, verify=verify, header_bytes=self._header_bytes, bind=host)
        return self._curls

    async def close(self) -> None:
        """Close the connections."""
        if self._curls is not None:
            await self._curls.close()
