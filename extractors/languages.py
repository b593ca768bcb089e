"""Names of languages."""

from __future__ import annotations

import re

_TAG = re.compile(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8})*)(?![A-Za-z0-9])")


def language_tag(text: str | None) -> str | None:
    """The BCP 47 tag that ``text`` begins with, in the usual capitals (``zh_hant_tw`` is ``zh-Hant-TW``), or None.

    Words of a language (``English``), ``und`` and private tags (``x-klingon``) are no tags.
    """
    match = _TAG.match((text or "").strip())
    if match is None or match[1].lower() == "und":
        return None
    subtags = re.split("[-_]", match[2])[1:4]
    return "-".join([match[1].lower(), *map(_cased, subtags)])


def _cased(subtag: str) -> str:
    if len(subtag) == 2:
        return subtag.upper()
    return subtag.title() if len(subtag) == 4 and subtag.isalpha() else subtag.lower()
