"""Where the proxies stand: in a list, or in a file that is read again when it changes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from schemas.proxies import BadProxyError, file_of, read_proxies

Signature = tuple[int, int, int]


class ProxyListError(ValueError):
    """LONGLINE_PROXIES cannot be used; one sentence, without passwords."""


class ProxyList:
    """The proxies that LONGLINE_PROXIES names: URLs (a list, or a text with commas between them), or a file.

    Raises:
        ProxyListError: a value that is neither, or a file that is missing or has a bad line.
    """

    def __init__(self, value: str | Iterable[str]) -> None:
        self._signature: Signature | None = None
        try:
            self._path = file_of(value) if isinstance(value, str) else None
            if self._path is None:
                self.proxies = read_proxies(value.split(",") if isinstance(value, str) else value, "entry")
        except BadProxyError as error:
            raise ProxyListError(f"LONGLINE_PROXIES: {error}.") from None
        if self._path is not None:
            self._read(self._path)

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
