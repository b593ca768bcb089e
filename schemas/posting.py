"""A posting: one job advertisement, and what may pass as one."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from schemas.addresses import normalize_url
from schemas.codes import COUNTRIES, CURRENCIES

WorkplaceType = Literal["onsite", "hybrid", "remote"]
Status = Literal["open", "closed", "expired", "paused", "talent_pool"]
Period = Literal["hour", "day", "week", "month", "year"]
SalaryKind = Literal["base", "ote", "bonus", "estimate"]
LocationRole = Literal["office", "seat", "remote_scope"]
SkillSource = Literal["explicit", "text"]
DatePrecision = Literal["second", "day", "week", "month", "year"]
EmploymentType = Literal[
    "FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "INTERN", "VOLUNTEER", "PER_DIEM", "OTHER"
]


def _country(code: str) -> str:
    if code not in COUNTRIES:
        raise ValueError("must be a country's code of ISO 3166-1 (two capitals)")
    return code


def _currency(code: str) -> str:
    if code not in CURRENCIES:
        raise ValueError("must be a currency's code of ISO 4217 (three capitals)")
    return code


def _web_url(url: str) -> str:
    normal = normalize_url(url)
    if normal is None:
        raise ValueError("must be a URL that starts with http:// or https:// and names a host")
    return normal


def _number(amount: Decimal) -> int | float:
    """Exact: fifteen digits fit into a double."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


Text = Annotated[str, Field(min_length=1)]
# The three parts of a key stand in one index, whose rows hold 2704 bytes.
KeyPart = Annotated[str, Field(min_length=1, max_length=200)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
Country = Annotated[str, AfterValidator(_country)]
Currency = Annotated[str, AfterValidator(_currency)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Amount = Annotated[
    Decimal,
    Field(ge=0, max_digits=15, decimal_places=4, allow_inf_nan=False),
    PlainSerializer(_number, return_type=int | float, when_used="json"),
]


class Strict(BaseModel):
    """Nothing unknown passes, and text has no blanks around it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Pay(Strict):
    """An amount, or from ``min`` to ``max``, in ``currency`` for each ``period``; null: not said."""

    min: Amount | None = None
    max: Amount | None = None
    currency: Currency | None = None
    period: Period | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is more than max {self.max}")
        return self


class SalaryRange(Pay):
    """One of the ranges that a posting names, with the words that it was read from (``evidence``)."""

    period_stated: bool = True
    kind: SalaryKind = "base"
    gross: bool | None = None
    contract: Text | None = None
    where: Text | None = None
    converted_from: Text | None = None
    evidence: Text | None = None


class Salary(Pay):
    """What is paid; ``min``, ``max``, ``currency`` and ``period`` are the envelope of ``ranges``."""

    raw: list[Text] = []
    ranges: list[SalaryRange] = []


class Location(Strict):
    """A place: at least one of ``raw``, ``city``, ``region`` and ``country``."""

    raw: Text | None = None
    city: Text | None = None
    region: Text | None = None
    country: Country | None = None
    role: LocationRole = "office"

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.raw or self.city or self.region or self.country):
            raise ValueError("must name a place: raw, city, region or country")
        return self


class Skill(Strict):
    """A skill: the page lists it (``explicit``), or it was found in prose (``text``)."""

    name: Text
    raw: Text | None = None
    source: SkillSource


class Conflict(Strict):
    """What sources on the page said differently of ``field`` (source to value), and which one was taken."""

    field: Text
    values: dict[str, Any]
    taken: Text


class Posting(Strict):
    """What extraction fills of the table ``posting``. Its key: ``platform``, ``tenant``, ``source_id``."""

    platform: KeyPart
    tenant: KeyPart
    source_id: KeyPart
    requisition_id: Text | None = None
    url: WebUrl
    apply_url: WebUrl | None = None
    title: Annotated[str, Field(min_length=1, max_length=500)]
    company: Text | None = None
    locations: list[Location] = []
    workplace_type: WorkplaceType | None = None
    applicant_scope: list[Location] = []
    employment_types: list[EmploymentType] = []
    salary: Salary | None = None
    skills: list[Skill] = []
    description_html: Text | None = None
    description_text: Text | None = None
    language: Language | None = None
    date_posted: AwareDatetime | None = None
    date_precision: DatePrecision | None = None
    valid_through: AwareDatetime | None = None
    status: Status = "open"
    provenance: dict[str, str] = {}
    conflicts: list[Conflict] = []

    @model_validator(mode="after")
    def _scope_apart(self) -> Self:
        if any(place.role == "remote_scope" for place in self.locations):
            raise ValueError("locations: where applicants may live belongs to applicant_scope")
        if any(place.role != "remote_scope" for place in self.applicant_scope):
            raise ValueError("applicant_scope: each role must be remote_scope")
        return self

    @model_validator(mode="after")
    def _precise(self) -> Self:
        if (self.date_posted is None) != (self.date_precision is None):
            raise ValueError("date_precision must be given with date_posted, and only then")
        return self


def problems_of(error: ValidationError) -> list[dict[str, str]]:
    """The reasons of a refusal, one entry each: ``{"field": "salary.min", "problem": "…"}``.

    ``field`` is empty where the record as a whole is at fault.
    """
    return [
        {"field": ".".join(map(str, reason["loc"])), "problem": reason["msg"].removeprefix("Value error, ")}
        for reason in error.errors(include_url=False, include_context=False, include_input=False)
    ]
