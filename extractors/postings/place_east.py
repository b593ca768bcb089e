"""Addresses of Japan, China, Taiwan and Korea, which go from the large to the small, without commas."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from extractors.postings.words import word_list

_EAST = re.compile("[\u3400-\u9fff\uac00-\ud7af]")
_LONGEST = 120
_JAPANESE = re.compile(
    "(?:\u65e5\u672c)?(?:\u3012?\\d{3}-?\\d{4} ?)?"
    "(\u6771\u4eac\u90fd|\u5317\u6d77\u9053|(?:\u4eac\u90fd|\u5927\u962a)\u5e9c|[\u3400-\u9fff]{2,3}\u770c) ?"
    "(?:[\u3400-\u9fff\u3040-\u30ff]{1,5}\u90e1)?"
    "([\u3400-\u9fff\u3040-\u30ff]{1,6}?[\u5e02\u533a\u753a\u6751](?!\u5e02))?.*"
)
_CHINESE = re.compile(
    "(\u4e2d\u56fd ?)?(?:([\u3400-\u9fff]{2,6}(?:\u7701|\u81ea\u6cbb\u533a))[ \u00b7-]?)?"
    "([\u3400-\u9fff]{2,4}?)(\u5e02?)"
    "(?:[ \u00b7-]?[\u3400-\u9fff]{1,8}[\u533a\u53bf\u5340\u7e23\u9547].*|)"
)
_KOREAN_CITY = re.compile(
    "((?:\uc11c\uc6b8|\ubd80\uc0b0|\ub300\uad6c|\uc778\ucc9c|\uad11\uc8fc|\ub300\uc804|\uc6b8\uc0b0|\uc138\uc885)"
    "(?:\ud2b9\ubcc4\uc2dc|\uad11\uc5ed\uc2dc|\ud2b9\ubcc4\uc790\uce58\uc2dc|\uc2dc)?)(?: .*)?"
)
_KOREAN_PROVINCE = re.compile(
    "((?:\uacbd\uae30|\uac15\uc6d0|\ucda9[\ubd81\ub0a8]|\uc804[\ubd81\ub0a8]|\uacbd[\ubd81\ub0a8]|\uc81c\uc8fc|"
    "(?:\ucda9\uccad|\uc804\ub77c|\uacbd\uc0c1)[\ubd81\ub0a8])(?:\ud2b9\ubcc4\uc790\uce58\ub3c4|\ub3c4)?)"
    "(?: ([\uac00-\ud7af]{1,5}[\uc2dc\uad70])(?: .*)?)?"
)


class Eastern(NamedTuple):
    """A place of such an address: the town or the ward, the province, the country."""

    city: str | None
    region: str | None
    country: str | None


def read_eastern(text: str) -> Eastern | None:
    """The place, if the text is such an address, or begins as one; None for a mere name of a town, and all else."""
    text = " ".join(text.split())
    if not _EAST.search(text) or len(text) > _LONGEST:
        return None
    if match := _JAPANESE.fullmatch(text):
        return Eastern(match[2], match[1], "JP")
    if match := _KOREAN_PROVINCE.fullmatch(text):
        return Eastern(match[2], match[1], "KR")
    if match := _KOREAN_CITY.fullmatch(text):
        return Eastern(match[1], None, "KR") if match[1] != text or len(text) > 2 else None
    return _chinese(text)


def _chinese(text: str) -> Eastern | None:
    match = _CHINESE.fullmatch(text)
    if match is None or match[0] in {match[3], f"{match[3]}{match[4]}"}:
        return None
    country = "CN" if match[1] or match[2] else _country(match[3])
    return Eastern(f"{match[3]}{match[4]}", match[2], country) if country else None


def _country(town: str) -> str | None:
    return _countries().get(town)


@cache
def _countries() -> dict[str, str]:
    table = word_list("towns")
    codes = (("japan", "JP"), ("china", "CN"), ("taiwan", "TW"))
    return {town: code for name, code in codes for town in table[name]}
