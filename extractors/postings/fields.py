"""The fields of a posting from an object that looks like one."""

from __future__ import annotations

import re
from typing import Any

from extractors.languages import language_tag
from extractors.postings.dates import posted, valid_until
from extractors.postings.document import Document
from extractors.postings.employment import employment_types
from extractors.postings.flat import Flat, core_of, label_of, labels_of, words_of
from extractors.postings.markup import plain_text, unescaped_markup
from extractors.postings.names import company_name, posting_title
from extractors.postings.object_pay import salary_in
from extractors.postings.object_places import Places, places_in
from extractors.postings.object_text import markup_of, title_of
from extractors.postings.reading import FEED, Reading
from extractors.postings.shape import Found
from extractors.postings.skills import listed_skills
from extractors.postings.values import as_list, text_of
from schemas.addresses import join_url

Data = dict[str, Any]

_TRUE = frozenset({"1", "true", "yes", "y", "ja", "oui", "si", "tak"})
_FALSE = frozenset({"0", "false", "no", "n", "nein", "non", "nie", "unlisted", "private", "draft", "internal"})
_CLOSED = frozenset({"closed", "archived", "expired", "filled", "inactive", "unpublished", "ended", "deleted"})
_FLAGGED = frozenset({"FULL_TIME", "PART_TIME", "INTERN"})
"""Kinds of employment that a flag may say: ``"fullTime": true``."""
_MOMENTS = ("date", "date time", "iso", "timestamp", "seconds", "von", "from", "start", "start date")
_LONGEST_COMPANY = 120
_IN_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}")
_MONTHS = 12
_POOL = re.compile(r"talent[ _-]?pool")
_MEANINGS = {
    "locations": ("locations", "more_locations", "city", "region", "country"),
    "applicant_scope": ("applicant_scope", "locations", "more_locations"),
    "workplace_type": ("workplace_type", "hybrid", "remote", "locations"),
    "salary": ("salary", "salary_min", "salary_max"),
    "description_html": ("description", "sections"),
    "description_text": ("description", "sections"),
    "date_precision": ("date_posted",),
    "requisition_id": ("requisition_id", "reference"),
    "employment_types": ("employment_types", "kind"),
    "status": ("gone", "state"),
}
"""The meanings in ``shapes.json`` that a field is read from, where they have other names."""


def reading_of(found: Found, source: str, document: Document) -> Reading | None:
    """What the object says; None where it says that nobody is to see it."""
    flat = found.flat
    if is_false(flat.first("unlisted")) or _word(flat.first("state")) in _FALSE:
        return None
    company = _company(found, source)
    places = places_in(flat)
    title = title_of(flat)
    fields: Data = {
        "title": posting_title(title[0] if title else "", company),
        "company": company,
        "requisition_id": label_of(flat.first("requisition_id")) or label_of(flat.first("reference")),
        "url": _address(flat, "url", document.url),
        "apply_url": _address(flat, "apply_url", document.url),
        **_placed(places, flat),
        "employment_types": _kinds(flat),
        "salary": salary_in(flat, places.country),
        "skills": listed_skills(labels_of(flat.first("skills"))),
        **_described(flat),
        "language": language_tag(_language(flat.first("language"))),
        **_dated(flat, document),
    }
    if is_true(flat.first("gone")) or _word(flat.first("state")) in _CLOSED:
        fields["status"] = "closed"
    elif any(_POOL.fullmatch(_word(value)) for value in flat.all("kind")):
        fields["status"] = "talent_pool"
    said = {name: value for name, value in fields.items() if value not in (None, "", [])}
    return Reading(source, said, _where(said, found))


def _where(said: Data, found: Found) -> dict[str, str]:
    """Where each field stands in the data; one that was put together of several values: where the object does."""
    places, whole = found.places(), found.path or "the feed"
    where = {}
    for field in said:
        meanings = (meaning for meaning in _MEANINGS.get(field, (field,)) if _is_said(meaning, found.flat))
        names = (found.flat.name_of(meaning) for meaning in meanings)
        where[field] = next((places[name] for name in names if name is not None and name in places), whole)
    return where


def _is_said(meaning: str, flat: Flat) -> bool:
    """A flag that is not set says nothing of the workplace."""
    return meaning not in ("hybrid", "remote") or is_true(flat.first(meaning))


def is_true(value: Any) -> bool:
    """Whether a flag is set, however the site writes it."""
    return value is True or _word(value) in _TRUE


def is_false(value: Any) -> bool:
    """Whether a flag is there and not set."""
    return value is False or _word(value) in _FALSE


def _word(value: Any) -> str:
    return (text_of(value) or "").strip().lower() if not isinstance(value, bool | dict | list) else str(value).lower()


