"""What a visit brought, as an answer of Scrapy's, or as the error that it is."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urldefrag

from playwright.async_api import Error as PlaywrightError
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from crawler.fetch.browser import LED_TO, RENDERED, NotAPageError
from crawler.fetch.reading import Reading
from crawler.fetch.visit import Visit

_CAUSES = {
    "ERR_NAME_NOT_RESOLVED": CannotResolveHostError,
    "ERR_CONNECTION_REFUSED": DownloadConnectionRefusedError,
    "ERR_ADDRESS_UNREACHABLE": DownloadConnectionRefusedError,
    "ERR_PROXY_CONNECTION_FAILED": DownloadConnectionRefusedError,
    "ERR_CONNECTION_TIMED_OUT": DownloadTimeoutError,
    "Timeout": DownloadTimeoutError,
}


def rendered(request: Request, visit: Visit, reading: Reading, most_bytes: int) -> Response:
    """The answer that a plain visit brought. The request gets the headers that were sent for it.

    Raises:
        DownloadCancelledError: the page is too large.
    """
    body = _checked(request, reading.html, most_bytes)
    if visit.sent:
        request.headers = Headers(visit.sent)
    _note_way(request, visit, reading.url)
    headers = _headers(visit.headers)
    kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
    address = ip_address(visit.address.strip("[]")) if visit.address else None
    status, flags = visit.status, [RENDERED]
    return kind(request.url, status, headers, body, request=request, flags=flags, ip_address=address)


def rendered_by_scrapy_playwright(
    request: Request, sent: Request, response: Response, visit: Visit, most_bytes: int
) -> Response:
    """The same for what scrapy-playwright has made of a request, which it ``sent``.

    Raises:
        DownloadCancelledError: the page is too large.
    """
    text = response.body.decode(getattr(response, "encoding", "utf-8"))
    body = _checked(request, text, most_bytes)
    request.headers = sent.headers
    _note_way(request, visit, response.url)
    return response.replace(url=request.url, headers=_headers(response.headers), body=body, request=request)


def without_page(request: Request, visit: Visit, trouble: str, error: PlaywrightError | None = None) -> Response:
    """What a visit that brought no page says; ``trouble``: in the browser's words.

    Raises:
        NotAPageError, DownloadCancelledError, DownloadFailedError: or one of its kinds.
    """
    if visit.answer:
        status, headers = visit.answer
        return Response(request.url, status, headers, request=request, flags=[RENDERED])
    if visit.is_too_large:
        raise _too_large(request)
    if not visit.is_page:
        raise NotAPageError(request.url) from error
    kind = next((kind for name, kind in _CAUSES.items() if name in trouble), DownloadFailedError)
    raise kind(f"{request.url} could not be shown: {trouble}") from error


def first_line(error: PlaywrightError) -> str:
    """What happened, without Playwright's account of how."""
    return error.message.strip().splitlines()[0].rstrip(".")


def is_loss(error: PlaywrightError) -> bool:
    """Whether it tells of a tab that is gone, and not of what it shows."""
    return "has been closed" in error.message or "crashed" in error.message


def _checked(request: Request, html: str | None, most_bytes: int) -> bytes:
    body = (html or "").encode("utf-8", "replace")
    if html is None or (most_bytes and len(body) > most_bytes):
        raise _too_large(request, most_bytes)
    return body


def _too_large(request: Request, most_bytes: int = 0) -> DownloadCancelledError:
    than = f"{most_bytes:,} bytes once it is rendered" if most_bytes else "DOWNLOAD_MAXSIZE allows"
    return DownloadCancelledError(f"{request.url} is larger than {than}")


def _note_way(request: Request, visit: Visit, url: str) -> None:
    """Where scripts have led, or wanted to lead."""
    if visit.led_to or urldefrag(url).url != urldefrag(request.url).url:
        request.meta[LED_TO] = visit.led_to or url


def _headers(headers: Headers) -> Headers:
    """Those of the document, which came in one string for each name; the body is UTF-8 now, whatever it was."""
    pairs = [
        (name, line)
        for name, values in headers.items()
        for value in values
        for line in value.split(b"\n")
        if name.lower() not in (b"content-type", b"content-length", b"transfer-encoding", b"content-encoding")
    ]
    kind = (headers.get("Content-Type") or b"text/html").partition(b";")[0]
    return Headers([*pairs, (b"Content-Type", kind + b"; charset=utf-8")])
