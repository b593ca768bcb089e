"""Where the work is done, by labels and in prose."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.postings.workplace import workplace_in, workplace_of


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Remote", "remote"),
        ("TELECOMMUTE", "remote"),
        ("Fully remote", "remote"),
        ("100 % Home-Office", "remote"),
        ("Remote (US)", "remote"),
        ("T\u00e9l\u00e9travail", "remote"),
        ("Zdalna", "remote"),
        ("\u0443\u0434\u0430\u043b\u0451\u043d\u043d\u043e", "remote"),
        ("\u8fdc\u7a0b", "remote"),
        ("Hybrid", "hybrid"),
        ("Hybrid - 3 days", "hybrid"),
        ("hybrid remote", "hybrid"),
        ("Remote, Hybrid", "hybrid"),
        ("onsite, remote", "hybrid"),
        ("Remote or office", "hybrid"),
        ("T\u00e9l\u00e9travail partiel", "hybrid"),
        ("H\u00edbrido", "hybrid"),
        ("Praca hybrydowa", "hybrid"),
        ("ON_SITE", "onsite"),
        ("In-Office", "onsite"),
        ("Vor Ort", "onsite"),
        ("Presencial", "onsite"),
        ("No remote", "onsite"),
        ("Hybrid/Remote", "hybrid"),
        ("On-site/Remote", "hybrid"),
        ("remote: true", "remote"),
        ("remote: false", None),
        ("Home Office m\u00f6glich", None),
        ("Lavoro ibrido", "hybrid"),
        ("kein Homeoffice", "onsite"),
        ("remote-friendly", None),
        ("telecommuting: false", None),
        ("Remote sensing engineer", None),
        ("Office Manager", None),
        ("Full-time", None),
        ("Berlin", None),
        ("", None),
        (None, None),
    ],
)
def test_a_label_says_one_thing(label: str | None, kind: str | None) -> None:
    assert workplace_of(label) == kind


@pytest.mark.parametrize(
    ("prose", "kind"),
    [
        ("Flexible hybrid working environment, with 3 days in the office.", "hybrid"),
        ("Partial remote work (2 days/week) and a lunch benefit.", "hybrid"),
        ("This role is hybrid, based in London.", "hybrid"),
        ("We expect all staff to be in one of our offices at least 25% of the time.", "hybrid"),
        ("2 Tage Homeoffice pro Woche", "hybrid"),
        ("2 jours de t\u00e9l\u00e9travail par semaine", "hybrid"),
        ("Modelo h\u00edbrido", "hybrid"),
        ("This is a fully remote position.", "remote"),
        ("Location: Remote", "remote"),
        ("100 % Home-Office", "remote"),
        ("Praca zdalna", "remote"),
        ("You can work from anywhere.", "remote"),
        ("This position is on-site in Austin.", "onsite"),
        ("In-person attendance required", "onsite"),
        ("No remote work", "onsite"),
        ("This is not a remote position", "onsite"),
        ("Fast arbejdssted fra vores kontor i Odense", "onsite"),
        ("We are looking for a hybrid technical expert", None),
        ("Experience with hybrid cloud, hybrid vehicles and remote sensing", None),
        ("We are proud to be a remote-first company!", None),
        ("We are a remote-friendly company.", None),
        ("You will manage remote teams.", None),
        ("On-site gym and parking", None),
        ("Remote days on Fridays", None),
        ("", None),
    ],
)
def test_prose_says_it_in_phrases_that_mean_nothing_else(prose: str, kind: str | None) -> None:
    assert workplace_in(prose) == kind


@settings(deadline=None)
@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["no", "remote", "hybrid", "-", "100%", "office", "3 days"])).map(" ".join)
)
def test_any_text_says_something_or_nothing(text: str) -> None:
    assert {workplace_of(text), workplace_in(text)} <= {"onsite", "hybrid", "remote", None}


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "piece", [" ", "1 ", "hybrid ", "remote ", "3 days ", "no ", "(", "a", "3 days a week in the \n"]
)
def test_a_hostile_text_costs_little(piece: str) -> None:
    workplace_in(piece * (1_000_000 // len(piece)))
    workplace_of(piece * (1_000_000 // len(piece)))
