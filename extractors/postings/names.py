"""Titles of postings and names of employers, without what sites put around them."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

from extractors.postings.words import REMEMBERED

_MOST = 500
_BEFORE_TITLE = re.compile(
    r"^(?:job application(?: for)?|apply (?:now )?(?:for|to)|apply now|application for|"
    r"job(?: opening| posting| offer| vacancy| details?| description| ad(?:vert)?)?|(?:current|job) openings?|"
    r"open positions?|"
    r"career opportunit(?:y|ies)|careers?|jobs|vacancy|now hiring|we(?:'|\u2019)?re hiring|we are hiring|hiring|"
    r"open position|position|stellenangebot|"
    r"stellenanzeige|job als|offre d(?:'|\u2019)emploi|offre|emploi|oferta de (?:empleo|trabajo)|oferta pracy|"
    r"vacature|"
    r"ledigt jobb|ledig stilling|vaga(?: de emprego)?|offerta di lavoro|pracovn\u00ed nab\u00eddka|"
    r"nab\u00eddka pr\u00e1ce|\u0432\u0430\u043a\u0430\u043d\u0441\u0438\u044f)"
    r"(?:\s*:\s*|\s+[\u2013\u2014|-]\s+|(?<=for)\s+|(?<=to)\s+|(?<=als)\s+|"
    r"(?<=vacature)\s+|(?<=stellenangebot)\s+|(?<=stellenanzeige)\s+|(?<=d.emploi)\s+|"
    r"(?<=\u0432\u0430\u043a\u0430\u043d\u0441\u0438\u044f)\s+)",
    re.IGNORECASE,
)
_APART = re.compile(r" [\u2022\u00b7\u2013\u2014\u00bb-] | ?[|\uff5c] ?")
_NUMBER = re.compile(
    r"(?:job|req\w{0,10}|ref\w{0,7}|vacancy|position|stellen)[ -]?(?:id|no|number|nr|code|"
    r"nummer)?[.:# ]{1,3}[A-Z]{0,4}-?\d{3,12}",
    re.IGNORECASE,
)
_JOB_IN = re.compile(r" jobs? in (?=[^\W\d_a-z])[^|]{2,80}$")
_SITE_WORDS = re.compile(
    r"(?:^| )(?:careers?|jobs?|job board|vacancies|vacatures|karriere|stellenangebote|recrutement|emplois?|empleos?|"
    r"lavora con noi|kariera|praca|job search|job details?|apply now|"
    r"current openings?|open positions?|ziprecruiter|simplyhired|careerbuilder|wellfound|totaljobs|infojobs|"
    r"naukri(?:\.com)?|"
    r"welcome to the jungle|remotive|we work remotely|\u63a1\u7528\u60c5\u5831|\u63a1\u7528\u30b5\u30a4\u30c8|"
    r"\u63a1\u7528|\u6c42\u4eba(?:\u60c5\u5831)?|\u62db\u8058|\ucc44\uc6a9|linkedin|indeed(?:\.com)?|glassdoor|"
    r"stepstone|"
    r"xing|"
    r"greenhouse|lever|workable|smartrecruiters|ashby|personio|teamtailor|recruitee|bamboohr|jobvite|icims|monster)"
    r"(?=$| (?:at|bei|in|by|chez|von|en) )",
    re.IGNORECASE,
)
"""A part of a title that ends with one of them, or goes on with ``at`` and a name, is the site's."""
_AT = re.compile(r" (?:at|bei|chez|en|w|@|hos|bij|presso) ", re.IGNORECASE)
_MOST_ATS = 5
_HIRING = re.compile(
    r"^(.{2,80}?)\s+(?:is hiring|hiring|sucht|recrute|busca|zoekt|s\u00f6ker|"
    r"s\u00f8ger)\s+(?:an?\s+)?(.{2,200}?)(?:\s+in\s+.+)?$"
)
_LEGAL = re.compile(
    r"(?<![\s,])[\s,]+(?:inc|incorporated|llc|l\.l\.c|llp|lp|ltd|limited|plc|corp|corporation|co|company|"
    r"gmbh(?: & co\.? kgaa?)?|ag|kgaa?|"
    r"ug|e\.?v|se|sa|s\.a|sas|s\.a\.s|sarl|s\.\u00e0\.r\.l|sl|s\.l|s\.?l\.?u|s\.?p\.?a|s\.?r\.?l|b\.?v|n\.?v|a/?s|"
    r"aps|ab|oyj?|asa|"
    r"s\.?r\.?o|a\.s|z\.? ?o\.? ?o|sp\.? ?z\.? ?o\.? ?o|sp\.? ?j|kft|zrt|d\.?o\.?o|e?ood|ead|ltda|s\.?a\.? de c\.?v|"
    r"kg|o\u00fc|uab|sia|d\.d|pvt\.? ltd|pvt\.? limited|private limited|"
    r"pte\.? ltd|pty\.? ltd|k\.?k|\u682a\u5f0f\u4f1a\u793e|\u6709\u9650\u516c\u53f8)\.?$",
    re.IGNORECASE,
)
_SITE_ALONE = re.compile(
    r"careers?|jobs?|vacancies|karriere|current openings?|open positions?|job board|linkedin|glassdoor|indeed|xing",
    re.IGNORECASE,
)
_OWNER = re.compile(r"['\u2019]s$")
_LEGAL_AROUND = re.compile(
    r"^(?:\u682a\u5f0f\u4f1a\u793e|\u6709\u9650\u4f1a\u793e|\u5408\u540c\u4f1a\u793e|\(\u682a\)|\(\uc8fc\)|"
    r"\u3231|\u321c|\uc8fc\uc2dd\ud68c\uc0ac|"
    r"(?:\u041e\u041e\u041e|\u041e\u0410\u041e|\u0417\u0410\u041e|\u041f\u0410\u041e|\u0410\u041e|"
    r"\u0422\u041e\u0412|PT\.?)(?= ))|"
    r"(?:\u682a\u5f0f\u4f1a\u793e|\u6709\u9650\u4f1a\u793e|\u5408\u540c\u4f1a\u793e|\(\u682a\)|\(\uc8fc\)|"
    r"\uc8fc\uc2dd\ud68c\uc0ac|(?:\u80a1\u4efd)?\u6709\u9650(?:\u8d23\u4efb)?\u516c\u53f8)$"
)
"""Legal forms that stand before a name, or touch it."""
_AROUND_COMPANY = re.compile(
    r"^(?:company|employer|organi[sz]ation|firma|unternehmen|arbeitgeber|entreprise|empresa|azienda|"
    r"bedrijf)(?: name)? ?: ?|"
    r"^(?:careers? (?:at|with)|jobs? (?:at|bei|hos|en|chez)|work(?:ing)? (?:at|for)|join(?! together\b|"
    r" solutions\b)|about(?! you\b)|life at|"
    r"karriere (?:bei|hos)|werken bij|travailler chez|rejoindre|trabaja (?:en|con)|lavora (?:con|in)|jobba hos|"
    r"vagas (?:na|no|em)|(?:offres?|emplois?) chez|stellen bei|jobb? hos|vacatures bij|ofertas en|praca w|"
    r"kari\u00e9ra (?:v|ve))\s+|"
    r" (?:careers?|jobs?|karriere|recruiting|talent acquisition|hiring team|talent community|job board|"
    r"career (?:site|page|portal))$|"
    r" ?(?:\u63a1\u7528\u60c5\u5831|\u63a1\u7528\u30b5\u30a4\u30c8|\u63a1\u7528|\u62db\u8058)$",
    re.IGNORECASE,
)


