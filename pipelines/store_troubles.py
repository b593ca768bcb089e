"""What obstore says when something goes wrong, in words for people."""

from __future__ import annotations

import re

from obstore.exceptions import GenericError

# Too many requests, and all of the server's own errors but "not implemented" and "no room".
PASSING_STATUSES = frozenset({408, 429, *range(500, 600)} - {501, 507})
_STATUS = re.compile(r"status code: (\d+)[^:\n]*")
_CODE = re.compile(r"<Code>([^<]+)</Code>(?:\s*<Message>([^<]+)</Message>)?")
_SILENCE = re.compile(r"HTTP error: [^\n]*")
_WHY_SILENT = tuple(map(re.compile, (r'(?:message|error): "([^"]+)"', r"hyper::Error\(\s*(\w+)", r"kind: (\w+)")))
_PLAINLY = {"Timeout": "no answer in time", "IncompleteMessage": "the connection was cut off"}


def passing_trouble(error: Exception) -> str | None:
    """What is the matter with a store that may be well a little later; None: waiting does not mend it."""
    if not isinstance(error, GenericError):
        return None
    text = str(error)
    if silence := _SILENCE.search(text):
        # The words for people say nothing; the cause stands in those for programmers.
        said = next(filter(None, (pattern.findall(text) for pattern in _WHY_SILENT)), [silence[0]])
        return _PLAINLY.get(said[0], str(said[0]))
    answer = _STATUS.search(text)
    # S3 says 400 of an upload that came too slowly.
    if answer and (int(answer[1]) in PASSING_STATUSES or "<Code>RequestTimeout</Code>" in text):
        return _with_code(answer[0], text)
    return None


def reason(error: Exception) -> str:
    """The cause in one line: what the store itself has said, where it has."""
    text = str(error).strip()
    code, answer = _CODE.search(text), _STATUS.search(text)
    if code and code[2]:
        return f"{code[1]}: {code[2].strip().rstrip('.')}"
    if answer or code:
        return _with_code(answer[0] if answer else "", text)
    return (text or type(error).__name__).splitlines()[0].rstrip(".")


def _with_code(status: str, text: str) -> str:
    code = _CODE.search(text)
    return f"{status} {code[1]}".strip() if code else status.strip()
