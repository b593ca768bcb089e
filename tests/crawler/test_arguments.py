"""What ``crawl site`` takes by ``-a``, and the sentence for everything that it does not take."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.arguments import TAKES, ArgumentError, read_arguments
from schemas.site import SiteConfig

URL = "https://example.com/"


def refusal(**values: str) -> str:
    with pytest.raises(ArgumentError) as refused:
        read_arguments(values)
    return str(refused.value)


def test_a_url_is_normalised() -> None:
    arguments = read_arguments({"url": " HTTPS://Example.com:443/a#b "})

    assert (arguments.url, arguments.site, arguments.changes) == ("https://example.com/a", None, {})


def test_a_stored_site_is_named_by_its_slug() -> None:
    arguments = read_arguments({"site": "acme"})

    assert (arguments.url, arguments.site) == (None, "acme")


def test_values_become_what_the_config_holds() -> None:
    values = {
        "max_pages": "10",
        "max_depth": "0",
        "ignore_parameters": "sid,utm_*",
        "extract": "page, text",
        "render": "never",
        "output": "some folder",
        "shards": "4",
        "dry_run": "true",
    }

    assert read_arguments({"url": URL, **values}).changes == {
        "max_pages": 10,
        "max_depth": 0,
        "ignore_parameters": ("sid", "utm_*"),
        "extract": ("page", "text"),
        "render": "never",
        "output": "some folder",
        "shards": 4,
        "dry_run": True,
    }


def test_only_what_was_given_changes_a_stored_config() -> None:
    stored = SiteConfig(url="https://example.com/start", max_pages=7, delay=2.5, extract=("text",))

    changed = read_arguments({"site": "acme", "max_pages": "3"}).applied_to(stored)

    assert changed == stored.model_copy(update={"max_pages": 3})
    assert stored.max_pages == 7


def test_a_url_that_was_given_replaces_the_stored_one() -> None:
    stored = SiteConfig(url=URL, delay=2.5)

    changed = read_arguments({"url": "https://example.com/jobs"}).applied_to(stored)

    assert (changed.url, changed.delay) == ("https://example.com/jobs", 2.5)


def test_names_of_scrapyds_own_are_passed_over() -> None:
    assert read_arguments({"url": URL, "_job": "x", "_version": "1"}).changes == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", "nonsense"),
        ("url", ""),
        ("url", "ftp://example.com/"),
        ("max_pages", "ten"),
        ("max_pages", "0"),
        ("max_pages", "-1"),
        ("max_pages", "1.5"),
        ("max_pages", ""),
        ("max_depth", "-1"),
        ("max_depth", "deep"),
        ("extract", "pictures"),
        ("extract", "page,pictures"),
        ("extract", ""),
        ("extract", ","),
        ("render", "sometimes"),
        ("render", ""),
        ("dry_run", "perhaps"),
        ("dry_run", ""),
    ],
)
def test_a_bad_value_is_refused_with_what_the_argument_takes(name: str, value: str) -> None:
    assert refusal(**{"url": URL, name: value}) == f"-a {name}={value}: it takes {TAKES[name]}."


@pytest.mark.parametrize("name", ["colour", "URL", "max-pages", "", "delay"])
def test_an_unknown_argument_is_refused_with_those_that_there_are(name: str) -> None:
    assert refusal(**{"url": URL, name: "red"}) == (
        f"-a {name}=red: there is no such argument. "
        "There are: url, site, max_pages, max_depth, ignore_parameters, extract, render, output, revalidate, tiers, "
        "budget, shards, dry_run."
    )


@pytest.mark.parametrize("values", [{}, {"max_pages": "3"}, {"url": URL, "site": "acme"}], ids=str)
def test_there_must_be_a_url_or_a_site_and_not_both(values: dict[str, str]) -> None:
    assert refusal(**values) == "Give either -a url=URL or -a site=SLUG."


def test_every_argument_but_the_slug_is_a_field_of_the_config() -> None:
    assert TAKES.keys() - {"site"} <= SiteConfig.model_fields.keys()


names = st.sampled_from([*TAKES, "_job", "colour"]) | st.text(max_size=8)
numbers = st.integers(-3, 99).map(str)
words = st.sampled_from([URL, "page,text", "true", "ten", "", "\0", "9" * 5000])


@given(st.dictionaries(names, numbers | words | st.text(max_size=20), max_size=5))
def test_any_arguments_are_taken_whole_or_refused(values: dict[str, str]) -> None:
    try:
        arguments = read_arguments(values)
    except ArgumentError:
        return
    config: Any = arguments.applied_to(SiteConfig(url=URL))
    assert SiteConfig.model_validate(config.model_dump()) == config
    given_names = {name for name in values if not name.startswith("_")}
    assert arguments.changes.keys() == given_names - {"url", "site"}
