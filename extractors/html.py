"""One parse for each page: from bytes to a tree."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, to_unicode

HTML_TYPES = ("text/html", "application/xhtml+xml")
MAX_DEPTH = 512
"""Elements inside each other, as in browsers. Lexbor knows no limit, and its time grows with the square."""

# Where no type is named: a document of XML begins with an element of any other name.
_COMMENTS = re.compile(rb"(?:<!--.{0,900}?-->\s*)*", re.DOTALL)
_HTML_TAG = re.compile(
    rb"<(?:!doctype|!--|html|head|body|title|link|script|style|meta|base|div|span|section|main|article|header|nav|footer"
    rb"|aside|p|h[1-6]|[uod]l|li|table|t[rdh]|form|a|b|i|img|br|hr|center|font|noscript|template|svg|iframe)(?=[\s/>-])"
)
_MANY_TAGS = 20_000
_MANY_UNCLOSED = 2_000

# Elements that never hold others, or that close themselves where the next one begins. The rest may nest.
_FLAT = (
    "a|area|base|body|br|circle|col|colgroup|dd|dt|ellipse|embed|head|hr|html|image|img|input|li|line|link|meta"
    "|optgroup|option|p|param|path|polygon|polyline|rb|rect|rp|rt|rtc|source|stop|tbody|td|tfoot|th|thead|tr|track"
    "|use|wbr"
)
_NESTING_TAG = re.compile(rf"<(/?)(?!(?:{_FLAT})[\s/>])[a-z][^<>]*>".encode(), re.IGNORECASE)
_TAG_NAME = re.compile(rb"<(/?[a-zA-Z][^\s/>]*)")
_SLASH = ord("/")
_FLAT_NAMES = frozenset(name for flat in _FLAT.encode().split(b"|") for name in (flat, b"/" + flat))

# Python's codecs also know transforms that are no text ("zlib"), and text that no browser reads ("idna").
_WEB_ENCODINGS = frozenset(
    """
    utf-8 utf-16 utf-16-be utf-16-le utf-32-be utf-32-le big5hkscs cp866 cp874 cp932 cp949 cp1250 cp1251 cp1252
    cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 euc_jp gb18030 hkscs iso2022_jp iso8859-2 iso8859-3 iso8859-4
    iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14 iso8859-15 iso8859-16 koi8-r koi8-u
    mac-cyrillic mac-roman
    """.split()  # noqa: SIM905 - a list of words, not of quotes
)


def is_html(body: bytes, content_type: str = "") -> bool:
    """Is this a page? What names no type is one where its text begins with a tag, and not as XML does."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind:
        return kind in HTML_TYPES
    start = body[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start[:5] == b"<?xml" or b"<html" in start:
        return b"<html" in start and start[:1] == b"<"
    begins = _COMMENTS.match(start)
    return _HTML_TAG.match(start, begins.end() if begins else 0) is not None


def parse(body: bytes, content_type: str = "") -> LexborHTMLParser:
    """The tree of a page; ``content_type`` is the HTTP header's value. Any bytes make a tree.

    What nests deeper than ``MAX_DEPTH`` is flattened: its text and links stay.
    """
    text = as_utf8(body, content_type)
    # Without events: with them, each option of a long select is compared with all before it.
    return LexborHTMLParser(_flattened(text), options=LexborDocumentOptions.WO_EVENTS)


def encoding_of(body: bytes, content_type: str = "") -> str | None:
    """Python's name of the encoding that the byte order mark, the header or the page declares, in this order."""
    bom, _ = read_bom(body)
    return bom or _known(http_content_type_encoding(content_type)) or _declared_inside(body)


def _declared_inside(body: bytes) -> str | None:
    encoding = _known(html_body_declared_encoding(body))
    # What could be read as bytes of ASCII cannot be UTF-16, whatever it says.
    return "utf-8" if encoding and encoding.startswith("utf-16") else encoding


def _known(encoding: str | None) -> str | None:
    return encoding if encoding in _WEB_ENCODINGS else None


def as_utf8(body: bytes, content_type: str) -> bytes:
    """The body in UTF-8, without a byte order mark; bytes that are of no known encoding become U+FFFD in the tree."""
    encoding = encoding_of(body, content_type) or ("utf-8" if _is_utf8(body) else "cp1252")
    if encoding == "utf-8":
        return body.removeprefix(b"\xef\xbb\xbf")
    return to_unicode(body, encoding).removeprefix("\ufeff").encode("utf-8", "replace")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _flattened(html: bytes) -> bytes:
    """The same bytes but for tags that open or close an element deeper than ``MAX_DEPTH``."""
    tags = html.count(b"<")
    if tags <= _MANY_UNCLOSED or (tags <= _MANY_TAGS and tags - 2 * html.count(b"</") <= _MANY_UNCLOSED):
        return html
    return _NESTING_TAG.sub(_Flattener(), html) if _depth(html) > MAX_DEPTH else html


def _depth(html: bytes) -> int:
    """How deep elements are inside each other, at most. Tags in capitals count as nesting: it only errs upwards."""
    depth = deepest = 0
    for name in _TAG_NAME.findall(html):
        if name in _FLAT_NAMES:
            continue
        depth += -1 if name[0] == _SLASH else 1
        if depth > deepest:
            deepest = depth
        elif depth < 0:
            depth = 0
    return deepest


class _Flattener:
    """Replaces one tag after the other, and counts how deep it is."""

    def __init__(self) -> None:
        self.depth = 0

    def __call__(self, tag: re.Match[bytes]) -> bytes:
        if tag[1]:
            kept = self.depth <= MAX_DEPTH
            self.depth = max(self.depth - 1, 0)
        else:
            self.depth += 1
            kept = self.depth <= MAX_DEPTH
        return tag[0] if kept else b""
