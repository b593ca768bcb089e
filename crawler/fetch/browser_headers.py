"""The headers that a browser sends, in its order. No Scrapy."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from crawler.fetch.browsers import Browser
from crawler.fetch.languages import languages_of

Headers = list[tuple[str, str]]

OURS = frozenset(
    """
    Connection User-Agent Accept Accept-Language Accept-Encoding Upgrade-Insecure-Requests Sec-Ch-Ua Sec-Ch-Ua-Mobile
    Sec-Ch-Ua-Platform Sec-Fetch-Site Sec-Fetch-Mode Sec-Fetch-User Sec-Fetch-Dest
    """.split()  # noqa: SIM905 - a list of words, not of quotes
)
"""Every header that may come from here; the header Referer is only put in its place."""
STAYS = [("Connection", "keep-alive")]
"""Browsers say so over HTTP/1.1, where it goes without saying."""
AS_SENT = {name: name.lower() for name in ("Sec-Ch-Ua", "Sec-Ch-Ua-Mobile", "Sec-Ch-Ua-Platform")}
"""Names of headers that Chromium writes in small letters, by how Scrapy writes them."""
ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ACCEPT_CHROMIUM = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
_BRANDS = {"Chrome": "Google Chrome", "Edge": "Microsoft Edge"}
# Chromium's own tables (user_agent_utils.cc): the made-up brand, its version and the order change with each release.
_GREASE, _GREASE_VERSIONS = " (:-./);=?_", ("8", "99", "24")
_ORDERS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))


def headers_of(
    browser: Browser, url: str, *, decodable: Collection[str], referer: str | None = None, navigates: bool = True
) -> Headers:
    """What ``browser`` sends for ``url``.

    Args:
        decodable: the content encodings that may be asked for.
        navigates: a person opens a page; else a script asks, with an Accept of its own.
    """
    parts = urlsplit(url)
    secure = _trustworthy(parts)
    agent = [("User-Agent", browser.user_agent)]
    accept = [("Accept", ACCEPT_CHROMIUM if browser.chromium else ACCEPT)] if navigates else []
    upgrade = [("Upgrade-Insecure-Requests", "1")] if navigates and (browser.engine != "Safari" or not secure) else []
    encodings = [("Accept-Encoding", _encodings(browser, decodable, secure=secure))] if decodable else []
    language = [("Accept-Language", languages_of(browser.engine))]
    came_from = [("Referer", referer)] if referer else []
    fetch = _fetch(browser, parts, referer, navigates=navigates) if secure else []
    if browser.chromium:
        hints = client_hints(browser) if secure else []
        return [*STAYS, *hints, *upgrade, *agent, *accept, *fetch, *came_from, *encodings, *language]
    if browser.engine == "Firefox":
        return [*agent, *accept, *language, *encodings, *came_from, *STAYS, *upgrade, *sorted(fetch)]
    return [*upgrade, *agent, *accept, *came_from, *fetch, *language, *encodings, *STAYS]


def over_http2(browser: Browser, *, navigates: bool) -> Headers:
    """What it says besides over HTTP/2, at the end; over HTTP/1.1 curl leaves out what the browser does."""
    script = {"Firefox": "u=4", "Safari": "u=3, i"}.get(browser.engine, "u=1, i")
    trailers = [("TE", "trailers")] if browser.engine == "Firefox" else []
    return [("Priority", "u=0, i" if navigates else script), *trailers]


def client_hints(browser: Browser) -> Headers:
    """Who a Chromium says it is, beside its user agent."""
    seed = browser.version
    grease = f"Not{_GREASE[seed % 11]}A{_GREASE[(seed + 1) % 11]}Brand"
    brands = [(grease, _GREASE_VERSIONS[seed % 3]), ("Chromium", str(seed)), (_BRANDS[browser.engine], str(seed))]
    placed = dict(zip(_ORDERS[seed % 6], brands, strict=True))
    return [
        ("Sec-Ch-Ua", ", ".join(f'"{name}";v="{version}"' for _, (name, version) in sorted(placed.items()))),
        ("Sec-Ch-Ua-Mobile", "?1" if browser.mobile else "?0"),
        ("Sec-Ch-Ua-Platform", f'"{browser.platform}"'),
    ]


def _encodings(browser: Browser, decodable: Collection[str], *, secure: bool) -> str:
    """Over plain HTTP browsers ask for the old ones only, since proxies have damaged others."""
    names = ["gzip", "deflate"]
    if secure:
        names += ["br"] if browser.engine == "Safari" else ["br", "zstd"]
    return ", ".join(name for name in names if name in decodable)


def _fetch(browser: Browser, url: SplitResult, referer: str | None, *, navigates: bool) -> Headers:
    site = _relation(urlsplit(referer), url) if referer else "none" if navigates else "same-origin"
    mode, dest = ("navigate", "document") if navigates else ("cors", "empty")
    user = [("Sec-Fetch-User", "?1")] if navigates and browser.engine != "Safari" else []
    return [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), *user, ("Sec-Fetch-Dest", dest)]


def _relation(a: SplitResult, b: SplitResult) -> str:
    """How the page that has the link is related to where it leads."""
    if (a.scheme, a.netloc) == (b.scheme, b.netloc):
        return "same-origin"
    one, other = a.hostname or "", b.hostname or ""
    related = one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
    return "same-site" if related and a.scheme == b.scheme else "cross-site"


def _trustworthy(url: SplitResult) -> bool:
    """Whether browsers trust the way there: only then they send hints, and ask for the newer encodings."""
    host = url.hostname or ""
    return url.scheme == "https" or host == "localhost" or host.startswith("127.") or host == "::1"
