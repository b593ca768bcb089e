"""Words of postings that have a fixed meaning: periods of pay."""

from __future__ import annotations

import re
from typing import Any

from extractors.postings.values import text_of

_PERIODS = {
    "hour": "hour,hourly,hr,hrs,hur,h,stunde,heure,hora,ora,uur,pt1h",
    "day": "day,daily,d,tag,jour,día,giorno,dag,p1d",
    "week": "week,weekly,wk,wee,woche,semaine,semana,settimana,p1w",
    "month": "month,monthly,mo,mon,mth,pm,monat,mois,mes,mese,mês,maand,měsíc,miesiąc,p1m",
    "year": "year,yearly,yr,ann,annual,annually,annum,pa,jahr,an,année,año,anno,ano,jaar,rok,p1y",
}


def _index(words: dict[str, str]) -> dict[str, str]:
    return {_folded(word): meaning for meaning, line in words.items() for word in [meaning, *line.split(",")]}


def _folded(word: str) -> str:
    return re.sub(r"[\W_]+", " ", word.casefold()).strip()


_PERIOD_WORDS = _index(_PERIODS)


def period(value: Any) -> str | None:
    """``hour``, ``day``, ``week``, ``month`` or ``year``, for ``HOUR``, ``per hour``, ``Hourly`` or ``HUR``."""
    word = _folded(text_of(value) or "")
    return _PERIOD_WORDS.get(word) or _PERIOD_WORDS.get(re.sub(r"^(per|a|pro|par|por|je)\s+", "", word))
