"""Words of postings that have a fixed meaning: periods of pay, and the lists in the files beside the modules."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from extractors.postings.values import text_of

REMEMBERED = 4096
"""So many short texts have what was made of them remembered: the lines of one page are asked about several times."""
_PERIODS = {
    "hour": "hour,hourly,hr,hrs,hur,h,stunde,heure,hora,ora,uur,pt1h",
    "day": "day,daily,d,tag,jour,día,giorno,dag,p1d",
    "week": "week,weekly,wk,wee,woche,semaine,semana,settimana,p1w",
    "month": "month,monthly,mo,mon,mth,pm,monat,mois,mes,mese,mês,maand,měsíc,miesiąc,p1m",
    "year": "year,yearly,yr,ann,annual,annually,annum,pa,jahr,an,année,año,anno,ano,jaar,rok,p1y",
}


def _index(words: dict[str, str]) -> dict[str, str]:
    return {folded(word): meaning for meaning, line in words.items() for word in [meaning, *line.split(",")]}


def folded(word: str) -> str:
    """Words without capitals and punctuation, to compare them."""
    return re.sub(r"[\W_]+", " ", word.casefold()).strip()


_PERIOD_WORDS = _index(_PERIODS)


def period(value: Any) -> str | None:
    """``hour``, ``day``, ``week``, ``month`` or ``year``, for ``HOUR``, ``per hour``, ``Hourly`` or ``HUR``."""
    word = folded(text_of(value) or "")
    return _PERIOD_WORDS.get(word) or _PERIOD_WORDS.get(re.sub(r"^(per|a|pro|par|por|je)\s+", "", word))


@cache
def word_list(name: str, package: str = __package__) -> dict[str, Any]:
    """What ``name.json`` of the package holds: read once, and shared by all who ask."""
    content: dict[str, Any] = orjson.loads(files(package).joinpath(f"{name}.json").read_bytes())
    return content
