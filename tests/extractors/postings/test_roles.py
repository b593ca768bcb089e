"""Titles that name somebody's work, and names of other things."""

from __future__ import annotations

import pytest

from extractors.postings.roles import names_work

TITLES = (
    "Senior Software Engineer",
    "Head Baker",
    "Registered Nurses",
    "Softwareentwicklerin",
    "Pflegefachkraft",
    "Pflegedienstleitung",
    "Küchenhilfe",
    "Minijob im Service",
    "Anlagenmechaniker",
    "Ingénieur d'études",
    "Vendeuse",
    "Desarrolladora web",
    "Analista de dados",
    "Sviluppatore",
    "Verpleegkundige",
    "Softwareudvikler",
    "Sjuksköterska",
    "Kundekonsulent",
    "Myyjä",
    "Kierowca",
    "Účetní",
    "Инженер-программист",
    "Webエンジニア",
    "产品经理",
    "백엔드 개발자",
)


@pytest.mark.parametrize("title", TITLES)
def test_work_is_named(title: str) -> None:
    assert names_work(title)


@pytest.mark.parametrize(
    "title", ["", "About us", "Our values", "Sourdough bread", "Über uns", "2024", "Pricing", "東京"]
)
def test_other_things_are_not(title: str) -> None:
    assert not names_work(title)
