"""What an item of somebody's own spider is as a record: its kind, its key, its data."""

from __future__ import annotations

from dataclasses import dataclass, make_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, ClassVar
from uuid import UUID

import attrs
import pytest
import scrapy
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from pipelines.records import LONGEST_KEY, KeyDeclarationError, Keys, NoItemError, read


@dataclass
class BookItem:
    kind_of_paper: str
    isbn: str

    key: ClassVar = "isbn"


@attrs.define
class SecondHandBook:
    kind_of_paper: str
    isbn: str

    key: ClassVar = ("kind_of_paper", "isbn")


class Offer(BaseModel):
    kind: str
    isbn: str
    shop: str


class Loose(scrapy.Item):
    isbn = scrapy.Field()
    kind = "book"
    key = ("isbn",)


def problems(item: Any, keys: Any = None) -> dict[str, str]:
    return {problem["field"]: problem["problem"] for problem in read(item, Keys.declared(keys))[3]}


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (BookItem("thin", "1"), "book"),
        (SecondHandBook("thin", "1"), "second_hand_book"),
        (Offer(kind="special offer", isbn="1", shop="a"), "special offer"),
        (Loose(isbn="1"), "book"),
        ({"kind": "pen"}, "pen"),
        ({"kind": None}, "item"),
        ({}, "item"),
    ],
)
def test_an_item_says_its_kind(item: Any, kind: str) -> None:
    assert read(item, Keys())[0] == kind


def test_a_dict_is_of_the_only_kind_that_the_spider_names() -> None:
    assert read({"isbn": "1"}, Keys.declared({"book": "isbn"}))[:2] == ("book", "1")
    assert read({"isbn": "1"}, Keys.declared({"book": "isbn", "pen": "colour"}))[0] == "item"


@pytest.mark.parametrize(
    ("item", "keys", "key"),
    [
        ({"isbn": "1", "shop": "a"}, "isbn", "1"),
        ({"isbn": 1, "shop": "a"}, ["isbn"], "1"),
        ({"isbn": "1", "shop": "a"}, ("shop", "isbn"), '["a","1"]'),
        (Offer(kind="offer", isbn="1", shop="a"), {"offer": ("shop", "isbn"), "book": "isbn"}, '["a","1"]'),
        ({"day": date(2026, 3, 2)}, "day", "2026-03-02"),
        (BookItem("thin", "1"), None, "1"),
        (SecondHandBook("thin", "1"), None, '["thin","1"]'),
        (Loose(isbn="1"), None, "1"),
        (BookItem("thin", "1"), "kind_of_paper", "thin"),
    ],
)
def test_the_key_is_made_of_the_fields_that_are_declared(item: Any, keys: Any, key: str) -> None:
    assert read(item, Keys.declared(keys))[1] == key


def test_what_stands_apart_in_two_fields_stays_apart() -> None:
    keys = Keys.declared(("a", "b"))

    assert read({"a": "1,2", "b": "3"}, keys)[1] != read({"a": "1", "b": "2,3"}, keys)[1]


def test_without_a_declared_key_equal_data_is_the_same_record() -> None:
    one, same, other = ({"a": 1, "b": {3, 2}}, {"b": {2, 3}, "a": 1}, {"a": 2, "b": {3, 2}})
    keys = [read(item, Keys())[1] for item in (one, same, other)]

    assert keys[0] == keys[1] != keys[2]
    assert len(keys[0]) == 64


class Colour(StrEnum):
    RED = "red"


class Size(Enum):
    LARGE = 3


def test_values_become_those_that_json_has() -> None:
    number = UUID(int=7)
    item = {
        "text": "NUL\x00 and \ud800",
        "moment": datetime(2026, 3, 2, 12, tzinfo=UTC),
        "price": Decimal("10.50"),
        "set": {2, 1},
        "tuple": (1, None, True, 2.5),
        "number": number,
        "colour": Colour.RED,
        "size": Size.LARGE,
        "book": BookItem("thin", "1"),
        7: "seven",
        "large": 10**30,
    }

    _, _, data, found = read(item, Keys())

    assert found == []
    assert data == {
        "text": "NUL and �",
        "moment": "2026-03-02T12:00:00+00:00",
        "price": "10.50",
        "set": [1, 2],
        "tuple": [1, None, True, 2.5],
        "number": str(number),
        "colour": "red",
        "size": 3,
        "book": {"kind_of_paper": "thin", "isbn": "1"},
        "7": "seven",
        "large": 10**30,
    }


def test_what_json_does_not_have_is_refused_by_name() -> None:
    item = {"picture": {"bytes": b"\x89PNG"}, "list": [1, float("nan")]}

    assert problems(item) == {
        "picture.bytes": "is a bytes, which JSON does not have",
        "list.1": "must be a finite number",
    }


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ({}, "is missing, but is part of the key"),
        ({"isbn": None}, "is missing, but is part of the key"),
        ({"isbn": ""}, "is missing, but is part of the key"),
        ({"isbn": ["1"]}, "is part of the key, so it must be text or a number"),
        ({"isbn": True}, "is part of the key, so it must be text or a number"),
        ({"isbn": "x" * (LONGEST_KEY + 1)}, f"makes a key of more than {LONGEST_KEY} bytes"),
    ],
)
def test_a_bad_key_is_refused_with_its_reason(item: dict[str, Any], problem: str) -> None:
    assert problems(item, "isbn") == {"isbn": problem}


def test_a_kind_has_a_longest_length() -> None:
    assert problems({"kind": "x" * 101}) == {"kind": "is longer than 100 bytes"}


@pytest.mark.parametrize("keys", ["", (), 7, [1], {"book": ()}, {"book": None}, [""]])
def test_a_declaration_that_names_no_field_is_refused(keys: Any) -> None:
    with pytest.raises(KeyDeclarationError, match="name the fields that make the key"):
        Keys.declared(keys)


def test_a_class_whose_key_names_no_field_is_refused() -> None:
    bad = make_dataclass("Bad", ["isbn"], namespace={"key": 7})

    with pytest.raises(KeyDeclarationError, match="key = 7: name the fields"):
        read(bad("1"), Keys())


@pytest.mark.parametrize("thing", ["text", 7, b"bytes", object()])
def test_what_has_no_fields_is_no_item(thing: Any) -> None:
    with pytest.raises(NoItemError, match="is no item"):
        read(thing, Keys())


texts = st.text() | st.text(st.characters(categories=["Cs", "Cc"]))
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts | st.binary()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=10)


@given(item=st.dictionaries(texts, values))
def test_any_dict_has_a_kind_a_key_and_clean_data(item: dict[str, Any]) -> None:
    kind, key, data, _ = read(item, Keys())

    for text in (kind, key, str(data)):
        assert "\x00" not in text
        text.encode()
