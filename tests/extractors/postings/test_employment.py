"""Kinds of employment, in many languages."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.postings.employment import employment_types, employment_types_in

KINDS = {"FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "INTERN", "VOLUNTEER", "PER_DIEM", "OTHER"}


@pytest.mark.parametrize(
    ("value", "types"),
    [
        ("FULL_TIME", ["FULL_TIME"]),
        ("Full-time, Permanent", ["FULL_TIME"]),
        ("full time / part time", ["FULL_TIME", "PART_TIME"]),
        (["Vollzeit", "TEILZEIT"], ["FULL_TIME", "PART_TIME"]),
        ("https://schema.org/INTERN", ["INTERN"]),
        (["FULL_TIME", "FULLTIME", "Contract"], ["FULL_TIME", "CONTRACTOR"]),
        ({"name": "Seasonal"}, ["TEMPORARY"]),
        ("Permanent", []),
        ("Regular Full Time (Salary)", ["FULL_TIME"]),
        ("Full-time employee", ["FULL_TIME"]),
        ("FullTime", ["FULL_TIME"]),
        ("full_time_permanent", ["FULL_TIME"]),
        ("Temps plein - CDI", ["FULL_TIME"]),
        ("CDD", ["TEMPORARY"]),
        ("Werkstudent", ["INTERN"]),
        ("Jornada completa", ["FULL_TIME"]),
        ("Pe\u0142ny etat, B2B", ["FULL_TIME", "CONTRACTOR"]),
        ("Pln\u00fd \u00favazek", ["FULL_TIME"]),
        ("\u041f\u043e\u043b\u043d\u0430\u044f \u0437\u0430\u043d\u044f\u0442\u043e\u0441\u0442\u044c", ["FULL_TIME"]),
        ("\u5168\u804c", ["FULL_TIME"]),
        ("\u6b63\u793e\u54e1", ["FULL_TIME"]),
        ("Heltid / Deltid", ["FULL_TIME", "PART_TIME"]),
        ("Fixed-term contract", ["TEMPORARY"]),
        ("Internal", []),
        ("Permanent contract", []),
        ("Temporary contract", ["TEMPORARY"]),
        ("Contract (6 months)", ["CONTRACTOR"]),
        ("PermanentFullTime", ["FULL_TIME"]),
        ("TEMP_TO_HIRE", ["TEMPORARY"]),
        ("Contracts Manager", []),
        ("40 hours", []),
        (None, []),
    ],
)
def test_kinds_of_employment_are_those_of_schema_org(value: Any, types: list[str]) -> None:
    assert employment_types(value) == types


@pytest.mark.parametrize(
    ("prose", "types"),
    [
        ("Job Type: Full-time\nPay: $16 per hour", ["FULL_TIME"]),
        ("Employment type: Part-time, Contract", ["PART_TIME", "CONTRACTOR"]),
        ("About us\nFull-time\nBerlin", ["FULL_TIME"]),
        ("Jornada: Temps parcial\nTipo de contrato: Tiempo completo", ["FULL_TIME"]),
        ("Type de contrat : CDD", ["TEMPORARY"]),
        ("You lead our full-time staff and interns.", []),
        ("Contract\nnegotiation", []),
        ("", []),
    ],
)
def test_prose_says_it_in_a_line_of_its_own(prose: str, types: list[str]) -> None:
    assert employment_types_in(prose) == types


@settings(deadline=None)
@given(st.text(max_size=100))
def test_any_text_has_known_kinds_or_none(text: str) -> None:
    assert {*employment_types(text), *employment_types_in(text)} <= KINDS


@pytest.mark.parametrize("piece", [" ", "1 ", "full ", "job ", "\n", "Job type: ", "full-time\n", "("])
def test_a_hostile_text_costs_little(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    started = time.process_time()
    employment_types(text)
    employment_types_in(text)
    assert time.process_time() - started < 20
