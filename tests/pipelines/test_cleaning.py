"""After cleaning, any text can be written as UTF-8 and stored by PostgreSQL, and nothing else has changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Json

from pipelines.cleaning import clean, clean_text
from schemas.page import PageMetadata

if TYPE_CHECKING:
    from crawler.embedded import Servers

any_text = st.text(st.characters())
values = st.recursive(
    any_text | st.integers() | st.none() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4) | st.tuples(inner, inner),
    max_leaves=12,
)


@given(any_text)
def test_clean_text_can_be_written(text: str) -> None:
    cleaned = clean_text(text)

    assert b"\0" not in cleaned.encode()
    assert clean_text(cleaned) == cleaned


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [("a\0b", "ab"), ("a\ud800b", "a\ufffdb"), ("\udc00\ud800", "\ufffd\ufffd"), ("😀\x01\ufffe", "😀\x01\ufffe")],
    ids=ascii,
)
def test_nul_goes_and_a_lone_surrogate_is_marked(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


def test_every_text_in_a_value_is_cleaned() -> None:
    dirty: dict[str, Any] = {"\0key": ["\0a", ("\0b", {"c": "\0c"})], "number": 7, "bytes": b"\0", "none": None}

    assert clean(dirty) == {"key": ["a", ("b", {"c": "c"})], "number": 7, "bytes": b"\0", "none": None}


def test_a_dataclass_is_cleaned_and_keeps_its_type() -> None:
    dirty = PageMetadata(title="\0A\ud800", open_graph={"\0type": "\0website"})

    assert clean(dirty) == PageMetadata(title="A\ufffd", open_graph={"type": "website"})


class Pair(NamedTuple):
    first: str
    second: int


def test_a_tuple_with_names_is_cleaned() -> None:
    assert clean([Pair("\0a", 1)]) == [Pair("a", 1)]


@pytest.fixture(scope="module")
def connection(servers: Servers) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        yield connection


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=any_text)
def test_postgresql_stores_clean_text_as_it_is(connection: psycopg.Connection[Any], text: str) -> None:
    cleaned = clean_text(text)

    row = connection.execute("SELECT %s::text, %s::jsonb", [cleaned, Json({"text": cleaned})]).fetchone()

    assert row == (cleaned, {"text": cleaned})


@given(values)
def test_cleaning_twice_is_cleaning_once(value: Any) -> None:
    assert clean(clean(value)) == clean(value)
