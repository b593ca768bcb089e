"""A page of the archive in a browser: as a file, which stays when the command ends, since the browser goes on.

Whoever made the page may mean harm, and a file of this machine may do more than a page of the web. So its scripts do
not run, and only what browsers show by themselves is opened: another file might be handed to a program that runs it.
"""

from __future__ import annotations

import tempfile
import webbrowser
from html import escape
from pathlib import Path

from extractors.html import as_utf8, is_html
from pipelines.shown import Shown

_POLICY = "script-src 'none'; object-src 'none'; frame-src http: https:; form-action 'none'"
_PICTURES = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp"}
_AS_IT_IS = _PICTURES | {"application/pdf": ".pdf"}
_TEXTS = ("text/", "application/json", "application/xml")
_OF_TEXT = ("+json", "+xml")
# Whatever the page says of its encoding, browsers believe this.
_UTF_8 = b"\xef\xbb\xbf"


class NotShownError(ValueError):
    """It is nothing that a browser shows."""


def open_in_browser(shown: Shown) -> Path:
    """Write a page to a temporary file, and show that. Pictures and styles come from where they are on the web.

    Raises:
        NotShownError: names its type, and what to do.
    """
    content_type = next((value for name, value in shown.headers if name.lower() == "content-type"), "")
    suffix, data = _file(shown, content_type)
    with tempfile.NamedTemporaryFile(prefix="longline-", suffix=suffix, delete=False) as file:
        file.write(data)
    webbrowser.open(Path(file.name).as_uri())
    return Path(file.name)


def _file(shown: Shown, content_type: str) -> tuple[str, bytes]:
    kind = content_type.partition(";")[0].strip().lower()
    if is_html(shown.body, content_type):
        return ".html", _UTF_8 + _standing_alone(shown.url, as_utf8(shown.body, content_type))
    if kind in _AS_IT_IS:
        return _AS_IT_IS[kind], shown.body
    if kind.startswith(_TEXTS) or kind.endswith(_OF_TEXT):
        return ".txt", _UTF_8 + as_utf8(shown.body, content_type)
    raise NotShownError(
        f"{shown.url} is {kind or 'of no type that it names'}, which a browser does not show. "
        "Without --open, its bytes are printed."
    )


def _standing_alone(url: str, html: bytes) -> bytes:
    """The page with what its address said, which a file has not, and without the right to run scripts."""
    head = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><base href="{escape(url)}">'.encode()
    # Behind the doctype, without which a browser would lay it out as in the nineties.
    start = html.find(b">") + 1 if html[:200].lstrip().lower().startswith(b"<!doctype") else 0
    return html[:start] + head + html[start:]
