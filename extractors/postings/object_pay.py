"""What a posting pays, as an object that looks like one says it."""

from __future__ import annotations

import re
from typing import Any

from extractors.postings.flat import Flat, label_of, lists, names, words_of
from extractors.postings.salary import parse_salary, salary_of
from extractors.postings.values import Node, as_list, text_of
from extractors.postings.words import period

_MOST = 50
_AMOUNTS, _UNITS = ("amount", "value", "number"), ("period value", "period label", "unit label")
_CENTS = 100
_LABEL = "Salary: "
_BESIDE_UNIT = re.compile(r"^1\s+(?=[A-Za-z])|-salary|-wage|per-")
_CODE = re.compile(r"[A-Z]{3}")
"""Of a currency, where an object calls that its unit."""


def salary_in(flat: Flat, country: str | None) -> dict[str, Any] | None:
    """The salary in the shape of ``schemas.posting.Salary``; None where the object says nothing of it.

    Amounts beside each other (``salaryMin``, ``salaryMax``), an object or a list of them, or a text. What the site
    keeps from its readers is none.
    """
    if any(value is False for value in flat.all("pay_shown")):
        return None
    own = _monetary(flat, "salary_min", "salary_max", "salary_currency", "salary_period")
    said = [own, *(_monetaries(value) for value in flat.all("salary")), _of_contracts(flat)]
    for one in filter(None, said):
        read = salary_of({"baseSalary": one})
        if read is not None and read["ranges"]:
            return _with_contracts(read, one)
    texts = (label_of(one) for value in flat.all("salary") for one in as_list(value) if isinstance(one, str | dict))
    read_texts = (parse_salary(f"{_LABEL}{text}", country) for text in texts if text)
    return next(filter(None, read_texts), None)


def _of_contracts(flat: Flat) -> list[Node]:
    """What each kind of contract pays, where that is said with the kind."""
    found: list[Node] = []
    for value in flat.all("employment_types"):
        for one in as_list(value)[:_MOST]:
            pays = Flat(one).all("salary") if isinstance(one, dict) else ()
            found += [node | {"contract": label_of(one)} for pay in pays for node in _monetaries(pay)]
    return found


def _monetaries(value: Any) -> list[Node]:
    found: list[Node] = []
    for one in as_list(value)[:_MOST]:
        if isinstance(one, dict):
            flat = Flat(one)
            found += (
                _monetary(flat, "amount_min", "amount_max", "amount_currency", "amount_period")
                or [node for inner in one.values() if isinstance(inner, dict) for node in _inner(inner, flat)]
                or _of_parts(one)
            )
    return found


def _of_parts(value: Node) -> list[Node]:
    """Pay out of a list of all that is offered: ``{"components": [{"type": "Salary", …}, {"type": "Equity", …}]}``."""
    for inner in value.values():
        parts = [one for one in as_list(inner)[:_MOST] if isinstance(one, dict)] if isinstance(inner, list) else []
        found = [node for part in parts if not _is_beside_pay(part) for node in _monetaries(part)]
        if found:
            return found
    return []


def _is_beside_pay(part: Node) -> bool:
    said = " ".join(str(value) for name, value in part.items() if "type" in words_of(name).split()).lower()
    return any(word in said for word in names("no_pay"))


def _inner(value: Node, around: Flat) -> list[Node]:
    """``{"currency": "EUR", "range": {"min": 1, "max": 2}}``: what the inner object lacks, the outer one has."""
    flat = Flat(value)
    flat.values = around.values | flat.values
    return _monetary(flat, "amount_min", "amount_max", "amount_currency", "amount_period")


def _monetary(flat: Flat, low: str, high: str, currency: str, every: str) -> list[Node]:
    """As a MonetaryAmount of schema.org, with the contract that it is for."""
    least, most = (_amount(flat, name, every) for name in (low, high))
    if isinstance(least, dict | list) or isinstance(most, dict | list) or (least is None and most is None):
        return []
    if "cents" in f"{flat.name_of(low)} {flat.name_of(high)}":
        least, most = (value / _CENTS if isinstance(value, int) else value for value in (least, most))
    contract = flat.first("amount_contract") if low == "amount_min" else None
    units = _units(flat, every)
    money = label_of(flat.first(currency), meaning="code") or next(filter(_CODE.fullmatch, units), None)
    unit = next(filter(period, units), next((text for text in units if text != money), None))
    value = {"minValue": least, "maxValue": most, "unitText": unit}
    return [{"currency": money, "value": value, "contract": text_of(contract)}]


def _amount(flat: Flat, meaning: str, every: str) -> Any:
    """An end of a range; one that is an object has its amount, and its period, in it."""
    value = flat.first(meaning)
    if not isinstance(value, dict):
        return value
    inner = Flat(value)
    for name in (*_UNITS, *lists()[every]):
        if name in inner.values:
            flat.values.setdefault("salary period" if name in _UNITS else name, inner.values[name])
    amount = next((inner.values[name] for name in _AMOUNTS if name in inner.values), None)
    return amount if isinstance(amount, int | float | str) else value


def _units(flat: Flat, meaning: str) -> list[str]:
    """What may be the period that is paid for; ``type`` may be that of the contract as well."""
    said = {name: label_of(flat.values[name]) for name in names(meaning) if name in flat.values}
    texts = {name: _BESIDE_UNIT.sub("", text) for name, text in said.items() if text}
    return [texts[name] for name in lists()[meaning] if name in texts and (name != "type" or period(texts[name]))]


def _with_contracts(read: dict[str, Any], said: list[Node]) -> dict[str, Any]:
    """Each range with its contract (``B2B``), where each object gave one range."""
    if len(read["ranges"]) == len(said):
        for one, node in zip(read["ranges"], said, strict=True):
            if node.get("contract"):
                one["contract"] = node["contract"]
    return read
