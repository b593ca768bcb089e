"""Where the proxies stand: in a list, in a file that is read again when it changes, or behind an HTTP API."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from schemas.proxies import BadProxyError, Proxy, api_of, file_of, read_proxies

Signature = tuple[int, int, int]

API_SECONDS = 300.0
"""Between two questions to an API."""
API_AGAIN = 15.0
"""The same, where it has not answered well yet."""


class ProxyListError(ValueError):
    """LONGLINE_PROXIES cannot be used; one sentence, without passwords."""


class ProxyList:
    """The proxies that LONGLINE_PROXIES names: URLs (a list, or a text with commas between them), a file, or the URL of
    an HTTP API. An API is asked for the first time by ``renew``; until then there are no proxies.

    Raises:
        ProxyListError: a value that is none of these, or a file that is missing or has a bad line.
    """

    def __init__(self, value: str | Iterable[str], api_seconds: float = API_SECONDS) -> None:
        self.proxies: list[Proxy] = []
        self._signature: Signature | None = None
        self._path: Path | None = None
        self._api = api_of(value) if isinstance(value, str) else None
        self._api_seconds = api_seconds
        self._asks_at = 0.0
        self._said = ""
        if self._api is None:
            self._begin(value)

    def _begin(self, value: str | Iterable[str]) -> None:
        try:
            self._path = file_of(value) if isinstance(value, str) else None
            if self._path is None:
                self.proxies = read_proxies(value.split(",") if isinstance(value, str) else value, "entry")
        except BadProxyError as error:
            raise ProxyListError(f"LONGLINE_PROXIES: {error}.") from None
        if self._path is not None:
            self._read(self._path)

    @property
    def is_fixed(self) -> bool:
        """Whether the proxies stay as they are."""
        return self._path is None and self._api is None

    async def renew(self) -> bool:
        """Look at the file, or ask the API where that is due: whether ``proxies`` is another list now.

        Raises:
            ProxyListError: once for each reason in a row; the list stays as it was.
        """
        if self._api is None:
            return self.changed()
        if time.monotonic() < self._asks_at:
            return False
        before = self.proxies
        self._asks_at = time.monotonic() + (self._api_seconds if self.proxies else min(API_AGAIN, self._api_seconds))
        # It brings a client, and most have no such API.
        from crawler.fetch.proxy_api import ask, shown  # noqa: PLC0415

        try:
            self.proxies = await ask(self._api)
        except BadProxyError as error:
            if str(error) != self._said:
                self._said = str(error)
                raise ProxyListError(f"LONGLINE_PROXIES: {shown(self._api)} gives no proxies: {error}.") from None
        else:
            self._said, self._asks_at = "", time.monotonic() + self._api_seconds
        return self.proxies != before

    def changed(self) -> bool:
        """Look at the file again (one ``stat``): whether ``proxies`` is another list now.

        Raises:
            ProxyListError: once for each bad version of the file; the list stays as it was.
        """
        if self._path is None:
            return False
        before = self.proxies
        if _signature(self._path) != self._signature:
            self._read(self._path)
        return self.proxies != before

    def _read(self, path: Path) -> None:
        self._signature = _signature(path)
        try:
            self.proxies = read_proxies(path.read_text(encoding="utf-8").splitlines(), f"{path}, line")
        except BadProxyError as error:
            raise ProxyListError(f"LONGLINE_PROXIES: {error}.") from None
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
            raise ProxyListError(f"LONGLINE_PROXIES: the file {path} cannot be read: {reason}.") from None


def _signature(path: Path) -> Signature | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
