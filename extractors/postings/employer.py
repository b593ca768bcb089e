"""Whose page it is: the employer, where a posting does not name one."""

from __future__ import annotations

import re

from extractors.postings.document import Document
from extractors.postings.loose_json import read_json
from extractors.postings.names import company_key, company_name
from extractors.postings.values import nodes_in, text_of, types_of

_ORGANISATIONS = {"Organization", "Corporation", "LocalBusiness", "EducationalOrganization", "GovernmentOrganization"}
_APART = re.compile(r"\s+[|\u2013—·•»-]\s+|\s*\|\s*")
_RIGHTS = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:copyright\s*)?(?:\d{4}(?:\s*[-\u2013]\s*\d{4})?)?\s*(?:by\s+)?([^.|©,\n\d]{2,60})",
    re.IGNORECASE,
)
_HIRING = re.compile(r"^(.{2,60}?) (?:is hiring|hiring) ", re.IGNORECASE)
_LONGEST = 60
_MOST_TEXT = 8_000
_MOST_WORDS = 5
_WORD = re.compile(r"[^\W_][\w&'.-]*(?<![.])")


def employer_of(document: Document) -> str | None:
    """By what the page says of its organisation, its site's name, the end of its title, or its notice of rights."""
    for said in (
        _organisation(document),
        document.metadata.open_graph.get("site_name"),
        _in_title(document),
        _rights(document),
    ):
        name = company_name(said or "")
        if name and len(name) <= _LONGEST and company_key(name):
            return name
    return None


def employer_of_board(tenant: str, text: str) -> str | None:
    """The name of a board's employer, as the text writes it (``acmelabs``: ``Acme Labs``), else by the tenant."""
    wanted = company_key(tenant)
    words = _WORD.findall(text[:_MOST_TEXT])
    for start, word in enumerate(words):
        if word[0].isupper() and wanted.startswith(company_key(word) or "?"):
            names = (" ".join(words[start : start + count]) for count in range(1, _MOST_WORDS + 1))
            found = next((name for name in names if company_key(name) == wanted), None)
            if found:
                return found
    parts = [part for part in re.split(r"[-_. ]+", tenant) if part]
    return " ".join(part[0].upper() + part[1:] for part in parts) or None


def _organisation(document: Document) -> str | None:
    if document.tree is None or b"Organization" not in document.bytes:
        return None
    for script in document.tree.css('script[type*="ld+json" i]'):
        for value in read_json(script.text()):
            for node in nodes_in(value):
                if types_of(node) & _ORGANISATIONS and (name := text_of(node.get("name"))):
                    return name
    return None


def _in_title(document: Document) -> str | None:
    title = document.metadata.title or ""
    hiring = _HIRING.match(title)
    if hiring:
        return hiring[1]
    parts = [part for part in _APART.split(title) if part]
    return parts[-1] if len(parts) > 1 else None


def _rights(document: Document) -> str | None:
    found = [match for line in document.text.splitlines()[-60:] if (match := _RIGHTS.search(line))]
    return found[-1][1].strip() if found else None
