"""Carries cookies between Scrapy's jars and the browser, so that one goes on with a session that the other began."""

from __future__ import annotations

import time
from collections.abc import Iterable
from http.cookiejar import Cookie
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.http.cookies import CookieJar

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


def jar_of(crawler: Crawler, request: Request) -> CookieJar | None:
    """The jar of the request's session; None where it has no cookies."""
    middleware = crawler.get_downloader_middleware(CookiesMiddleware)
    if middleware is None or request.meta.get("dont_merge_cookies", False):
        return None
    return middleware.jars[request.meta.get("cookiejar")]


def to_browser(jar: CookieJar, url: str) -> list[Any]:
    """The cookies that go with a URL, as Playwright takes them."""
    asked = Request(url)
    jar.add_cookie_header(asked)
    if "Cookie" not in asked.headers:
        return []
    host = url.split("/", 3)[2].rpartition("@")[2].partition(":")[0]
    return [_given(cookie) for cookie in jar if _belongs(cookie, host)]


def from_browser(jar: CookieJar, cookies: Iterable[Any]) -> None:
    """Have the jar know what the browser has now."""
    for cookie in cookies:
        jar.set_cookie(_taken(cookie))


def _belongs(cookie: Cookie, host: str) -> bool:
    domain = cookie.domain.lstrip(".")
    # The standard library calls a host without a dot by another name.
    return host in {domain, domain.removesuffix(".local")} or (cookie.domain_specified and host.endswith(f".{domain}"))


def _given(cookie: Cookie) -> dict[str, Any]:
    domain = cookie.domain if cookie.domain_specified else cookie.domain.lstrip(".").removesuffix(".local")
    values: dict[str, Any] = {"name": cookie.name, "value": cookie.value or "", "domain": domain, "path": cookie.path}
    values |= {"secure": cookie.secure, "httpOnly": cookie.has_nonstandard_attr("HttpOnly")}
    return values | ({"expires": float(cookie.expires)} if cookie.expires else {})


def _taken(cookie: Any) -> Cookie:
    domain, expires = cookie["domain"], cookie.get("expires", -1)
    return Cookie(
        version=0,
        name=cookie["name"],
        value=cookie["value"],
        port=None,
        port_specified=False,
        domain=domain,
        domain_specified=domain.startswith("."),
        domain_initial_dot=domain.startswith("."),
        path=cookie["path"],
        path_specified=True,
        secure=cookie["secure"],
        expires=int(expires) if expires > time.time() else None,
        discard=expires <= 0,
        comment=None,
        comment_url=None,
        rest={"HttpOnly": ""} if cookie.get("httpOnly") else {},
    )
