"""What shows a verdict, in one line."""

from __future__ import annotations

import re

from schemas.verdicts import Kind, Verdict

LONGEST = 300
"""Characters of evidence."""
QUOTED = 80
"""Characters of what an answer says."""
# What no terminal, JSON or table should get.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")


def verdict(kind: Kind, by: str | None, *signs: str) -> Verdict:
    """A verdict with its signs."""
    return Verdict(kind, by, _CONTROL.sub(" ", ", ".join(signs))[:LONGEST])


def quote(text: str) -> str:
    """A short piece of an answer."""
    return f"“{text[:QUOTED]}…”" if len(text) > QUOTED else f"“{text}”"
