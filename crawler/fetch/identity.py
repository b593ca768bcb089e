"""Identities: each host sees one browser, whose headers agree with each other; or Longline by its own name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Self

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import ACCEPTED_ENCODINGS
from scrapy.exceptions import NotConfigured
from scrapy.utils.httpobj import urlparse_cached

from crawler.fetch.browser_headers import OURS, headers_of
from crawler.fetch.browsers import Browser, browsers
from crawler.fetch.keys import AGENT, IDENTITY, SESSION
from crawler.fetch.languages import languages_of
from crawler.leases import JOB
from crawler.settings import USER_AGENT

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

IDENTITIES = ("robot", "browser")
JARS = "identity:"
"""What the name of a cookie jar begins with that is an identity's."""
PUT_ON = "identity_put_on"
"""``request.meta`` key: which headers of the request are an identity's; a retry or a redirect may bring them along."""


class BadIdentityError(ValueError):
    """There is no such identity."""


class IdentityMiddleware:
    """Gives requests the headers of a browser: one for each host and ``meta["session"]``, which stays.

    A request that brings a User-Agent of its own is left alone. A robot goes by its name, with ``contact`` behind it
    (a URL or mail address) where that name is ours. Before DefaultHeadersMiddleware and
    UserAgentMiddleware, which fill in what is missing.

    Settings: LONGLINE_IDENTITY (``robot`` or ``browser``); LONGLINE_CONTACT; LONGLINE_JOB_ID, so that all workers of a
    job agree.
    """

    def __init__(
        self, default: str, today: date, job: str, decodable: frozenset[str], robot: str | None = None
    ) -> None:
        self._default = default
        self._today = today
        self._job = job
        self._decodable = decodable
        self._robot = robot

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Off where LONGLINE_IDENTITY is not set.

        Raises:
            BadIdentityError: LONGLINE_IDENTITY is neither robot nor browser.
        """
        settings = crawler.settings
        default = settings["LONGLINE_IDENTITY"]
        if not default:
            raise NotConfigured("LONGLINE_IDENTITY is not set.")
        if default not in IDENTITIES:
            raise BadIdentityError(f"LONGLINE_IDENTITY={default}: it takes {' or '.join(IDENTITIES)}.")
        decodable = ACCEPTED_ENCODINGS if settings.getbool("COMPRESSION_ENABLED") else []
        return cls(
            default,
            datetime.now(UTC).date(),
            settings["LONGLINE_JOB_ID"] or token_hex(16),
            frozenset(name.decode() for name in decodable),
            with_contact(settings["USER_AGENT"], settings["LONGLINE_CONTACT"]),
        )

    def process_request(self, request: Request) -> None:
        """Put the identity on."""
        meta = request.meta
        put_on = meta.get(PUT_ON)
        if meta.get(IDENTITY, self._default) == "browser" and (put_on or "User-Agent" not in request.headers):
            meta[PUT_ON] = put_on or ("script" if "Accept" in request.headers else "page")
            self._put_on(request, navigates=meta[PUT_ON] == "page")
            if str(meta.get("cookiejar", JARS)).startswith(JARS):
                # A request that somebody makes of another, or a redirect, brings the jar of another host along.
                meta["cookiejar"] = f"{JARS}{self.self_of(request)}"
            return
        if meta.get(SESSION):
            meta.setdefault("cookiejar", meta[SESSION])
        name = meta.get(AGENT, self._robot)
        if name:
            request.headers.setdefault("User-Agent", name)

    def browser_of(self, request: Request) -> Browser:
        """The browser that a request's host sees in its session."""
        return browsers(self._today).choose(self.self_of(request))

    def self_of(self, request: Request) -> str:
        """What one identity is for: the job, the host and the session."""
        host = (urlparse_cached(request).hostname or "").removeprefix("www.")
        return f"{request.meta.get(JOB, self._job)} {host} {request.meta.get(SESSION, '')}"

    def speak(self, request: Request, country: str) -> None:
        """Have its languages agree with where its proxy is (two letters; empty: as people in the USA).

        What is no browser's is left alone.
        """
        if request.meta.get(PUT_ON) and "Accept-Language" in request.headers:
            request.headers["Accept-Language"] = languages_of(self.browser_of(request).engine, country)

    def _put_on(self, request: Request, *, navigates: bool) -> None:
        referer = request.headers.get("Referer")
        ordered = headers_of(
            self.browser_of(request),
            request.url,
            decodable=self._decodable,
            referer=referer.decode("latin-1") if referer else None,
            navigates=navigates,
        )
        own = {name: values for name, values in request.headers.items() if _stays(name, navigates=navigates)}
        request.headers.clear()
        request.headers.update(dict(ordered))
        request.headers.update({name: values for name, values in own.items() if name not in request.headers})


def with_contact(user_agent: str, contact: str | None) -> str | None:
    """Our own name with where to reach whoever crawls; None where it is somebody else's name, or nobody is named."""
    return f"{user_agent} (+{contact})" if contact and user_agent == USER_AGENT else None


def _stays(name: bytes, *, navigates: bool) -> bool:
    """What the identity does not bring: a script's own Accept, for one."""
    return name.decode("latin-1") not in OURS or (name == b"Accept" and not navigates)
