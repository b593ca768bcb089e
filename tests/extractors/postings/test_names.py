"""Titles and names of employers, without what sites put around them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.postings.names import company_key, company_name, posting_title, same_company


@pytest.mark.parametrize(
    ("text", "company", "title"),
    [
        ("Job Application - Senior Engineer", None, "Senior Engineer"),
        ("Job Application for Staff TPM at Affirm", "Affirm", "Staff TPM"),
        ("Vacature: Ontwikkelaar", None, "Ontwikkelaar"),
        ("Senior Engineer | Acme Careers", None, "Senior Engineer"),
        ("Sales | Jobs at Acme | Greenhouse", None, "Sales"),
        ("Senior Engineer - Acme GmbH", "Acme", "Senior Engineer"),
        ("Acme | Engineer", "Acme Inc.", "Engineer"),
        ("Acme hiring Engineer in Berlin, Germany | LinkedIn", "Acme", "Engineer"),
        ("  Senior \n Engineer  ", None, "Senior Engineer"),
        ("Solution Engineer (M/F/X)", None, "Solution Engineer (M/F/X)"),
        ("Engineer (m/w/d) - Berlin", "Acme", "Engineer (m/w/d) - Berlin"),
        ("Engineer - Backend", None, "Engineer - Backend"),
        ("Engineer, Jobs Platform", "Acme", "Engineer, Jobs Platform"),
        ("Engineer - Jobs Team", "Acme", "Engineer - Jobs Team"),
        ("Job Coach", None, "Job Coach"),
        ("Job-Coach", None, "Job-Coach"),
        ("Hiring Manager", None, "Hiring Manager"),
        ("Position Manager", None, "Position Manager"),
        ("Head of Careers", None, "Head of Careers"),
        ("Technician at Sea", "Acme", "Technician at Sea"),
        ("", None, None),
        (" | ", None, None),
    ],
)
def test_a_title_is_what_the_employer_wrote(text: str, company: str | None, title: str | None) -> None:
    assert posting_title(text, company) == title


def test_the_name_of_the_site_is_no_part_of_a_title() -> None:
    assert posting_title("Baker | Acme | Bread Board", "Acme", "Bread Board") == "Baker"
    assert posting_title("Baker at Bread Board", "Acme", site="Bread Board") == "Baker"
    assert posting_title("Bread Board", "Acme", site="Bread Board") == "Bread Board"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("QUAJOO GmbH", "QUAJOO GmbH"),
        ("Diode Computers, Inc.", "Diode Computers, Inc."),
        ("Careers at Acme", "Acme"),
        ("Acme Careers", "Acme"),
        (" Amplitude ", "Amplitude"),
        ("", None),
    ],
)
def test_a_name_keeps_its_legal_form(text: str, name: str | None) -> None:
    assert company_name(text) == name


def test_an_employer_is_the_same_with_and_without_its_legal_form() -> None:
    assert same_company("Acme, Inc.", "ACME")
    assert same_company("Acme Sp. z o.o.", "Acme")
    assert same_company("Acme GmbH & Co. KG", "Acme GmbH") is False
    assert not same_company("Acme", "Apex")
    assert not same_company("", "")
    assert company_key("Diode Computers, Inc.") == "diodecomputers"


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=20))
def test_any_text_is_a_title_or_none(text: str, company: str) -> None:
    title = posting_title(text, company)
    assert title is None or title.strip()
    assert company_name(text) != ""


@pytest.mark.timeout(120)
@pytest.mark.parametrize("piece", [" ", "a ", "| ", " - ", "hiring ", "at ", "Careers at ", ", Inc"])
def test_a_hostile_title_costs_little(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    posting_title(text, text)
    company_name(text)
    company_key(text)
