"""Postings from schema.org's JobPosting: in JSON-LD, and as other markup says it in the same shape."""

from __future__ import annotations

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from extractors.languages import language_tag
from extractors.postings.dates import posted, valid_until
from extractors.postings.document import Document
from extractors.postings.employment import employment_types
from extractors.postings.loose_json import read_json
from extractors.postings.markup import plain_text, unescaped_markup
from extractors.postings.names import company_name, posting_title
from extractors.postings.places import applicant_scope, locations, scope_apart, workplace_type
from extractors.postings.reading import JSONLD, Reading
from extractors.postings.salary import salary_of
from extractors.postings.skills import listed_skills
from extractors.postings.values import Node, as_list, nodes_in, text_of, types_of
from schemas.addresses import join_url

_REFERENCE = {"@type", "type", "@id", "@context", "url", "position"}
_DESCRIBING = (
    "description",
    "responsibilities",
    "qualifications",
    "experienceRequirements",
    "educationRequirements",
    "jobBenefits",
    "incentiveCompensation",
)
_MOST_POSTINGS = 1_000
_MOST_REFERENCES = 20_000
_DEEPEST = 6
_VOCABULARY = re.compile(r"^(?:schema:|https?://(?:www\.)?schema\.org/)")
_TELLING = ("company", "url", "requisition_id", "locations")
_JOB_POSTING = "JobPosting"
_PAY = ("baseSalary", "estimatedSalary")
_PROPERTIES = {
    "requisition_id": ("identifier",),
    "apply_url": ("applyUrl", "applicationUrl", "apply_url", "potentialAction", "applicationContact"),
    "title": ("title", "name"),
    "company": ("hiringOrganization",),
    "locations": ("jobLocation", "applicantLocationRequirements"),
    "workplace_type": ("jobLocationType", "remote", "isRemote", "jobLocation"),
    "applicant_scope": ("applicantLocationRequirements", "jobLocation"),
    "employment_types": ("employmentType",),
    "salary": ("baseSalary", "estimatedSalary"),
    "description_html": _DESCRIBING,
    "description_text": _DESCRIBING,
    "language": ("inLanguage",),
    "date_posted": ("datePosted",),
    "date_precision": ("datePosted",),
    "valid_through": ("validThrough",),
}
"""For people who ask where a value stood: the properties that a field is read from."""


def read(document: Document) -> list[Reading]:
    """Every JobPosting of the page's JSON-LD, each once. A block that cannot be read costs no other block."""
    if document.tree is None or not document.is_marked:
        return []
    return readings(list(nodes_in(_blocks(document.tree))), JSONLD, document)


def readings(nodes: list[Node], source: str, document: Document) -> list[Reading]:
    """Every JobPosting among nodes in the shape of JSON-LD, with what they refer to by ``@id``."""
    nodes = [_plain(node) for node in nodes]
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    found: list[Node] = []
    for node in nodes:
        if "JobPosting" in types_of(node) and not node.keys() <= _REFERENCE and node not in found:
            found.append(node)
    prefixes = [_JOB_POSTING] if len(found) == 1 else [f"{_JOB_POSTING}[{place}]" for place in range(len(found))]
    resolver = _Resolver(by_id)
    resolved = [resolver.node(node) for node in found[:_MOST_POSTINGS]]
    read = [_reading(node, source, document, prefix) for node, prefix in zip(resolved, prefixes, strict=False)]
    return _each_once(read)


def _plain(node: Node) -> Node:
    """With names that have their vocabulary before them (``schema:title``) as others have them."""
    if not any(_VOCABULARY.match(name) for name in node):
        return node
    return {_VOCABULARY.sub("", name): _plain_value(value) for name, value in node.items()}


def _plain_value(value: Any, depth: int = _DEEPEST) -> Any:
    if isinstance(value, list) and depth:
        return [_plain_value(one, depth - 1) for one in value]
    if isinstance(value, dict) and depth:
        return {_VOCABULARY.sub("", name): _plain_value(one, depth - 1) for name, one in value.items()}
    return value


def _each_once(readings: list[Reading]) -> list[Reading]:
    """Those that two plug-ins of one site say in turn as one, each field as the first says it."""
    found: list[Reading] = []
    for reading in readings:
        twin = next((one for one in found if _is_twin(one, reading)), None)
        if twin is None:
            found.append(reading)
        else:
            twin.where = reading.where | twin.where
            twin.fields = reading.fields | twin.fields
    return found


def _is_twin(one: Reading, other: Reading) -> bool:
    """Whether both are one posting: named alike, and nothing that tells postings apart differs."""
    mine, others = one.fields, other.fields
    if not mine.get("title") or mine["title"] != others.get("title"):
        return False
    differ = (name for name in _TELLING if mine.get(name) and others.get(name) and mine[name] != others[name])
    texts = sorted((str(fields.get("description_text") or "") for fields in (mine, others)), key=len)
    return next(differ, None) is None and texts[1].startswith(texts[0])


def _blocks(tree: LexborHTMLParser) -> list[Any]:
    scripts = tree.css('script[type*="ld+json" i]')
    return [value for script in scripts for value in read_json(script.text())]


