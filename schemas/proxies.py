"""Forward proxies: how people write them down, and what of them may be shown."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit
from urllib.request import url2pathname

PORTS = {"http": 80, "https": 443, "socks5": 1080}
"""By scheme: where a proxy is whose URL names no port."""
FORM = "must be a URL such as http://user:password@proxy.example.com:8080 (or https://, or socks5://)"
COUNTRY_FORM = "must name its country by two letters, as #country=DE"
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_API = re.compile(r"https?://([^/?#@]*@)?[^/?#@]+(/[^@]|/?\?)[^@]*", re.IGNORECASE)
_HOST = re.compile(r"([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?")


class BadProxyError(ValueError):
    """This is no proxy that can be used. The message never has what was written: it may be a password."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A forward proxy; shown without its password. Two entries with other passwords are two proxies."""

    address: str
    """``http://host:port``, without user and password."""
    user: str = ""
    password: str = field(default="", repr=False)
    country: str = field(default="", compare=False)
    """Two letters (ISO 3166), as ``DE``; empty: nobody has said where it is."""

    @property
    def id(self) -> str:
        """Its name where others may read it: a digest. Of the password it has 24 bits, by which entries on one address
        are told apart, and from which no password can be guessed."""
        place = blake2b(f"{self.address} {self.user}".encode(), digest_size=8)
        secret = blake2b(self.password.encode(), key=place.digest(), digest_size=3)
        return place.hexdigest() + secret.hexdigest()

    def __str__(self) -> str:
        if not (self.user or self.password):
            return self.address
        return self.address.replace("://", f"://{self.user}:***@", 1)

    @property
    def authorization(self) -> str | None:
        """The header Proxy-Authorization (RFC 7617); None where there is neither user nor password."""
        if not (self.user or self.password):
            return None
        return f"Basic {b64encode(f'{self.user}:{self.password}'.encode()).decode()}"


def place_of(address: str) -> tuple[str, int]:
    """Host and port of a proxy's address; an IPv6 address without its brackets. An unknown scheme counts as http."""
    parts = urlsplit(address)
    return parts.hostname or "", parts.port or PORTS.get(parts.scheme, PORTS["http"])


def credentials(authorization: str) -> tuple[str, str]:
    """User and password of a header Proxy-Authorization, each octet a character; of none, both are empty."""
    octets = b64decode(authorization.removeprefix("Basic "))
    user, _, password = octets.decode("latin-1").partition(":")
    return user, password


def url_with_credentials(address: str, authorization: str) -> str:
    """The proxy's URL as aiohttp takes it: octets of user and password as characters, each escaped where it must be."""
    user, password = (quote(text, safe="") for text in credentials(authorization))
    return address.replace("://", f"://{user}:{password}@", 1)


def read_proxy(text: str) -> Proxy:
    """The proxy that a URL names. What stands before its last ``@`` is user and password, escaped or not; after it may
    stand ``#country=DE``.

    Raises:
        BadProxyError: without the text.
    """
    scheme, mark, rest = text.strip().partition("://")
    credentials, _, place = rest.rpartition("@")
    place, _, said = place.partition("#")
    place = place.removesuffix("/")
    if not mark or scheme.lower() not in PORTS or not _HOST.fullmatch(place) or not _port_is_sound(place):
        raise BadProxyError(FORM)
    user, _, password = credentials.partition(":")
    return Proxy(f"{scheme.lower()}://{place.lower()}", unquote(user), unquote(password), _country(said))


def _country(said: str) -> str:
    name, _, country = said.partition("=")
    if said and (name != "country" or not _COUNTRY.fullmatch(country)):
        raise BadProxyError(COUNTRY_FORM)
    return country.upper()


def _port_is_sound(place: str) -> bool:
    try:
        return urlsplit(f"//{place}").port != 0
    except ValueError:
        return False


def read_proxies(texts: Iterable[str], where: str) -> list[Proxy]:
    """The proxies of a list or of the lines of a file; empty ones and comments (``#``) count for nothing.

    ``where`` names an entry by its number, as ``"proxies.txt, line"``. An entry that stands there twice counts once.

    Raises:
        BadProxyError: names the entry by its number, or says that there is none.
    """
    proxies = []
    for number, text in enumerate(texts, start=1):
        if text.strip() and not text.lstrip().startswith("#"):
            try:
                proxies.append(read_proxy(text))
            except BadProxyError as error:
                raise BadProxyError(f"{where} {number}: {error}") from None
    if not proxies:
        raise BadProxyError(f"{where.rpartition(',')[0]} must name a proxy".lstrip())
    return list(dict.fromkeys(proxies))


def api_of(value: str) -> str | None:
    """The URL of the HTTP API that a value of LONGLINE_PROXIES names; None where it is something else.

    A proxy has neither path nor query: what has one, and no ``@`` in it, is asked for the list.
    """
    value = value.strip()
    return value if _API.fullmatch(value) and value.count("://") == 1 else None


def file_of(value: str) -> Path | None:
    """The file that a value of LONGLINE_PROXIES names; None where it is a list of URLs.

    Raises:
        BadProxyError: it is neither; such as ``user:password@host:8080``.
    """
    value = value.strip()
    if value.lower().startswith("file://"):
        return Path(url2pathname(urlsplit(value).path))
    if "://" in value:
        return None
    if "@" in value or "," in value:
        raise BadProxyError(f"{FORM}, several with commas between them, or the path of a file")
    return Path(value).expanduser()
