"""Whose page it is: the employer, where a posting does not name one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from extractors.postings.beside import is_firm, linked_employer, named_by_acronym, names_behind, names_beside
from extractors.postings.document import Document
from extractors.postings.heading import page_titles
from extractors.postings.loose_json import read_json
from extractors.postings.markup import words_in
from extractors.postings.names import company_key, company_name
from extractors.postings.object_signs import is_about_jobs
from extractors.postings.page_lines import CONTENT, MENU, Line
from extractors.postings.place_text import read_where
from extractors.postings.values import nodes_in, text_of, types_of
from extractors.postings.vocabulary import meanings, plain, words

_ORGANISATIONS = {"Organization", "Corporation", "LocalBusiness", "EducationalOrganization", "GovernmentOrganization"}
_APART = re.compile(r"(?<!\s)\s+[|\u2013\u2014\u00b7\u2022\u00bb-]\s+|(?<!\s)\s*[|\uff5c]\s*")
_RIGHTS = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:copyright\s*)?(?:\d{4}(?:\s*[-\u2013]\s*\d{4})?)?\s*,?\s*(?:by\s+)?"
    r"((?:[^.|©,\n\d]|\.(?=\w)|(?<=\.\w)\.){2,60})",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(r"(?<!\s)\s+(?:[-\u2013|]\s|all rights|alle rechte|tous droits|todos los)", re.IGNORECASE)
_HIRING = re.compile(r"^(.{2,60}?) (?:is hiring|hiring|sucht|recrute|zoekt|s\u00f6ker|s\u00f8ger) ", re.IGNORECASE)
_JOBS_AT = re.compile(r"(?:^|\s)(?:careers?|jobs?|work|join|karriere|life|vacancies) (?:at|with|bei|@|chez)?\s*(\S.*)$")
_JOBS_BEFORE = re.compile(r"^(?:careers?|jobs?|karriere|recruitment)\s+", re.IGNORECASE)
_ABOUT = re.compile(
    r"^(?:about|\u00fcber|about us at|qui est|who is|acerca de|sobre|om|over)\s+(\S.{1,50})$", re.IGNORECASE
)
_SAYS = re.compile(
    r"^(?:at )?([A-Z\u00c0-\u00de\d][\w&.'\u2019-]*(?: [A-Z\u00c0-\u00de\d&][\w&.'\u2019-]*){0,4})"
    r"(?:, (?:inc|llc|ltd)\.?)? "
    r"(is|are|was|sucht|ist|recrute|recherche|est|busca|es|zoekt|s\u00f6ker|s\u00f8ger|er|\u00e4r|hled\u00e1|je) ",
)
_ONLY_IN = {"es": ("es", "ca"), "er": ("da", "no", "nb", "nn"), "je": ("cs", "sk", "sl", "hr", "sr", "bs")}
"""Words for ``is`` that mean something else in other languages."""
_NAMING = (
    "[class*=company-name i],[class*=companyname i],[class*=employer-name i],[class*=company_name i],"
    "[class*=org-name i],[data-company],[class*=employername i],[class*=topcard__org]"
)
_BOARD = re.compile(
    r"\bjobs?|jobs?\b|jobsin|career|vacanc|stellen(?:markt|angebot|anzeig)|jobborse|emplois?\b|empleos?\b|vagas\b"
)
_CODE = re.compile(r"[^,] [A-Z]{2}$")
_LONGEST, _LONGEST_INSTITUTION = 60, 100
_MOST_TEXT = 8_000
_MOST_TITLE = 400
_SHORTEST_HOST = 3
_OF_HOSTS = frozenset({"www", "jobs", "careers", "career", "karriere", "co", "com", "org", "net", "ac", "gov", "gob"})
_MOST_WORDS = 5
_WORD = re.compile(r"[^\W_][\w&'.-]*(?<![.])")
_NOT_A_NAME = re.compile(
    r"^(?:https?:|www\.)|^(?:all|the|this|you|we|our|your|it|he|she|there|here|what|who|how|as|in|if|a|an|no|yes|new|"
    r"home|page|copyright|all rights?|rights|reserved|website|company|about|team|role|position|job|us|benefits?)\b\W*$",
    re.IGNORECASE,
)


def employer_of(document: Document, title: str = "", lines: list[Line] | None = None) -> str | None:
    """By what the page says of its organisation, its site's name, its title, its notice of rights, and its prose.

    What the host's name has too, or two places of the page say, comes first. ``title`` is the posting's.
    """
    marked = _name(_marked(document), title)
    if marked:
        return marked
    prose = _names(_in_prose(lines or [], title, document.metadata.language or ""), title)
    site = _of_site(document, title, lines or [], prose)
    beside = _beside(document, title, lines or [], site, prose)
    return beside or (site if site and not _is_board(site, prose) else None)


def _of_site(document: Document, title: str, lines: list[Line], prose: list[str]) -> str | None:
    sure = _names(_said(document, title, lines), title)
    host = company_key((urlsplit(document.url).hostname or "").removeprefix("www."))
    for name in sure + prose:
        key = company_key(name)
        if len(key) > 2 and len(host) > 3 and host.startswith(key):
            return name
    keys = [company_key(name) for name in sure + prose]
    twice = (name for name in sure if keys.count(company_key(name)) > 1)
    used = (name for name in prose if _is_used(name, lines))
    return next(twice, None) or next(iter(sure), None) or next(used, None) or _in_host(document, lines)


def _is_used(name: str, lines: list[Line]) -> bool:
    """Whether a sentence names it in its midst: any word begins with a capital at the beginning of one."""
    within = re.compile(rf"[^\W\d_A-Z][,;:]? {re.escape(name)}(?!\w)")
    return is_firm(name, set()) or any(within.search(line.words) for line in _sentences(lines))


def _sentences(lines: list[Line]) -> Iterator[Line]:
    return (line for line in lines if line.zone == CONTENT and len(line.text) > _LONGEST)


def _beside(document: Document, title: str, lines: list[Line], site: str | None, prose: list[str]) -> str | None:
    """Whom the page names beside the title, if that is not whose site it is, as on a board; None where none is sure."""
    own_titles = page_titles(document)
    institutions = [one for one in named_by_acronym(lines, [title, *own_titles]) if len(one) <= _LONGEST_INSTITUTION]
    behind = _names(names_behind(title, own_titles), title) + institutions
    named = behind + _names(names_beside(title, lines, own_titles), title)
    said = {company_key(name) for name in prose}
    own = company_key(site or "")
    linked = linked_employer(document, named)
    if linked or own in said:
        return linked
    firms = (name for name in named if (name in behind or is_firm(name, said)) and not _is_place(name))
    return next((name for name in firms if not own or own not in company_key(name)), None)


def _is_board(name: str, prose: list[str]) -> bool:
    """Whether a site's name says that it lists jobs, and nothing on the page says that it has some of its own."""
    return _BOARD.search(plain(name)) is not None and company_key(name) not in {company_key(one) for one in prose}


