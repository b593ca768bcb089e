"""The language of a description."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.postings.language import language_of

SAMPLES = json.loads((Path(__file__).parent / "languages.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("language", "text"), SAMPLES.items())
def test_a_description_tells_its_language(language: str, text: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text", ["", "Engineer", "Python Java SQL Docker AWS GCP Azure Kafka Redis React Vue Node Go Rust C", "1 2 3"]
)
def test_what_is_not_sure_is_not_said(text: str) -> None:
    assert language_of(text) is None


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_a_language_or_none(text: str) -> None:
    language = language_of(text)
    assert language is None or len(language) == 2


@pytest.mark.parametrize("piece", [" ", "a ", "the ", "1", "\u6211"])
def test_a_hostile_text_costs_little(piece: str) -> None:
    started = time.process_time()
    language_of(piece * (1_000_000 // len(piece)))
    assert time.process_time() - started < 20