class _Resolver:
    """Puts what is referred to by ``@id`` in the place of the reference, up to a bound."""

    def __init__(self, by_id: dict[str, Node]) -> None:
        self._by_id = by_id
        self._left = _MOST_REFERENCES

    def node(self, node: Node) -> Node:
        """A posting with what it refers to."""
        return {name: self._of(value, _DEEPEST) for name, value in node.items()} if self._by_id else node

    def _of(self, value: Any, depth: int) -> Any:
        if isinstance(value, list) and depth:
            return [self._of(one, depth - 1) for one in value]
        if not isinstance(value, dict) or not depth or self._left <= 0:
            return value
        self._left -= 1
        if value.keys() <= {"@id", "@type"} and "@id" in value:
            target = self._by_id.get(str(value["@id"]))
            return value if target is None else self._of(target, depth - 1)
        return {name: self._of(one, depth - 1) for name, one in value.items()}


def _reading(node: Node, source: str, document: Document, prefix: str) -> Reading:
    page, url = document.metadata, document.url
    company = company_name(_employer(node.get("hiringOrganization")) or "")
    fields = {
        "requisition_id": _identifier(node),
        "url": _address(node.get("url"), url),
        "apply_url": _address(_apply_target(node), url),
        "title": posting_title(_title(node), company, page.open_graph.get("site_name")),
        "company": company,
        **_place_fields(node),
        "employment_types": employment_types(node.get("employmentType")),
        "salary": salary_of(node | {name: _apart(node[name]) for name in _PAY if name in node}),
        "skills": listed_skills(node.get("skills")),
        **_description_fields(node),
        "language": language_tag(text_of(node.get("inLanguage"))),
        **_date_fields(node),
    }
    said = {name: value for name, value in fields.items() if value not in (None, [])}
    return Reading(source, said, {name: f"{prefix}.{_property(node, name)}" for name in said})


def _property(node: Node, field: str) -> str:
    """The property of the node that a field was read from, as far as that can be told by its name."""
    return next((name for name in _PROPERTIES.get(field, (field,)) if node.get(name)), "*")


def _employer(value: Any) -> str | None:
    one = next(iter(as_list(value)), None)
    legal = text_of(one.get("legalName") or one.get("alternateName")) if isinstance(one, dict) else None
    return text_of(value) or legal


def _title(node: Node) -> str:
    return text_of(node.get("title")) or text_of(node.get("name")) or ""


def _place_fields(node: Node) -> dict[str, Any]:
    kind = workplace_type(node) or _flagged(node)
    offices, scope = scope_apart(locations(node, role="seat" if kind == "remote" else "office"))
    return {"locations": offices, "workplace_type": kind, "applicant_scope": applicant_scope(node) or scope}


def _flagged(node: Node) -> str | None:
    """What some write beside what schema.org knows: ``"remote": "true"``."""
    flags = (str(node.get(name, "")).lower() for name in ("remote", "isRemote"))
    return "remote" if any(flag in ("true", "yes", "1") for flag in flags) else None


def _apart(pay: Any) -> Any:
    """Pay whose value is a list, as a list of pays."""
    each = [one.get("value") if isinstance(one, dict) else None for one in as_list(pay)]
    if not any(isinstance(value, list) for value in each):
        return pay
    pairs = zip(as_list(pay), each, strict=True)
    return [
        one | {"value": value} if isinstance(one, dict) else one for one, all_of in pairs for value in as_list(all_of)
    ]


def _description_fields(node: Node) -> dict[str, str | None]:
    """The description, and after it what the page keeps apart from it."""
    markups: list[str] = []
    texts: list[str] = []
    for name in _DESCRIBING:
        for part in as_list(node.get(name)):
            said = part.get("@value") if isinstance(part, dict) else part
            markup = unescaped_markup(said).strip() if isinstance(said, str) else ""
            text = plain_text(markup)
            if text and not any(text in other for other in texts):
                markups.append(markup)
                texts.append(text)
    return {"description_html": "\n".join(markups) or None, "description_text": "\n".join(texts) or None}


def _date_fields(node: Node) -> dict[str, str | None]:
    date, precision = posted(node.get("datePosted")) or (None, None)
    return {
        "date_posted": date,
        "date_precision": precision,
        "valid_through": valid_until(node.get("validThrough"), date),
    }


def _identifier(node: Node) -> str | None:
    value = next(iter(as_list(node.get("identifier"))), None)
    return text_of(value.get("value") if isinstance(value, dict) else value)


def _address(value: Any, url: str) -> str | None:
    text = next((one for one in as_list(value) if isinstance(one, str)), None)
    return join_url(url, text) if text else None


def _apply_target(node: Node) -> Any:
    """Where to apply: nonstandard, but common, fields, then an ApplyAction, then the contact."""
    for name in ("applyUrl", "applicationUrl", "apply_url"):
        if node.get(name):
            return node[name]
    for name, inner in (("potentialAction", "target"), ("applicationContact", "url")):
        for action in as_list(node.get(name)):
            target = action.get(inner) if isinstance(action, dict) else None
            if target:
                return target.get("urlTemplate") if isinstance(target, dict) else target
    return None