def _company(found: Found, source: str) -> str | None:
    """What the object says, else what it stands in: a feed's head names the employer."""
    said = list(found.flat.all("company"))
    for around in found.around:
        head = Flat({name: value for name, value in around.items() if not isinstance(value, list)})
        said += [*head.all("company"), around.get("name") if source == FEED else None]
    for one in said:
        name = label_of(one)
        if name and len(name) <= _LONGEST_COMPANY and not name.isdecimal():
            return company_name(name)
    return None


def _address(flat: Flat, meaning: str, base: str) -> str | None:
    """The first value that is a whole address, else the first path."""
    texts = [text for value in flat.all(meaning) for one in as_list(value) if (text := _link(one))]
    whole = [text for text in texts if text.strip().lower().startswith(("http://", "https://"))]
    paths = [text for text in texts if text.startswith("/")]
    return next((url for text in [*whole, *paths] if (url := join_url(base, text))), None)


def _link(value: Any) -> str | None:
    """An address as a text, or in an object that says no more than that: ``{"href": "/jobs/17"}``."""
    if isinstance(value, dict):
        value = next(
            (value[name] for name in ("url", "href", "@href", "link", "uri") if isinstance(value.get(name), str)), None
        )
    return value if isinstance(value, str) and value.strip() else None


def _placed(places: Places, flat: Flat) -> Data:
    kind = places.workplace
    kind = kind or next((name for name in ("hybrid", "remote") if _is_flagged(name, flat)), None)
    offices = [place | {"role": "seat"} for place in places.offices] if kind == "remote" else places.offices
    return {"locations": offices, "workplace_type": kind, "applicant_scope": places.scope}


def _is_flagged(name: str, flat: Flat) -> bool:
    """Whether the object says so, or that of its place does: ``{"location": {"city": "Bonn", "hybrid": true}}``."""
    places = (Flat(value) for value in flat.all("locations") if isinstance(value, dict))
    return any(is_true(one.first(name)) for one in (flat, *places))


def _kinds(flat: Flat) -> list[str]:
    said = (value for meaning in ("employment_types", "kind") for value in flat.all(meaning))
    flags = ([name] for name, value in flat.values.items() if value is True)
    named = [kind for value in said for kind in employment_types(labels_of(value)) or _unlabelled(value)]
    named += [kind for flag in flags for kind in employment_types(flag) if kind in _FLAGGED]
    return list(dict.fromkeys(named))


def _unlabelled(value: Any) -> list[str]:
    """Where a label says nothing: ``{"label": "SALARIED_FT", "id": "Salaried, full-time"}``."""
    nodes = (one for one in as_list(value) if isinstance(one, dict))
    texts = [text for node in nodes for text in node.values() if isinstance(text, str)]
    return [kind for kind in employment_types(texts) if kind in _FLAGGED]


def _described(flat: Flat) -> Data:
    """The description, and after it the sections that it does not hold already."""
    own = max(
        (markup_of(value) for value in flat.all("description")), key=lambda text: len(plain_text(text)), default=""
    )
    markups: list[str] = []
    texts: list[str] = []
    for part in (own, *(markup_of(value) for value in flat.all("sections"))):
        markup = unescaped_markup(part).strip()
        text = plain_text(markup)
        if text and not any(text in other for other in texts):
            markups.append(markup)
            texts.append(text)
    return {"description_html": "\n".join(markups), "description_text": "\n".join(texts)}


def _language(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("code") or value.get("id") or label_of(value)
    return (text_of(value) or "").replace("_", "-") or None


def _dated(flat: Flat, document: Document) -> Data:
    day_first = _day_first(flat)
    found = (posted(_moment(value), document.fetched, day_first=day_first) for value in flat.all("date_posted"))
    date, precision = next(filter(None, found), (None, None))
    until = _moment(flat.first("valid_through"))
    if isinstance(until, str) and _IN_NUMBERS.fullmatch(until.strip()):
        read = posted(until, day_first=day_first)
        until = read[0][:10] if read else None
    return {"date_posted": date, "date_precision": precision, "valid_through": valid_until(until, date)}


def _day_first(flat: Flat) -> bool | None:
    """How ``5/6/2024`` is meant, as another date of the same posting tells: there is no month 17."""
    values = (value for meaning in ("date_posted", "valid_through") for value in flat.all(meaning))
    matches = (_IN_NUMBERS.fullmatch(value.strip()) for value in values if isinstance(value, str))
    pairs = [(int(match[1]), int(match[2])) for match in matches if match]
    return True if any(one > _MONTHS for one, _ in pairs) else False if any(two > _MONTHS for _, two in pairs) else None


def _moment(value: Any) -> Any:
    """A number of seconds may be written as a text, and a date may stand in an object of its parts."""
    if isinstance(value, dict):
        said = {core_of(words_of(name)): inner for name, inner in value.items()}
        value = next((said[name] for name in _MOMENTS if said.get(name)), None) or label_of(value)
    text = str(value).strip() if isinstance(value, str) else ""
    return int(text) if text.isdecimal() and 9 < len(text) < 14 else value
