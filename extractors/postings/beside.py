"""The employer that a page names beside the posting's title, where the site is another's: a board's, an agency's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from extractors.postings.document import Document
from extractors.postings.labels import pieces
from extractors.postings.markup import words_in
from extractors.postings.names import bare_name, company_key, has_legal_form
from extractors.postings.page_lines import ASIDE, CONTENT, Line
from extractors.postings.vocabulary import plain

_ABOVE, _BELOW = 5, 6
"""Lines above and below the title where the employer's name stands."""
_LONGEST = 60
_MOST_LINKS = 60
_MOST_TEXT = 600
_CAPITALS = re.compile(r"\b[A-Z]{2,10}\b")
_TO_EMPLOYER = "a[href*=compan i],a[href*=employer i],a[href*=firm i],a[href*=entrepris i],a[href*=empresa i]"
_STEPS = re.compile(
    r"^(?:compan(?:y|ies)|employers?|firma|firm[ey]?|unternehmen|entreprises?|empresas?|aziend[ae]|bedrijf|bedrijven|"
    r"foretag|virksomhed(?:er)?|arbeitgeber|company-?profiles?|org(?:anizations?)?)$",
    re.IGNORECASE,
)
_DASH = re.compile(r"(?<!\s)\s+-\s+")
_WITH_ACRONYM = re.compile(
    r"((?<![\w&.'\u2019-])(?:[A-Z\u00c0-\u00de][\w&.'\u2019-]+[ ,]+)"
    r"(?:(?:[A-Z\u00c0-\u00de][\w&.'\u2019-]*|of|for|and|the|in|on|de|du|des|la|del|e|y|et|f\u00fcr|und|der|di)[ ,]+)"
    r"{0,14})\(([A-Z]{2,10})\)"
)
_ORGANISED = re.compile(
    r"\b(?:academy|agency|association|authority|bank|board|bureau|cent(?:re|er)|college|commission|committee|company|"
    r"corporation|council|department|directorate|federation|force|foundation|fund|government|group|hospital|institut\w*|"
    r"laborator\w+|ltd|limited|ministry|museum|nations|office|organi[sz]ations?|police|programme|railways?|schools?|"
    r"services?|societ\w+|trust|union|universit\w+|academia|agencia|banco|comisi\w+|consejo|instituto|ministerio|"
    r"universidad\w*|agence|banque|centre|conseil|minist\w+|institut|amt|anstalt|gesellschaft|stiftung|verband)\b",
    re.IGNORECASE,
)
_AT = re.compile(r"^\W{0,3}(?:at|@|bei|chez|bij|hos|presso)\s+(\S.{1,58})$", re.IGNORECASE)


def names_beside(title: str, lines: list[Line], own_titles: list[str]) -> list[str]:
    """What stands by itself near the title, or in the page's title: an employer, a town, a team."""
    parts = [part for line in _near(title, lines) for piece in pieces(line.text) for part in _DASH.split(piece)]
    return list(dict.fromkeys([*own_titles, *(part for part in parts if len(part) <= _LONGEST)]))


def linked_employer(document: Document, names: list[str]) -> str | None:
    """The one of the names that links to its own page on the site: ``/companies/acme-labs`` for Acme Labs."""
    if document.tree is None:
        return None
    wanted = {company_key(name): name for name in names if len(company_key(name)) > 1}
    for link in document.tree.css(_TO_EMPLOYER)[:_MOST_LINKS]:
        key = company_key(words_in(link))
        if key in wanted and key in _slugs(link.attributes.get("href") or ""):
            return wanted[key]
    return None


def named_by_acronym(lines: list[Line], titles: list[str]) -> Iterator[str]:
    """``Institute of Bakers (IOB)``, where the title has but IOB."""
    known = {word for title in titles for word in _CAPITALS.findall(title)}
    for line in lines if known else ():
        if line.zone == CONTENT and "(" in line.text:
            for name, acronym in _WITH_ACRONYM.findall(line.words[:_MOST_TEXT]):
                if acronym in known and _ORGANISED.search(name):
                    yield re.sub(r"^(?:The|About)\s", "", name.strip(" ,"))


def is_firm(name: str, said_in_prose: set[str]) -> bool:
    """Whether it surely is one: by its legal form, or since a paragraph says what it is or does."""
    return company_key(name) in said_in_prose or has_legal_form(name)


def _near(title: str, lines: list[Line]) -> Iterator[Line]:
    wanted = plain(title)
    for index, line in enumerate(lines):
        if line.zone == CONTENT and len(line.text) <= 2 * len(title) + _LONGEST and plain(line.words) == wanted:
            around = lines[max(0, index - _ABOVE) : index] + lines[index + 1 : index + 1 + _BELOW]
            yield from (one for one in around if one.zone in (CONTENT, ASIDE) and len(one.text) <= 3 * _LONGEST)


def names_behind(title: str, own_titles: list[str]) -> list[str]:
    """``Baker at Acme``, where the title is Baker."""
    ends = (own[len(title) :] for own in own_titles if title and own.startswith(title))
    return [match[1] for end in ends if (match := _AT.match(end))]


def _slugs(link: str) -> set[str]:
    """The steps behind one that says that employers are below it."""
    steps = [step for step in unquote(urlsplit(link).path).split("/") if step]
    behind = (steps[place + 1] for place, step in enumerate(steps[:-1]) if _STEPS.match(step))
    return {bare_name(step) for step in behind}
