"""The one place that a description names as that of the job: ``The role is based in Madrid, Spain``."""

from __future__ import annotations

import re
from typing import Any

from extractors.postings.place_parts import read_places

_LONGEST = 20_000
_NAME = (
    r"[^\W\d_a-z][\w'\u2019-]{1,30}(?:[ -](?:(?:am|an der|de|del|di|la|upon|sur) )?[^\W\d_a-z][\w'\u2019-]{1,30}){0,2}"
)
_SAID = re.compile(
    r"(?:(?i:\b(?:position|role|job|opening|internship|vacancy|post|you|work)\b[^.\n]{0,40}?"
    r"\b(?:based|located) (?:in|at|out of)|"
    r"\b(?:our|the|fra vores|vores|unser(?:em|en)?|in unserem|nos|nuestras?|nostra|onze?|v\u00e5rt)\s"
    r"(?:[\w-]{2,20} )?(?:office|offices|headquarters|hq|kontor|b\u00fcro|standort|bureaux|oficinas?|sede|kantoor)"
    r"(?: is| are| er| ist)? (?:in|at|i|\u00e0|en|a|di|te|p\u00e5)))"
    rf"\s(?:downtown |central |sunny )?({_NAME}(?:, {_NAME})?)"
)


def places_in_prose(prose: str) -> list[dict[str, Any]]:
    """That place, or nothing: of two that are named, either may be that of others."""
    said = {match[1].rstrip(".") for match in _SAID.finditer(prose[:_LONGEST])}
    towns = {one.partition(",")[0] for one in said}
    if len(towns) != 1:
        return []
    return read_places(max(said, key=len))
