"""The languages that browsers ask for, by the country where they are used. No Scrapy."""

from __future__ import annotations

from crawler.fetch.browsers import Engine

AMERICAN = ("en-US", "en")
# The first language of browsers that are sold there; where it is English of America, or is not known, none.
_FIRST = {
    name[-2:]: name
    for name in """
    ar-AE es-AR de-AT en-AU bs-BA nl-BE bg-BG es-BO pt-BR ru-BY en-CA de-CH es-CL zh-CN es-CO es-CR el-CY cs-CZ de-DE
    da-DK es-DO fr-DZ es-EC et-EE ar-EG es-ES fi-FI fr-FR en-GB ka-GE el-GR es-GT zh-HK hr-HR hu-HU id-ID en-IE he-IL
    en-IN fa-IR is-IS it-IT ar-JO ja-JP ko-KR ar-KW ru-KZ lt-LT fr-LU lv-LV fr-MA ro-MD es-MX en-MY nl-NL nb-NO en-NZ
    es-PA es-PE en-PH en-PK pl-PL pt-PT es-PY ar-QA ro-RO sr-RS ru-RU ar-SA sv-SE en-SG sl-SI sk-SK th-TH fr-TN tr-TR
    zh-TW uk-UA es-UY es-VE vi-VN en-ZA
    """.split()  # noqa: SIM905 - a list of words, not of quotes
}


def languages_of(engine: Engine, country: str = "") -> str:
    """The header Accept-Language of a browser in a country (two letters; empty: the USA)."""
    first = _FIRST.get(country.upper())
    if first is None:
        return _weighed(engine, AMERICAN)
    language = first.partition("-")[0]
    if engine == "Safari":
        return _weighed(engine, (first, language))
    others = (*AMERICAN[:1], "en") if language == "en" else (language, *AMERICAN)
    return _weighed(engine, tuple(dict.fromkeys((first, *others))))


def _weighed(engine: Engine, names: tuple[str, ...]) -> str:
    """Firefox spreads its weights evenly; the others take a tenth away for each."""
    parts = names[:1]
    for place, name in enumerate(names[1:], start=1):
        weight = 1 - place / len(names) if engine == "Firefox" else 1 - place / 10
        parts += (f"{name};q={weight + 1e-9:.1f}",)
    return ",".join(parts)
