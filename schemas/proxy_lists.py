"""Lists of forward proxies, as HTTP APIs answer them: JSON, or a proxy a line."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from schemas.proxies import FORM, BadProxyError, Proxy, read_proxies, read_proxy

_HOSTS = ("host", "ip", "proxy_address", "address", "server")
_USERS = ("user", "username", "login")
_SCHEMES = ("scheme", "protocol", "type")
_COUNTRIES = ("country", "country_code")


def read_answer(text: str) -> list[Proxy]:
    """The proxies of an answer: a JSON list of URLs or of objects, such a list in an object, or URLs, one a line.

    An object has ``url``; or a host and ``port``, and perhaps user, ``password``, scheme, under the usual names; and
    perhaps ``country``.

    Raises:
        BadProxyError: names the entry by its number, or says that there is none; never what was written.
    """
    if text.lstrip()[:1] not in ("[", "{"):
        return read_proxies(text.splitlines(), "its answer, line")
    try:
        value = json.loads(text)
    except ValueError:
        raise BadProxyError("its answer is no JSON, though it begins like that") from None
    proxies = [_proxy(number, entry) for number, entry in enumerate(_entries(value), start=1)]
    if not proxies:
        raise BadProxyError("its answer must name a proxy")
    return list(dict.fromkeys(proxies))


def _entries(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = next((inner for inner in value.values() if isinstance(inner, list)), None)
    if not isinstance(value, list):
        raise BadProxyError("its answer has no list")
    return value


def _proxy(number: int, entry: Any) -> Proxy:
    try:
        return read_proxy(entry if isinstance(entry, str) else _url(entry))
    except BadProxyError as error:
        raise BadProxyError(f"its answer, entry {number}: {error}") from None


def _url(entry: Any) -> str:
    if not isinstance(entry, dict):
        raise BadProxyError(FORM)
    country = _first(entry, _COUNTRIES)
    said = f"#country={country}" if country else ""
    if entry.get("url"):
        return f"{str(entry['url']).partition('#')[0] if said else entry['url']}{said}"
    host, port = _first(entry, _HOSTS), entry.get("port")
    user, password = (quote(text, safe="") for text in (_first(entry, _USERS), str(entry.get("password") or "")))
    login = f"{user}:{password}@" if user or password else ""
    return f"{_first(entry, _SCHEMES) or 'http'}://{login}{host}:{port}{said}"


def _first(entry: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((str(entry[name]) for name in names if entry.get(name)), "")
