"""A page may come as any item that Scrapy knows."""

from __future__ import annotations

from dataclasses import fields, make_dataclass
from typing import Any

import attrs
import pytest
import scrapy
from pydantic import create_model

from pipelines.items import as_page
from schemas.page import Page
from tests.support.pages import make_page

REQUIRED = (
    *("url", "final_url", "status", "request_headers", "headers", "body", "content_type", "fetched_at"),
    *("site_id", "job_id", "fence", "site", "extract"),
)
VALUES = {name: getattr(make_page(), name) for name in REQUIRED}


def as_dataclass(values: dict[str, Any]) -> Any:
    return make_dataclass("Item", values)(**values)


def as_attrs(values: dict[str, Any]) -> Any:
    return attrs.make_class("Item", list(values))(**values)


def as_pydantic(values: dict[str, Any]) -> Any:
    definitions: Any = dict.fromkeys(values, (Any, ...))
    return create_model("Item", **definitions)(**values)


def as_scrapy(values: dict[str, Any]) -> Any:
    return type("Item", (scrapy.Item,), {name: scrapy.Field() for name in values})(values)


KINDS = (dict, as_dataclass, as_attrs, as_pydantic, as_scrapy)
kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def test_a_page_is_itself() -> None:
    page = make_page()

    assert as_page(page) is page


@kinds
def test_an_item_with_a_pages_fields_is_a_page(kind: Any) -> None:
    page = as_page(kind(VALUES))

    assert isinstance(page, Page)
    assert {name: getattr(page, name) for name in REQUIRED} == VALUES
    assert (page.tier, page.records, page.archived) == ("direct", [], None)


@kinds
def test_optional_fields_are_taken_and_unknown_ones_left(kind: Any) -> None:
    page = as_page(kind(VALUES | {"tier": "proxy", "colour": "red"}))

    assert page is not None
    assert page.tier == "proxy"
    assert not hasattr(page, "colour")


@kinds
@pytest.mark.parametrize("missing", REQUIRED)
def test_an_item_that_lacks_a_field_is_the_users_own(kind: Any, missing: str) -> None:
    assert as_page(kind({name: value for name, value in VALUES.items() if name != missing})) is None


@pytest.mark.parametrize("item", [None, 7, "text", b"bytes", [], object(), {}, Page])
def test_what_is_no_item_is_no_page(item: Any) -> None:
    assert as_page(item) is None


def test_a_pages_required_fields_are_these() -> None:
    assert [field.name for field in fields(Page)][: len(REQUIRED)] == list(REQUIRED)
