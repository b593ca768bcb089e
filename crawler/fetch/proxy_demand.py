"""The last look at a request: does it go out directly, though its site demands a proxy?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.settings import BaseSettings

from crawler.fetch.keys import DEMANDED

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


_carriers: WeakKeyDictionary[Request, str] = WeakKeyDictionary()
"""Not in ``meta``, which goes along when a request is sent once more."""


class DirectRequestError(RuntimeError):
    """It would have gone out directly."""


class ProxyDemand:
    """Behind all that give a request a proxy.

    Setting: LONGLINE_PROXY_REQUIRED, for all requests; ``meta["proxy_required"]`` for one.
    """

    def __init__(self, *, always: bool) -> None:
        self._always = always

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Always on: a site's config may demand it."""
        return cls(always=crawler.settings.getbool("LONGLINE_PROXY_REQUIRED"))

    def process_request(self, request: Request) -> None:
        """Refuse what has no proxy.

        Raises:
            DirectRequestError: and it should have one.
        """
        if (self._always or request.meta.get(DEMANDED)) and not request.meta.get("proxy"):
            raise DirectRequestError("its site demands a proxy (proxy: required), and none is set")


def forget_proxy(request: Request) -> None:
    """Proxy and credentials leave a request with its answer, so that nothing stores them."""
    request.headers.pop("Proxy-Authorization", None)
    request.meta.pop("_auth_proxy", None)  # HttpProxyMiddleware's
    _note_carrier(request, request.meta.pop("proxy", None))


def carrier_of(request: Request) -> str:
    """Through which proxy an answer came, as ``host:port``, without user and password; empty where it came directly."""
    if request.meta.get("proxy"):
        _note_carrier(request, request.meta["proxy"])
    return _carriers.get(request, "")


def carried_alike(request: Request, other: Request) -> None:
    """The answer to a request is that to another one."""
    _carriers[request] = carrier_of(other)


def _note_carrier(request: Request, address: object) -> None:
    if isinstance(address, str) and address:
        # Whatever is in a password that should be escaped: it stands before the last "@".
        _carriers[request] = address.rpartition("@")[2].rpartition("://")[2].partition("/")[0]


def has_smart_proxy(settings: BaseSettings) -> bool:
    """Whether the smart proxy takes requests of this process."""
    return bool(settings.getbool("ZYTE_SMARTPROXY_ENABLED") and settings["ZYTE_SMARTPROXY_APIKEY"])


def has_proxies(settings: BaseSettings) -> bool:
    """Whether requests of this process can go through a proxy."""
    return bool(settings["LONGLINE_PROXIES"]) or has_smart_proxy(settings)