def _names(said: Iterable[str | None], title: str) -> list[str]:
    return [name for one in said if (name := _name(one, title))]


def _is_place(name: str) -> bool:
    """A name may end like a country's code: ``Acme AI``."""
    return not _CODE.search(name) and any(place["country"] or place["region"] for place in read_where(name).locations)


def _said(document: Document, title: str, lines: list[Line]) -> Iterator[str | None]:
    yield _organisation(document)
    yield _in_title(document, title)
    yield document.metadata.open_graph.get("site_name")
    yield _rights(document, lines)


def _name(said: str | None, title: str) -> str | None:
    """A name of a firm; None for what else stands in such places: a menu's words, an address, the posting's title."""
    name = company_name(said or "")
    if not name or len(name) > _LONGEST or not company_key(name) or _NOT_A_NAME.search(name):
        return None
    if _NOT_A_NAME.search(company_key(name)) or (name.islower() and " " in name):
        return None  # the company, our team
    bare = plain(name)
    if bare in words("generic") or bare in words("headings") or bare in meanings() or bare in words("noise"):
        return None
    if title and (bare == plain(title) or bare in plain(title).split(" at ")[:1]):
        return None
    return name


def employer_of_board(tenant: str, text: str) -> str | None:
    """The name of a board's employer, as the text writes it (``acmelabs``: ``Acme Labs``), else by the tenant."""
    written = _as_written(tenant, text)
    parts = [part for part in re.split(r"[-_. ]+", tenant) if part]
    return written or " ".join(part[0].upper() + part[1:] for part in parts) or None