def posting_title(text: str, company: str | None = None, site: str | None = None) -> str | None:
    """The title of a posting from a page's title or heading; None for nothing.

    What says that it is a job goes (``Job Application for``), and the names of the employer and the site at its end.
    Markers like ``(m/w/d)`` stay: they are part of what the employer wrote.
    """
    title = " ".join(unescape(text[: 4 * _MOST]).split())
    title = _BEFORE_TITLE.sub("", title)
    title = _from_hiring(title, company)
    title = _without_site(title, [name for name in (company, site) if name])
    return title[:_MOST].strip(" |\u2022\u00b7\u2013\u2014-") or None


def _from_hiring(title: str, company: str | None) -> str:
    """``Acme hiring Engineer in Berlin``, as some boards write it."""
    match = _HIRING.match(title) if company is not None else None
    return match[2] if match and same_company(match[1], company or "") else title


def _without_site(title: str, names: list[str]) -> str:
    parts = _APART.split(title)
    marks = _APART.findall(title)
    before = len(parts)
    while len(parts) > 1 and (_is_site(parts[-1]) or _is_one_of(parts[-1], names)):
        parts.pop()
    is_cut = len(parts) < before
    if len(parts) > 1 and _is_one_of(company_name(parts[0]) or "", names):
        parts, marks = parts[1:], marks[1:]
    title = "".join(part + mark for part, mark in zip(parts, [*marks[: len(parts) - 1], ""], strict=True))
    first, colon, rest = title.partition(": ")
    if colon and _is_one_of(first, names):
        title = rest
    return _without_at(_JOB_IN.sub("", title) if is_cut else title, names)


def _is_site(part: str) -> bool:
    return _SITE_WORDS.search(part) is not None or _NUMBER.fullmatch(part) is not None


def _without_at(title: str, names: list[str]) -> str:
    """``Baker at Acme``: without the employer, whatever else it is at."""
    for match in list(_AT.finditer(title))[-_MOST_ATS:] if names else ():
        if _is_one_of(title[match.end() :], names):
            return title[: match.start()]
    return title


def _is_one_of(part: str, names: list[str]) -> bool:
    return any(same_company(part, name) for name in names)


def company_name(text: str) -> str | None:
    """An employer's name as it writes it, legal form and all, without ``Careers at`` and ``Jobs``; None for nothing."""
    name = " ".join(text[: 4 * _MOST].split())
    parts = [part for part in _APART.split(name) if part]
    own = [part for part in parts if not _SITE_ALONE.fullmatch(part)]
    name = own[0] if len(own) == 1 < len(parts) else name
    for _ in range(2):
        name = _AROUND_COMPANY.sub("", name).strip(" |\u2022\u00b7\u2013\u2014-,:")
    name = _OWNER.sub("", name)
    return name[:_MOST] or None


@lru_cache(REMEMBERED)
def company_key(name: str) -> str:
    """What two ways to write one employer have in common: without legal form, capitals and punctuation."""
    name = _LEGAL_AROUND.sub("", " ".join(name[:_MOST].split())).strip()
    for _ in range(3):
        name = _LEGAL.sub("", name).strip(" ,.")
    return bare_name(name)


def bare_name(name: str) -> str:
    """Letters and digits alone, without capitals."""
    return re.sub(r"[\W_]+", "", name.casefold())


def has_legal_form(name: str) -> bool:
    """Whether a name says what kind of company it is: ``Acme Ltd``."""
    return company_key(name) != bare_name(name)


def same_company(one: str, other: str) -> bool:
    """Whether both name the same employer, as far as words go."""
    return bool(company_key(one)) and company_key(one) == company_key(other)
