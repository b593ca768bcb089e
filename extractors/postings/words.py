"""Words of postings that have a fixed meaning: kinds of employment, periods of pay."""

from __future__ import annotations

import re
from typing import Any

from extractors.postings.values import as_list, text_of

_EMPLOYMENT = {
    "FULL_TIME": "full time,fulltime,full-time employment,ft,vollzeit,temps plein,tiempo completo,jornada completa,"
    "tempo pieno,tempo integral,voltijd,fulltids,heltid,plný úvazek,pełny etat",
    "PART_TIME": "part time,parttime,part-time employment,pt,teilzeit,temps partiel,tiempo parcial,media jornada,"
    "tempo parziale,meio período,deeltijd,deltid,częściowy etat",
    "CONTRACTOR": "contractor,contract,contract to hire,freelance,freelancer,b2b,independent contractor,freiberuflich",
    "TEMPORARY": "temporary,temp,seasonal,fixed term,fixed term contract,befristet,cdd,interim,tijdelijk,saisonal",
    "INTERN": "intern,internship,trainee,praktikum,werkstudent,stage,prácticas,stagiaire,tirocinio,estágio",
    "VOLUNTEER": "volunteer,voluntary,ehrenamt,bénévolat",
    "PER_DIEM": "per diem,perdiem,daily hire",
    "OTHER": "other,sonstige,autre,otro",
}
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


_EMPLOYMENT_WORDS = _index(_EMPLOYMENT)
_PERIOD_WORDS = _index(_PERIODS)


def employment_types(value: Any) -> list[str]:
    """schema.org's words for what the page says, each once; words with another meaning (``Permanent``) go."""
    said = (text_of(one) or "" for one in as_list(value))
    words = (word.rpartition("/")[2] if "://" in text else word for text in said for word in _split(text))
    meanings = (_EMPLOYMENT_WORDS.get(_folded(word)) for word in words)
    return list(dict.fromkeys(filter(None, meanings)))


def _split(text: str) -> list[str]:
    return [text] if "://" in text else re.split(r"[,;/|&+]|\band\b|\bor\b", text)


def period(value: Any) -> str | None:
    """``hour``, ``day``, ``week``, ``month`` or ``year``, for ``HOUR``, ``per hour``, ``Hourly`` or ``HUR``."""
    word = _folded(text_of(value) or "")
    return _PERIOD_WORDS.get(word) or _PERIOD_WORDS.get(re.sub(r"^(per|a|pro|par|por|je)\s+", "", word))
