"""A page that was saved with the head of its answer, as ``curl -i`` does."""

from __future__ import annotations

import re

_HEAD = re.compile(rb"\s{0,8}HTTP/[\d.]{1,3} \d{3}[^\n]{0,200}\n(?:[^\n:]{1,100}:[^\n]{0,8000}\n){0,200}\r?\n")
_TYPE = re.compile(rb"^content-type:[ \t]*([^\r\n]{1,200})", re.IGNORECASE | re.MULTILINE)


def without_head(body: bytes, content_type: str) -> tuple[bytes, str]:
    """The body alone, and its type; that of the head where none is known. Any other bytes stay as they are."""
    head = _HEAD.match(body)
    if head is None:
        return body, content_type
    said = _TYPE.search(head[0])
    return body[head.end() :], content_type or (said[1].decode("latin-1").strip() if said else "")
