"""Kinds of employment, in schema.org's words."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from extractors.postings.pay.lexicon import any_of, cleaned, folded
from extractors.postings.values import as_list, text_of
from extractors.postings.words import word_list

_LONGEST_LABEL = 120
_LONGEST_PROSE = 40_000
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_APART = re.compile(
    r"[,;/|&+()\n\u30fb\uff08\uff09\u3001\u2022]|\s-\s|\b(?:and|or|und|oder|et|ou|y|o|e|of|en|och|eller|og|lub|i)\b"
)
_SHORT, _VAGUE = (
    frozenset({"cdd", "ftc", "b2b"}),
    frozenset({"other", "contract", "consultant", "consultancy", "consulting"}),
)
"""Words that are sure inside a longer label, short as they are; and long ones that are not."""
_HALF = re.compile(r"(?i)\b(voll|full|hel)-?(?=\s?(?:oder|und|or|and|/|&|eller|och)\s?(?:teilzeit|part|deltid))")
_WHOLE = {"voll": "vollzeit ", "full": "full time ", "hel": "heltid "}
_FOR_A_TIME = re.compile(r"(?i)^(?!.*\b(?:permanent|indefinite|open|employment|labou?r|unlimited)\b).{2,30}\bcontract$")
# A line that is about the kind of employment, and what it says.
_LINE = re.compile(
    r"^\W{0,3}(?:employment|job|contract|position|work|working|schedule|type of|hours|shift|besch\u00e4ftigungs\w*|"
    r"anstellungs\w*|arbeitszeit\w*|vertrags\w*|type de contrat|type d'emploi|temps de travail|contrat|jornada|"
    r"tipo de (?:contrato|empleo|jornada|vaga|emprego|trabajo)|tipo di contratto|contratto|orario|dienstverband|"
    r"contracttype|uren|anst\u00e4llnings\w*|omfattning|ans\u00e6ttelse\w*|ansettelse\w*|stillings\w*|ty\u00f6suhde\w*|"
    r"rodzaj (?:umowy|pracy)|wymiar (?:pracy|etatu)|etat|typ (?:umowy|\u00favazku|pracovn\u00edho \w+)|\u00favazek|"
    r"foglalkoztat\w*|tip (?:job|contract)|\u0437\u0430\u043d\u044f\u0442\u043e\u0441\u0442\u044c|"
    r"\u0442\u0438\u043f \u0437\u0430\u043d\u044f\u0442\u043e\u0441\u0442\u0438)"
    r"[^:\n]{0,24}[:\uff1a]\s*(\S[^\n]{0,70})$",
    re.IGNORECASE | re.MULTILINE,
)


@cache
def _kinds() -> dict[str, str]:
    """Each way to write a kind, without capitals and punctuation, and the kind."""
    return {_plain(word): kind for kind, words in word_list("employment").items() for word in [kind, *words]}


@cache
def _inside() -> re.Pattern[str]:
    """A kind inside a longer label: ``Regular Full Time (Salary)``; short words mean too much there."""
    return re.compile(any_of(word for word in _kinds() if word in _SHORT or (len(word) > 4 and word not in _VAGUE)))


def _plain(word: str) -> str:
    return re.sub(r"[\W_]+", " ", folded(cleaned(word))).strip()


def employment_types(value: Any) -> list[str]:
    """schema.org's words for what a page or feed says, each once; words with another meaning (``Permanent``) go."""
    said = [text_of(one) or "" for one in as_list(value)]
    found = (kind for text in said for kind in _of_label(text.rpartition("/")[2] if "://" in text else text))
    return list(dict.fromkeys(found))


def _of_label(text: str) -> list[str]:
    text = _HALF.sub(lambda half: _WHOLE[half[1].lower()], _CAMEL.sub(" ", text[:_LONGEST_LABEL]))
    whole = _kinds().get(_plain(text))
    if whole is not None:
        return [whole]
    found = [kind for part in _APART.split(text.lower()) for kind in _of_part(_plain(part))]
    return found or (["CONTRACTOR"] if _FOR_A_TIME.match(text.strip()) else [])


def _of_part(part: str) -> list[str]:
    known = _kinds().get(part)
    return [known] if known else [_kinds()[match[0]] for match in _inside().finditer(part)]


def employment_types_in(prose: str) -> list[str]:
    """What a description says in a line of its own: ``Full-time``, ``Job type: Part-time, Contract``.

    Words inside sentences say nothing: ``You lead our full-time staff and interns``.
    """
    prose = prose[:_LONGEST_PROSE]
    found = [kind for match in _LINE.finditer(prose) for kind in _of_label(match[1])]
    lines = (line for line in prose.splitlines() if 0 < len(line) <= 40)
    found = found or [kind for line in lines for kind in _alone(line)]
    return list(dict.fromkeys(found))


def _alone(line: str) -> list[str]:
    kinds = [_kinds().get(_plain(part)) for part in re.split(r"[,/|()]", line) if part.strip()]
    named = [kind for kind in kinds if kind in {"FULL_TIME", "PART_TIME"}]
    return [kind for kind in kinds if kind] if named else []