def _as_written(wanted: str, text: str) -> str | None:
    """A name as the text writes it, from a word of small letters."""
    wanted = company_key(wanted)
    found_words = _WORD.findall(text[:_MOST_TEXT])
    for start, word in enumerate(found_words):
        if word[0].isupper() and wanted.startswith(company_key(word) or "?"):
            names = (" ".join(found_words[start : start + count]) for count in range(1, _MOST_WORDS + 1))
            found = next((name for name in names if company_key(name) == wanted), None)
            if found:
                return found
    return None


def _in_host(document: Document, lines: list[Line]) -> str | None:
    """The name of the host, where sentences of the page have it."""
    labels = [part for part in (urlsplit(document.url).hostname or "").split(".")[:-1] if part not in _OF_HOSTS]
    prose = "\n".join(line.words for line in _sentences(lines))
    found = (_as_written(label, prose) for label in labels[-1:] if len(label) > _SHORTEST_HOST)
    return next(filter(None, found), None)


def _marked(document: Document) -> str | None:
    """An element that is named for it, of which there is but one name: a list of postings has several."""
    if document.tree is None:
        return None
    names = [words_in(node) for node in document.tree.css(_NAMING)[:12]]
    names = [name for name in dict.fromkeys(names) if name]
    return names[0] if len(names) == 1 else None


def _organisation(document: Document) -> str | None:
    if document.tree is None or b"Organization" not in document.bytes:
        return None
    for script in document.tree.css('script[type*="ld+json" i]'):
        for value in read_json(script.text()):
            for node in nodes_in(value):
                if types_of(node) & _ORGANISATIONS and (name := text_of(node.get("name"))):
                    return name
    return None


def _in_title(document: Document, title: str) -> str | None:
    """``Baker | Acme``, ``Acme - Baker``, ``Acme is hiring a baker``, ``Baker - Careers at Acme``."""
    own = " ".join((document.metadata.title or document.metadata.open_graph.get("title") or "")[:_MOST_TITLE].split())
    hiring = _HIRING.match(own)
    if hiring:
        return hiring[1]
    wanted = plain(title)
    parts = [part.strip() for part in _APART.split(own) if part.strip()]
    if len(parts) < 2 and not is_about_jobs(own):
        return None
    rest = [part for part in parts if plain(part) not in wanted and wanted not in plain(part)] if wanted else parts[1:]
    for part in reversed(rest):
        if plain(part) in words("generic"):
            continue
        named = _JOBS_AT.search(part) if is_about_jobs(part) else None
        if _name(named[1] if named else part, title):
            return _JOBS_BEFORE.sub("", named[1] if named else part)
    return None


def _rights(document: Document, lines: list[Line]) -> str | None:
    texts = [line.words for line in lines if line.zone == MENU or "©" in line.text] or document.text.splitlines()[-60:]
    found = [match for text in texts[-60:] if len(text) < 400 and (match := _RIGHTS.search(text))]
    return _before_rights(found[-1][1]) if found else None


def _before_rights(text: str) -> str:
    """``Acme - All rights reserved`` is Acme."""
    return _AFTER_NAME.split(text)[0].strip(" \u2027\u2022\u00b7")


def _in_prose(lines: list[Line], title: str, language: str) -> Iterator[str]:
    """``About Acme``, a section; ``Acme is a bakery``, the first words of a paragraph."""
    content = [line.words for line in lines if line.zone != MENU]
    for text in content:
        about = _ABOUT.match(text) if len(text) <= _LONGEST else None
        if about and plain(about[1]).split()[:1] not in (["the"], ["this"], ["our"], ["you"], ["us"]):
            yield about[1].rstrip(":!. ")
    for text in content:
        says = _SAYS.match(text) if len(text) > _LONGEST else None
        if says and plain(says[1]) not in plain(title) and language[:2] in _ONLY_IN.get(says[2], (language[:2],)):
            yield says[1]
