"""A page of the archive in a browser: as a file, which stays when the command ends, since the browser goes on."""

from __future__ import annotations

import mimetypes
import tempfile
import webbrowser
from html import escape
from pathlib import Path

from pipelines.shown import Shown

HTML = "text/html"


def open_in_browser(shown: Shown) -> Path:
    """Write a page to a temporary file, and show that. Pictures and styles come from where they are on the web."""
    content_type = next((value for name, value in shown.headers if name.lower() == "content-type"), HTML)
    kind, _, parameters = content_type.partition(";")
    suffix = mimetypes.guess_extension(kind.strip().lower()) or ".html"
    is_html = suffix in {".html", ".htm", ".xhtml"}
    with tempfile.NamedTemporaryFile(prefix="longline-", suffix=suffix, delete=False) as file:
        file.write(_standing_alone(shown, parameters) if is_html else shown.body)
    webbrowser.open(Path(file.name).as_uri())
    return Path(file.name)


def _standing_alone(shown: Shown, parameters: str) -> bytes:
    """The page with what its headers and its address said: a file has neither."""
    _, _, charset = parameters.partition("charset=")
    said = f'<meta charset="{escape(charset.strip(chr(34)))}">' if charset else ""
    head = f'{said}<base href="{escape(shown.url)}">'.encode()
    body = shown.body
    # Behind the doctype, without which a browser would lay it out as in the nineties.
    start = body.find(b">") + 1 if body[:200].lstrip().lower().startswith(b"<!doctype") else 0
    return body[:start] + head + body[start:]
