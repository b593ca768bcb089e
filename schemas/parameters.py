"""Parameters of URLs that name a visit, not a page: session ids, and where somebody came from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

_NAME = re.compile(r"[^\s=&?#;/*]+\*?|\*")
_IN_PATH = re.compile(r";([^;/=]*)(?:=[^;/]*)?")


def check_names(names: Iterable[str]) -> None:
    """See that each is the name of a parameter, with a * at its end or without.

    Raises:
        ValueError: names the one that is not.
    """
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a parameter; it may end in *, as utm_*")


class IgnoredParameters:
    """Takes parameters out of URLs, so that a page has one URL. Names in any case; ``utm_*`` is all that begins so.

    They go wherever they stand: in the query, or in the path, as ``;jsessionid=1``.
    """

    def __init__(self, names: Iterable[str]) -> None:
        lower = [name.lower() for name in names]
        self._names = frozenset(name for name in lower if not name.endswith("*"))
        self._beginnings = tuple(name.removesuffix("*") for name in lower if name.endswith("*"))
        self._any = bool(lower)

    def strip_all(self, urls: list[str]) -> list[str]:
        """The URLs without these parameters, each once, in their order; as they are where no parameter is ignored."""
        return list(dict.fromkeys(map(self.strip, urls))) if self._any else urls

    def strip(self, url: str) -> str:
        """A URL without a fragment, without these parameters."""
        path, mark, query = url.partition("?")
        if ";" in path:
            path = _IN_PATH.sub(self._kept, path)
        if not mark:
            return path
        query = "&".join(part for part in query.split("&") if not self._ignores(part.partition("=")[0]))
        return f"{path}?{query}" if query else path

    def _kept(self, parameter: re.Match[str]) -> str:
        return "" if self._ignores(parameter[1]) else parameter[0]

    def _ignores(self, name: str) -> bool:
        name = unquote(name).lower()
        return name in self._names or name.startswith(self._beginnings)
