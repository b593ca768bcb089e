"""What a posting pays, as an object that looks like one says it."""

from __future__ import annotations

from typing import Any

from extractors.postings.salary import parse_salary, salary_of
from extractors.postings.shape import Flat
from extractors.postings.values import Node, as_list, text_of

_MOST = 50
_CENTS = 100
_LABEL = "Salary: "


def salary_in(flat: Flat, country: str | None) -> dict[str, Any] | None:
    """The salary in the shape of ``schemas.posting.Salary``; None where the object says nothing of it.

    Amounts beside each other (``salaryMin``, ``salaryMax``), an object or a list of them, or a text.
    """
    own = _monetary(flat, "salary_min", "salary_max", "salary_currency", "salary_period")
    for said in [own, *(_monetaries(value) for value in flat.all("salary"))]:
        read = salary_of({"baseSalary": said}) if said else None
        if read is not None and read["ranges"]:
            return _with_contracts(read, said)
    texts = (text_of(one) for value in flat.all("salary") for one in as_list(value) if isinstance(one, str))
    read_texts = (parse_salary(f"{_LABEL}{text}", country) for text in texts if text)
    return next(filter(None, read_texts), None)


def _monetaries(value: Any) -> list[Node]:
    found: list[Node] = []
    for one in as_list(value)[:_MOST]:
        if isinstance(one, dict):
            flat = Flat(one)
            found += _monetary(flat, "amount_min", "amount_max", "amount_currency", "amount_period") or [
                node for inner in one.values() if isinstance(inner, dict) for node in _inner(inner, flat)
            ]
    return found


def _inner(value: Node, around: Flat) -> list[Node]:
    """``{"currency": "EUR", "range": {"min": 1, "max": 2}}``: what the inner object lacks, the outer one has."""
    flat = Flat(value)
    flat.values = around.values | flat.values
    return _monetary(flat, "amount_min", "amount_max", "amount_currency", "amount_period")


def _monetary(flat: Flat, low: str, high: str, currency: str, period: str) -> list[Node]:
    """As a MonetaryAmount of schema.org, with the contract that it is for."""
    least, most = flat.first(low), flat.first(high)
    if isinstance(least, dict | list) or isinstance(most, dict | list) or (least is None and most is None):
        return []
    if "cents" in f"{flat.name_of(low)} {flat.name_of(high)}":
        least, most = (value / _CENTS if isinstance(value, int) else value for value in (least, most))
    contract = flat.first("amount_contract") if low == "amount_min" else None
    unit = (text_of(flat.first(period)) or "").replace("-salary", "").replace("-wage", "").replace("per-", "")
    value = {"minValue": least, "maxValue": most, "unitText": unit or None}
    return [{"currency": text_of(flat.first(currency)), "value": value, "contract": text_of(contract)}]


def _with_contracts(read: dict[str, Any], said: list[Node]) -> dict[str, Any]:
    """Each range with its contract (``B2B``), where each object gave one range."""
    if len(read["ranges"]) == len(said):
        for one, node in zip(read["ranges"], said, strict=True):
            if node.get("contract"):
                one["contract"] = node["contract"]
    return read
