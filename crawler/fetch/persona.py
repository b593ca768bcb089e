"""Who a browser is for a request: the context that it shares with those of the same self and proxy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Headers

from crawler.fetch.egress import Exit
from crawler.fetch.identity import PUT_ON
from crawler.leases import JOB
from schemas.proxies import credentials

_BRAND = re.compile(r'"([^"]*)";\s*v="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Persona:
    """``name`` and ``options`` are those of its context, in Playwright's words; ``agent`` is for
    ``Emulation.setUserAgentOverride``. ``way_out``: the proxy of ours that it goes through."""

    name: str
    options: dict[str, Any]
    agent: dict[str, Any]
    way_out: Exit | None = None

    @classmethod
    def of(cls, request: Request, *, strict_certificates: bool, way_out: Exit | None = None) -> Persona:
        """One for each job, session, identity and proxy; where an identity was put on, for each host too."""
        # Its password is said to who asks for it: Playwright would stop each request for it.
        meta, proxy = request.meta, {"server": way_out.server} if way_out else proxy_of(request)
        own = agent(request.headers)
        host = (urlsplit(request.url).hostname or "").removeprefix("www.") if PUT_ON in meta else ""
        key = repr((meta.get(JOB), meta.get("cookiejar"), host, own, proxy))
        name = meta.get("playwright_context") or blake2b(key.encode(), digest_size=8).hexdigest()
        options = {"service_workers": "block", "ignore_https_errors": not strict_certificates}
        given = {key: value for key, value in meta.get("playwright_context_kwargs", {}).items() if key != "proxy"}
        theirs = meta.get("playwright_context_kwargs", {}) if way_out is None else given
        return cls(name, options | ({"proxy": proxy} if proxy else {}) | theirs, own, way_out)


def proxy_of(request: Request) -> dict[str, str] | None:
    """The request's proxy as Playwright takes it; None where it goes directly."""
    proxy = request.meta.get("proxy")
    if not proxy:
        return None
    parts = urlsplit(proxy)
    server = {"server": f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"}
    header = request.headers.get("Proxy-Authorization")
    if not header:
        return server
    user, password = map(_characters, credentials(header.decode("ascii")))
    return server | {"username": user, "password": password}


def _characters(octets: str) -> str:
    """The text of which these are the octets: the browser will write it in UTF-8."""
    try:
        return octets.encode("latin-1").decode()
    except UnicodeDecodeError:
        return octets


def agent(headers: Headers) -> dict[str, Any]:
    """What the browser calls itself: as the request does, with its client hints, or without any where it has none.

    For ``Emulation.setUserAgentOverride``: it holds for the headers and for what scripts see.
    """
    text = {name.lower(): value for name, value in headers.to_unicode_dict().items()}
    override: dict[str, Any] = {"userAgent": text.get("user-agent", "")}
    if "accept-language" in text:
        # The browser adds the weights itself.
        override["acceptLanguage"] = ",".join(part.partition(";")[0] for part in text["accept-language"].split(","))
    if "sec-ch-ua" in text:
        override["userAgentMetadata"] = {
            "brands": [{"brand": brand, "version": version} for brand, version in _BRAND.findall(text["sec-ch-ua"])],
            "platform": text.get("sec-ch-ua-platform", "").strip('"'),
            "mobile": text.get("sec-ch-ua-mobile") == "?1",
            "platformVersion": "",
            "architecture": "",
            "model": "",
        }
    return override
