"""Rules for URLs: how one is normalised, which mean the same page, and which site they are on.

Which network a host is on stands in ``schemas/networks.py``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256

import ada_url

MAX_URL_LENGTH = 2083
"""Characters. Longer URLs are traps or data, and no longer fit into the indexes that hold them."""

_MAX_RAW_LENGTH = 8 * MAX_URL_LENGTH
_C0_AND_SPACE = "".join(map(chr, range(0x21)))
_SCHEMES = ("http://", "https://")
_OTHER_SCHEMES = ("javascript:", "mailto:", "tel:", "data:")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
# A stray % before an escape would join with what is decoded, and make a new escape of it.
_ESCAPE = re.compile(r"(?<!%)(?<!%[0-9A-Fa-f])%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ORIGIN = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
# Most URLs are normalised already, which this sees in a third of the time that it takes to do it again. What ends in a
# digit may be an address in one of its many spellings.
_PLAIN_ORIGIN = re.compile(r"https?://[a-z0-9._-]*[a-z](?::(?!80/|443/)[1-9][0-9]*)?/")

# Without .js, for pages end in it (/skills/node.js) and links seldom lead to scripts; without .com, .ai,
# .so and .app, for names of firms do.
BINARY_SUFFIXES = frozenset(
    """
    avif bmp cr2 dng eps gif heic heif ico jfif jpe jpeg jpg jxl nef pcx png psd raw svg svgz tif
    tiff webp xcf
    3gp aac aif aiff amr ape asf avi flac flv m3u8 m4a m4b m4v mid midi mkv mov mp2 mp3 mp4 mpeg mpg
    oga ogg ogv opus ra ram rm swf wav weba webm wma wmv
    7z ace apk appx arj br bz2 cab crx deb dmg egg exe gz img ipa iso jar lz lz4 lzma msi msix pkg
    rar rpm tar tbz tgz torrent txz war whl xpi xz z zip zst
    bin class dat dll dylib o obj pyc sqlite wasm
    css eot otf ttf woff woff2
    azw azw3 djvu doc docm docx dot dotx epub mobi odg odp ods odt pdf pot potx pps ppsx ppt pptm
    pptx rtf vsd vsdx xls xlsb xlsm xlsx
    dwg dxf ics stl step vcf
    """.split()  # noqa: SIM905 - a list of words, not of quotes
)
"""Endings of files that hold no page. Text that may be read (.txt, .xml, .json, .csv) is not among them."""


def normalize_url(url: str) -> str | None:
    """The URL as a browser would ask for it, without fragment and credentials; None for what is no web page.

    Blanks and control characters are treated as browsers do: cut at both ends, tabs and line ends everywhere.
    """
    if len(url) > _MAX_RAW_LENGTH:
        return None
    try:
        href = ada_url.parse_url(url, ("href",))["href"]
    except ValueError:
        return None
    return _web_page(href)


def join_url(base: str, href: str) -> str | None:
    """The normalised URL that ``href`` means on the page (or ``<base>``) ``base``.

    None for what leads to no other page: a bare fragment, another scheme, a bad host, over 2083 characters.
    """
    href = href.strip(_C0_AND_SPACE)
    if href[:1] == "#" or (href[:1] in "jJmMtTdD" and href[:11].lower().startswith(_OTHER_SCHEMES)):
        return None
    head, mark, _ = href.partition("#")
    if mark and head[-1] > " ":  # a blank before it is part of the path, and would be cut
        href = head
    if len(href) > _MAX_RAW_LENGTH:
        return None
    try:
        return _web_page(ada_url.join_url(base, href))
    except ValueError:
        return None


def _web_page(href: str) -> str | None:
    """``href``, as ada serialises it, without credentials and fragment, or None."""
    if not href.startswith(_SCHEMES):
        return None
    if "#" in href:
        href = href.partition("#")[0]
    authority = href.split("/", 3)[2]
    sound = _sound_authority(authority)
    if sound is None:
        return None
    if sound != authority:
        href = href.replace(authority, sound, 1)
    return href if len(href) <= MAX_URL_LENGTH else None


@lru_cache(maxsize=4096)
def _sound_authority(authority: str) -> str | None:
    """Without credentials; None for a name that no resolver takes, and that Python's own codec raises on."""
    host_port = authority.rpartition("@")[2]
    host = host_port if host_port.endswith("]") else host_port.partition(":")[0]
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or (host[:1] != "[" and not all(0 < len(label) < 64 for label in labels)):
        return None
    return host_port


def url_key(url: str) -> str:
    """What makes a page the same page: the ``url``, which has no fragment, with its query in a fixed order.

    The host is in small letters, without credentials and the scheme's own port. Parameters are sorted by name, stably;
    empty ones go. Escapes that need not be (``%7E``) are undone, the others are in capitals. What is not http or https
    keeps its host as it is.
    """
    if not _PLAIN_ORIGIN.match(url):
        url = _with_plain_origin(url)
    if "%" in url:
        url = _ESCAPE.sub(_plain_escape, url)
    if "?" not in url:
        return url
    path, _, query = url.partition("?")
    if "&" not in query:
        return url if query else path
    parameters = sorted(filter(None, query.split("&")), key=_parameter_name)
    return f"{path}?{'&'.join(parameters)}" if parameters else path


def _with_plain_origin(url: str) -> str:
    origin = _ORIGIN.match(url)
    if origin is None:
        return url
    rest = url[origin.end() :]
    return _plain_origin(origin[0]) + (rest if rest[:1] == "/" else f"/{rest}")


@lru_cache(maxsize=4096)
def _plain_origin(origin: str) -> str:
    return (normalize_url(origin) or origin).removesuffix("/")


def _parameter_name(parameter: str) -> str:
    return parameter.partition("=")[0]


def _plain_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def url_sha256(url: str) -> bytes:
    """The 32 bytes that tables key a page by: SHA-256 of :func:`url_key`."""
    return sha256(url_key(url).encode()).digest()


def site_host(url: str) -> str:
    """The host of a normalised URL, with its port where that is not the scheme's own, without ``www.``.

    Two URLs are on one site if these are equal.
    """
    scheme, _, rest = url.partition("://")
    authority = rest.partition("/")[0].partition("?")[0].rpartition("@")[2].lower()
    host = authority.removesuffix(_DEFAULT_PORTS.get(scheme, ""))
    bare = host.removeprefix("www.")
    return bare if "." in bare else host


def looks_binary(url: str) -> bool:
    """Does the path end as files do that are certainly no page: pictures, archives, documents, fonts?

    A wiki's page about a picture (``/wiki/File:Tree.jpg``) is a page.
    """
    path = url.partition("?")[0]
    if path.rpartition(".")[2].lower() not in BINARY_SUFFIXES:
        return False
    return ":" not in path.rpartition("/")[2]
