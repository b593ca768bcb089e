"""Skills that a page lists, and those that prose names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.postings.skills import listed_skills, skills_in
from schemas.posting import Skill


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Python, Go; SQL", ["Python", "Go", "SQL"]),
        (["Python", "python", {"name": "Rust"}], ["Python", "Rust"]),
        ("You are a person who likes to work in a team of many people every day", []),
        (None, []),
    ],
)
def test_a_list_is_taken_as_it_is_written(value: Any, names: list[str]) -> None:
    skills = listed_skills(value)
    assert [skill["name"] for skill in skills] == names
    assert {skill["source"] for skill in skills} <= {"explicit"}


@pytest.mark.parametrize(
    ("prose", "names"),
    [
        ("Mastery of Python or JavaScript.", ["Python", "JavaScript"]),
        ("Experience with Go, Rust and C++", ["Go", "Rust", "C++"]),
        ("C, R, and Go", ["C", "R", "Go"]),
        ("You are a Go developer", ["Go"]),
        ("R programming is a plus", ["R"]),
        ("C/C++ on Linux", ["C", "C++", "Linux"]),
        ("Stack: React, Node.js, Postgres, k8s, GCP", ["React", "Node.js", "PostgreSQL", "Kubernetes", "GCP"]),
        ("ASP.NET and C# on Azure", [".NET", "C#", "Azure"]),
        ("golang services on AWS", ["Go", "AWS"]),
        ("CI/CD with Jenkins", ["CI/CD", "Jenkins"]),
        ("Go to market strategy", []),
        ("We go and go, R&D, vitamin C", []),
        ("Plan C or D, grade R", []),
        ("React quickly, express yourself, excel at work", []),
        ("A swift and rusty spring, a chef of the word", []),
        ("Go above and beyond", []),
        ("Javanese and pythons, scalable, gitarre", []),
        ("See example.com/java and user@python.org", []),
        ("", []),
    ],
)
def test_prose_names_skills_that_are_no_other_words(prose: str, names: list[str]) -> None:
    skills = skills_in(prose)
    assert [skill["name"] for skill in skills] == names
    assert {skill["source"] for skill in skills} <= {"text"}


@settings(deadline=None)
@given(
    st.text(max_size=100)
    | st.lists(st.sampled_from(["Go", "R", "C", "C++", ",", "and", "Java", ".NET", "&D"])).map(" ".join)
)
def test_any_text_has_skills_or_none(text: str) -> None:
    for skill in listed_skills(text) + skills_in(text):
        Skill.model_validate(skill)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("piece", [" ", "1 ", "Go ", "C++", "Java, ", ".", "a", "C, "])
def test_a_hostile_text_costs_little(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    skills_in(text)
    listed_skills(text)
