"""What stands in the place of a page without a vendor's sign: captchas, refusals, logins, errors."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from selectolax.lexbor import LexborNode

from extractors.blocked import rules, words
from extractors.blocked.evidence import quote, verdict
from extractors.blocked.seen import Facts, plain
from schemas.verdicts import OK, Kind, Verdict

LITTLE = 700
"""Characters that a page shows, with the status of a page, that is a captcha, a refusal or a login."""
SHORT = 600
"""Characters of an error page that has no heading to say so."""
SMALL = 1500
"""Characters that an error shows that says no more than that it refuses."""
LONG_ENOUGH = 15
"""A phrase of so many characters may be the beginning of a longer title; a shorter one is all of it."""
MOST_HEADINGS = 10
_BETWEEN = re.compile(r"(?<!\s)\s+[-|\u2013\u2014·•»:]+\s+|:\s+|(?<!\s)\s*\|\s*")
_FIELDS = "input, textarea, select"
_NOT_FILLED_IN = frozenset({"hidden", "submit", "button", "image", "reset", "checkbox", "radio"})
_PASSWORD = re.compile(rb"type\s*=\s*[\"']?password")
_ENDS = "!.?… "


def redirect(facts: Facts) -> Verdict:
    """A redirect to a login or a captcha is a wall; any other is an answer."""
    location = facts.seen.headers.get("location", "").strip()
    here, there = _split(facts.seen.url), _split(location)
    if here is None or there is None:
        return OK
    host, parts = there.netloc.lower(), _parts(there)
    sign = f"status {facts.status}, a redirect to {quote(location)}"
    for name, by in rules.CAPTCHA_HOSTS.items():
        if host == name or host.endswith("." + name):
            return verdict(Kind.CAPTCHA, by, sign)
    asks = parts & words.CAPTCHA_SEGMENTS or there.path.lower().startswith(words.CAPTCHA_PATHS)
    if asks and not _parts(here) & words.CAPTCHA_SEGMENTS:
        return verdict(Kind.CAPTCHA, None, sign)
    if _is_login(there) and not _is_login(here):
        return verdict(Kind.LOGIN_WALL, None, sign)
    return OK


def captcha(facts: Facts) -> Verdict | None:
    """A page that has a captcha, and asks for nothing but that it is solved."""
    signs = [(sign, by) for sign, by in rules.CAPTCHAS if sign in facts.low]
    if not signs or not (any(stem in facts.low for stem in words.ASKING_STEMS) or _refusing(facts.title)):
        return None
    if not facts.html or len(facts.text) >= (LITTLE if facts.good else SMALL):
        return None
    # What people read may speak of captchas, too.
    found = next((one for one in signs if facts.low.count(one[0]) > facts.text.count(one[0].decode())), None)
    said = next((one for one in words.ASKS_FOR_PEOPLE if one in facts.text or one in facts.title), None)
    said = said or _refusing(facts.title)
    if found is None or said is None or any("captcha" not in _name(field) for field in _fields(facts)):
        return None
    sign, by = found
    return verdict(Kind.CAPTCHA, by or None, f"status {facts.status}", f"{sign.decode()} in its code", quote(said))


def refusal(facts: Facts) -> Verdict | None:
    """A page that says in its title that it refuses, and little more, with the status of a good one."""
    said = _refusing(facts.title)
    if said is None or not facts.slight or len(facts.text) >= LITTLE or _fields(facts):
        return None
    if not any(word in facts.text for word in words.REFUSING_WORDS):
        return None
    kind = Kind.RATE_LIMITED if said.startswith(words.TOO_OFTEN) else Kind.SOFT_BLOCK
    return verdict(kind, None, f"status {facts.status}", f"title {quote(facts.title)}", _length(facts))


def login(facts: Facts) -> Verdict | None:
    """A page that is a form for a password and nothing else, where something else was asked for."""
    if not _PASSWORD.search(facts.low) or not facts.slight or len(facts.text) >= LITTLE:
        return None
    url = _split(facts.seen.url)
    passwords = [field for field in _fields(facts) if (field.attributes.get("type") or "").lower() == "password"]
    # Two are a form to sign up.
    if len(passwords) != 1 or url is None or _is_login(url):
        return None
    return verdict(Kind.LOGIN_WALL, None, f"status {facts.status}", "a form for a password", _length(facts))


def refused(facts: Facts) -> Verdict | None:
    """Of an error without a vendor's sign: what its status and its words say."""
    status = f"status {facts.status}"
    if facts.status == 401:
        return verdict(Kind.LOGIN_WALL, None, status)
    if facts.status not in rules.REFUSED or not facts.textual or len(facts.text) >= SMALL:
        return None
    said = _refusing(facts.title) or next(filter(None, map(_refusing, _headings(facts))), None)
    if said and said.startswith(words.TOO_OFTEN):
        return verdict(Kind.RATE_LIMITED, None, status, quote(said))
    if said:
        return verdict(Kind.BLOCKED, None, status, quote(said))
    return verdict(Kind.BLOCKED, None, status, _length(facts)) if facts.status == 403 else None


def error_title(facts: Facts) -> bool:
    """Whether a part of the title says all of an error."""
    return bool(facts.title) and not words.ERROR_TITLES.isdisjoint(_segments(facts.title))


def error_page(facts: Facts) -> Verdict | None:
    """An error with the status of a page: its title says so, and a heading too, or hardly anything else is there."""
    if not facts.html:
        return None
    heading = next((text for text in _headings(facts) if _is_error(text)), None)
    if heading is None and len(facts.text) >= SHORT:
        return None
    signs = [f"heading {quote(heading)}"] if heading else [_length(facts)]
    return verdict(Kind.ERROR_PAGE, None, f"status {facts.status}", f"title {quote(facts.title)}", *signs)


def _is_error(heading: str) -> bool:
    # A number alone may be what a page is about.
    return not heading.isdigit() and any(part in words.ERROR_TITLES for part in (heading, *_segments(heading)))


def _segments(title: str) -> list[str]:
    return [part.strip(_ENDS) for part in (title, *_BETWEEN.split(title))]


def _refusing(title: str) -> str | None:
    for part in _segments(title):
        for phrase in words.REFUSALS:
            if part == phrase or (len(phrase) >= LONG_ENOUGH and part.startswith(phrase)):
                return part
    return None


def _headings(facts: Facts) -> list[str]:
    if not facts.html:
        return []
    return [plain(node.text(deep=True)).strip(_ENDS) for node in facts.tree.css("h1, h2")[:MOST_HEADINGS]]


def _fields(facts: Facts) -> list[LexborNode]:
    """What a person would fill in."""
    fields = facts.tree.css(_FIELDS)
    return [field for field in fields if (field.attributes.get("type") or "").lower() not in _NOT_FILLED_IN]


def _name(field: LexborNode) -> str:
    return " ".join(field.attributes.get(name) or "" for name in ("name", "id", "class")).lower()


def _length(facts: Facts) -> str:
    return f"{len(facts.text)} characters to see"


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _parts(url: SplitResult) -> set[str]:
    return set(url.path.lower().split("/"))


def _is_login(url: SplitResult) -> bool:
    return url.netloc.lower().startswith(words.LOGIN_HOSTS) or bool(_parts(url) & words.LOGIN_SEGMENTS)
