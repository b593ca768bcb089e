"""Places in one line of text, as careers sites and feeds write them."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from extractors.postings.pay.lexicon import any_of, folded
from extractors.postings.place_parts import EDGES, eastern_place, read_places
from extractors.postings.words import word_list

Place = dict[str, Any]

_LONGEST = 2_000
_MOST = 200
_APART = re.compile(
    r"(?<!\s)\s*(?:[|;\n\u2022\u00b7]|\s/\s|/(?=remote\b)|(?<=\bremote)/|\s(?:or|oder|ou|eller|lub)\s)\s*",
    re.IGNORECASE,
)
_REMOTE = re.compile(
    r"(?:100 ?%\s)?\b(?:(?:praca |trabajo |trabalho |lavoro )(?:zdalna|remoto|da remoto)|(?:en|em) remoto|"
    r"(?:fully |full |work |working )?remote(?:ly)?(?: work| working| first| job| position| ok)?|"
    r"anywhere(?: in)?|worldwide|work from (?:home|anywhere)|wfh|home ?office|home[- ]based|telecommut\w*|"
    r"telework\w*|"
    r"virtual|(?:fully )?distributed|t\u00e9l\u00e9travail|teletrabajo|teletrabalho|remoto|a distancia|"
    r"da remoto|thuiswerk\w*|distans|"
    r"et\u00e4ty\u00f6|zdaln[aiey]\w*|pr\u00e1ce z domova|na d\u00e1lku)\b|"
    r"\u8fdc\u7a0b|\u9060\u7aef|\u30ea\u30e2\u30fc\u30c8|\u5728\u5b85|"
    r"\u0443\u0434\u0430\u043b[\u0435\u0451]\u043d\w*|"
    r"\u0434\u0438\u0441\u0442\u0430\u043d\u0446\u0438\u043e\u043d\w*",
    re.IGNORECASE,
)
_MANNER = re.compile(
    r"\b(?:hybrid(?:\s(?:work|remote))?|hybride|on[- ]?site|in[- ]office|in[- ]person|flexible|multiple locations|"
    r"various locations|(?:mehrere|verschiedene) standorte|plusieurs (?:localisations|lieux)|varias ubicaciones|"
    r"nationwide|bundesweit|see (?:job )?(?:description|posting|below)|to be (?:determined|confirmed|announced)|"
    r"tb[dac]|(?:all|several|different|many) locations|headquarters|hq|head office|office|only|various|"
    r"\d+ locations|unknown|n/a|none)\b",
    re.IGNORECASE,
)
_IN = re.compile(
    r"^(?:(?:in|within|across|from|at|throughout)\s+)?(?:(?:all of|anywhere in)\s+)?"
    r"(?:the\s+(?=us|u\.s|uk|u\.k|eu\b|united|european|netherlands|americas|nordics))?",
    re.IGNORECASE,
)
_ZONE = re.compile(
    r"\b(?:UTC|GMT|CES?T|EES?T|[ECMP][SD]?T|BST)\b ?(?:[+\u00b1-] ?\d{1,2})?(?: ?(?:to|-|\u2013|and) ?(?:UTC|"
    r"GMT|CES?T)? ?[+\u00b1-]? ?\d{0,2})?"
    r"(?: (?:time ?)?zones?| hours)?"
)
"""``UTC-5 to UTC+2``: when one works, and not where."""
_COMMAS = str.maketrans({"\u060c": ",", "\uff0c": ",", "\u3001": "|", "\uff08": "(", "\uff09": ")", "\uff0f": "/"})


class Where(NamedTuple):
    """Places of work, where applicants may live (role ``remote_scope``), and whether it may be done from there."""

    locations: list[Place]
    scope: list[Place]
    remote: bool


def read_where(text: str, role: str = "office") -> Where:
    """The places that a line names, each once; of ``A | B | C`` each, of ``Remote - US`` the scope.

    A country that is not said, and does not follow from a state, stays None. Never raises.
    """
    where = Where([], [], remote=False)
    text = _without_label(text[:_LONGEST].translate(_COMMAS))
    eastern = eastern_place(text, role)
    if eastern:
        return Where([eastern], [], remote=False)
    for piece in _APART.split(text)[:_MOST]:
        remote = _REMOTE.search(piece) is not None
        rest = _MANNER.sub(" ", _REMOTE.sub(" ", piece).strip(EDGES)).strip(EDGES)
        rest = _IN.sub("", _ZONE.sub(" ", rest).strip(EDGES) if remote else rest, count=1)
        where = where._replace(remote=where.remote or remote)
        for place in read_places(rest, "remote_scope" if remote else role):
            if place not in (found := where.scope if remote else where.locations):
                found.append(place)
    return _countries_to_scope(where) if where.remote else where


def _countries_to_scope(where: Where) -> Where:
    """``Remote - US or Canada``: beside remote work, a mere country is where one may live."""
    mere = [place for place in where.locations if not (place["city"] or place["region"])]
    offices = [place for place in where.locations if place not in mere]
    return Where(offices, where.scope + [place | {"role": "remote_scope"} for place in mere], remote=True)


def _without_label(text: str) -> str:
    label = _label().match(folded(text))
    return text[label.end() :] if label else text


@cache
def _label() -> re.Pattern[str]:
    labels = any_of(word_list("towns")["labels"])
    return re.compile(rf"\s*(?:{labels}\s?[:\uff1a]|(?:\u0433|\u043c|\u0433\u0440)\.)\s*")
