"""A page for commands that look at one: from a file, or from the web."""

from __future__ import annotations

from pathlib import Path

from schemas.addresses import normalize_url
from schemas.environment import read_environment

PLACEHOLDER = "http://localhost/"
"""Where a file is from that does not say it."""


def read_source(source: str, url: str | None) -> tuple[bytes, str, str]:
    """Body, content type and URL (empty where it is not known) of a file or an address.

    Raises:
        OSError: it cannot be read.
        BadEnvironmentError, ProxyListError: what says how the web is reached is wrong.
    """
    address = normalize_url(source) if source.startswith(("http://", "https://")) else None
    if address:
        from crawler.fetch.once import fetch, proxies_of  # noqa: PLC0415 - Scrapy imports every command for each

        environment = read_environment()
        allowed = environment.allow_private_addresses
        body, content_type, final = fetch(address, proxies_of(environment), allows_private_addresses=allowed)
        return body, content_type, url or final
    return Path(source).read_bytes(), "", url or ""
