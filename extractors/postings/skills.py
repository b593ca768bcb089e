"""Skills: those that a page lists (``explicit``), and those that its prose names (``text``)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from extractors.postings.pay.lexicon import any_of
from extractors.postings.values import as_list, text_of
from extractors.postings.words import word_list

Skill = dict[str, str]

_LONGEST_SKILL = 60
_MOST_SKILLS = 100
_LONGEST_PROSE = 40_000
_APART = re.compile(r"[,;\n\u2022|]")
# What may stand between two skills of a list, and what makes a language of a word that is none by itself.
_BETWEEN = re.compile(
    r"\s*(?:[,/|\u2022\u00b7&+;]|\()?\s*(?:(?:and|or|und|oder|et|ou|y|o|e|i|och|og|en|a)\s)?\s*(?:[,/(])?\s*"
)
_ADDRESS = re.compile(r"(?:://|\bwww\.|\.(?:com|org|net|io|de|fr|co|uk|eu|ai)(?=/))\S*$")
_MEANT = re.compile(
    r"[\s-]?(?:developers?|development|engineers?|programmers?|programming|languages?|code(?:base)?|coding|scripts?|scripting|"
    r"back-?end|services?|microservices|framework|skills?\b|expertise|proficiency|entwickler\w*|kenntnisse|programmierung|d\u00e9veloppeur\w*|shiny|\(golang\)|/c\+\+)",
    re.IGNORECASE,
)


class _Found(NamedTuple):
    start: int
    end: int
    name: str
    shy: bool


@cache
def _names() -> tuple[dict[str, str], dict[str, str], re.Pattern[str]]:
    """Lower-case names and their skill; shy names as they are written and theirs; the pattern of all."""
    table = word_list("skills")
    sure = {alias.lower(): name for name, aliases in table["sure"].items() for alias in aliases}
    shy = {name: table["same"].get(name, name) for name in table["shy"]}
    either = f"(?i:{_whole(sure)})|(?P<shy>{_whole(shy)})"
    return sure, shy, re.compile(rf"(?<![\w.@#-])(?:{either})(?![\w#@]|\+\+|[.-]\w)")


def _whole(names: dict[str, str]) -> str:
    """Any of them, without the bounds of words that their signs (``C#``, ``.NET``) do not have."""
    return any_of(names, fold=False, apart_from=None)


def listed_skills(value: Any) -> list[Skill]:
    """What a page or feed lists, each once, as it is written there: sentences are no skills."""
    names: dict[str, str] = {}
    for one in as_list(value):
        for name in _APART.split(text_of(one) or ""):
            skill = name.strip(" .-")
            if 0 < len(skill) <= _LONGEST_SKILL:
                names.setdefault(skill.casefold(), skill)
    return [{"name": name, "raw": name, "source": "explicit"} for name in list(names.values())[:_MOST_SKILLS]]


def skills_in(prose: str) -> list[Skill]:
    """The skills of a short, sure list that prose names, each once, by the name that most people write.

    ``Go``, ``R``, ``C`` and others that are words as well count only in a list of skills, or before a word like
    ``developer``: ``Go, Rust and C``, and not ``Go to market`` or ``R&D``.
    """
    prose = prose[:_LONGEST_PROSE]
    found = [_found(match) for match in _names()[2].finditer(prose) if not _is_address(prose, match.start())]
    meant = {
        one.name: prose[one.start : one.end]
        for at, one in reversed(list(enumerate(found)))
        if not one.shy or _is_meant(prose, found, at)
    }
    names = dict.fromkeys(one.name for one in found if one.name in meant)
    return [{"name": name, "raw": meant[name], "source": "text"} for name in names][:_MOST_SKILLS]


def _found(match: re.Match[str]) -> _Found:
    sure, shy, _ = _names()
    said = match["shy"]
    return _Found(match.start(), match.end(), shy[said] if said else sure[match[0].lower()], said is not None)


def _is_address(prose: str, start: int) -> bool:
    """``example.com/java``: a part of a URL."""
    return prose[start - 1 : start] == "/" and _ADDRESS.search(prose[max(0, start - 60) : start]) is not None


def _is_meant(prose: str, found: list[_Found], at: int) -> bool:
    """Whether it stands beside another skill, or before a word that says what it is."""
    one = found[at]
    if one.name == "R" and prose.startswith("&", one.end):
        return False
    before = at > 0 and _is_list(prose[found[at - 1].end : one.start])
    behind = at + 1 < len(found) and _is_list(prose[one.end : found[at + 1].start])
    return before or behind or _MEANT.match(prose, one.end) is not None


def _is_list(gap: str) -> bool:
    return len(gap) <= 12 and bool(gap.strip()) and _BETWEEN.fullmatch(gap) is not None
