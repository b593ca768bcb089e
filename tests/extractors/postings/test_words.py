"""Words with a fixed meaning, texts with markup, and JSON that is none."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.postings.loose_json import read_json
from extractors.postings.markup import plain_text, unescaped_markup
from extractors.postings.words import period


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("HOUR", "hour"),
        ("per hour", "hour"),
        ("Yearly", "year"),
        ("ANN", "year"),
        ("Monat", "month"),
        ("fortnight", None),
    ],
)
def test_periods_are_those_of_the_schema(value: str, expected: str | None) -> None:
    assert period(value) == expected


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("<div><p>One</p>two <b>three</b></div>four", "One\ntwo three\nfour"),
        ("One<br/>Two<br><br>Three", "One\nTwo\nThree"),
        ("<p>A\n  B</p><style>x</style><script>y</script>", "A B"),
        ("One &amp; two\n\n three  four", "One & two\nthree four"),
        ("a < b and c > d", "a < b and c > d"),
        ("", ""),
    ],
)
def test_markup_becomes_a_line_for_each_block(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("&lt;p&gt;x&lt;/p&gt;", "<p>x</p>"),
        ("&amp;lt;p&amp;gt;x", "&amp;lt;p&amp;gt;x"),
        ("<p>1 &lt; 2</p>", "<p>1 &lt; 2</p>"),
        ("fish &amp; chips", "fish &amp; chips"),
    ],
)
def test_only_markup_that_was_escaped_is_unescaped(text: str, markup: str) -> None:
    assert unescaped_markup(text) == markup


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_sound_json_reads_as_it_is(value: Any) -> None:
    if not isinstance(value, str):
        assert read_json(json.dumps(value)) == [value]


@settings(deadline=None)
@given(st.text(alphabet='{}[]",:\\/*-<>! \n;ua1', max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(read_json(text), list)


@pytest.mark.parametrize(
    "text", ["/*" * 500_000, '"\\"' * 300_000, "{" * 300_000, ", " * 500_000, "//" * 500_000, " " * 10**6]
)
def test_hostile_json_costs_little(text: str) -> None:
    started = time.process_time()
    read_json("{" + text)
    assert time.process_time() - started < 30
