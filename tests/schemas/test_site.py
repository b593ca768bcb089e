"""A site's config: what may stand in it, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.selectors import PostingSelectors
from schemas.site import EXTRACTS, POLITE_TO, Expectations, SiteConfig
from schemas.tiers import TIERS

URL = "https://example.com/"


def config(**fields: Any) -> SiteConfig:
    return SiteConfig.model_validate({"url": URL, **fields})


def refused_fields(**fields: Any) -> set[str]:
    with pytest.raises(ValidationError) as refused:
        config(**fields)
    return {str(error["loc"][0]) for error in refused.value.errors()}


def test_a_url_is_enough() -> None:
    assert config().model_dump() == {
        "url": URL,
        "max_pages": None,
        "max_depth": None,
        "max_pages_per_host": None,
        "max_pages_per_shape": None,
        "ignore_parameters": (),
        "extract": ("page", "posting"),
        "render": "auto",
        "wait_for": None,
        "actions": (),
        "browser_loads": (),
        "browser_blocks": (),
        "output": None,
        "dry_run": False,
        "allowed_hosts": (),
        "sitemaps": True,
        "search_url_template": None,
        "keywords": (),
        "locations": (),
        "posted_within_days": None,
        "obey_robots": True,
        "obey_directives": True,
        "revalidate": True,
        "delay": 0.0,
        "concurrency": 8,
        "polite_to": "host",
        "user_agent": None,
        "identity": "robot",
        "impersonate": "never",
        "proxy": True,
        "tiers": (),
        "budget": None,
        "shards": 1,
        "absence_hours": 6,
        "shrink_percent": 50,
        "retention_days": None,
        "posting_selectors": PostingSelectors().model_dump(),
        "expect": {"pages": 0, "postings": 0},
    }


def test_the_url_is_normalised() -> None:
    assert config(url=" HTTPS://user:word@Example.COM:443/a/../b#part ").url == "https://example.com/b"


@pytest.mark.parametrize("url", ["", "nonsense", "example.com", "ftp://example.com/", "http://", "https://a..b/", None])
def test_what_is_no_web_address_is_refused(url: Any) -> None:
    assert refused_fields(url=url) == {"url"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("text", ("text",)),
        (" page , text ", ("page", "text")),
        (["posting"], ("posting",)),
        (",", ()),
    ],
)
def test_extract_is_a_list_or_words_with_commas(written: Any, read: tuple[str, ...]) -> None:
    assert config(extract=written).extract == read


@pytest.mark.parametrize("written", ["sid, utm_*", ["sid", "utm_*"]])
def test_parameters_are_a_list_or_names_with_commas(written: Any) -> None:
    assert config(ignore_parameters=written).ignore_parameters == ("sid", "utm_*")


@pytest.mark.parametrize(
    "fields",
    [
        {"max_pages": 0},
        {"max_pages": "ten"},
        {"max_pages": 1.5},
        {"max_depth": -1},
        {"max_pages_per_host": 0},
        {"max_pages_per_shape": "few"},
        {"ignore_parameters": "a b"},
        {"ignore_parameters": ["?sid"]},
        {"ignore_parameters": [""]},
        {"extract": "page,pictures"},
        {"extract": 7},
        {"render": "sometimes"},
        {"dry_run": "perhaps"},
        {"delay": -0.1},
        {"delay": 3601},
        {"delay": float("nan")},
        {"concurrency": 0},
        {"concurrency": 257},
        {"polite_to": "network"},
        {"expect": {"pages": -1}},
        {"expect": {"articles": 1}},
        {"allowed_hosts": "example.org"},
        {"allowed_hosts": ["https://example.org"]},
        {"allowed_hosts": ["example.org/path"]},
        {"allowed_hosts": ["*.example.org"]},
        {"allowed_hosts": ["user@example.org"]},
        {"allowed_hosts": ["example.org:"]},
        {"allowed_hosts": ["example.org:99999"]},
        {"allowed_hosts": ["example.org", ""]},
        {"allowed_hosts": ["a b"]},
        {"user_agent": ""},
        {"user_agent": "Acme/1.0\r\nX-Evil: 1"},
        {"user_agent": "Müller/1.0"},
        {"user_agent": " Acme"},
        {"user_agent": "A" * 513},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_bad_value_or_an_unknown_name_is_refused_by_its_field(fields: dict[str, Any]) -> None:
    assert refused_fields(**fields) == set(fields)


@pytest.mark.parametrize("host", ["example.org", "Müller.example:8080", "127.0.0.1:80", "[::1]:8080", "localhost"])
def test_a_host_may_have_a_port(host: str) -> None:
    assert config(allowed_hosts=[host]).allowed_hosts == (host,)


def test_a_bad_host_is_named_with_what_it_should_be() -> None:
    with pytest.raises(ValidationError) as refused:
        config(allowed_hosts=["https://example.org/jobs"])

    (error,) = refused.value.errors()
    assert error["msg"] == (
        "Value error, 'https://example.org/jobs' is no host: write example.com or example.com:8080, "
        "without http:// and path"
    )


def test_a_user_agent_may_say_where_it_comes_from() -> None:
    assert (
        config(user_agent="Acme/1.0 (+https://acme.example/bot)").user_agent == "Acme/1.0 (+https://acme.example/bot)"
    )


def test_an_assignment_is_checked_too() -> None:
    site = config()

    with pytest.raises(ValidationError):
        site.max_pages = 0


@pytest.mark.parametrize(
    ("written", "read"),
    [(True, True), (False, False), ("true", True), ("off", False), ("required", "required"), ("Required", "required")],
)
def test_a_site_uses_proxies_or_not_or_demands_one(written: Any, read: bool | str) -> None:
    assert config(proxy=written).proxy == read
    assert refused_fields(proxy="always") == {"proxy"}


@pytest.mark.parametrize("tiers", ["direct, browser", ["direct", "browser"], ("direct", "browser")])
def test_tiers_are_a_list_or_words(tiers: Any) -> None:
    assert config(tiers=tiers, budget="2.50").tiers == ("direct", "browser")


@pytest.mark.parametrize(
    "fields",
    [
        {"tiers": ["fax"]},
        {"tiers": ["direct", "direct"]},
        {"tiers": ["browser"], "render": "never"},
        {"tiers": ["direct"], "proxy": "required"},
    ],
)
def test_tiers_that_make_no_sense_are_refused(fields: dict[str, Any]) -> None:
    assert refused_fields(**fields) == {"tiers"}


@pytest.mark.parametrize("budget", [-1, "much", "0.0000001", 10**7])
def test_a_budget_is_an_amount_of_money(budget: Any) -> None:
    assert refused_fields(budget=budget) == {"budget"}


def test_every_field_says_what_it_is_for() -> None:
    assert all(field.description for field in SiteConfig.model_fields.values())


configs = st.builds(
    SiteConfig,
    url=st.sampled_from([URL, "http://127.0.0.1:8000/a?b=%20"]),
    max_pages=st.none() | st.integers(1, 10**9),
    max_depth=st.none() | st.integers(0, 99),
    max_pages_per_host=st.none() | st.integers(1, 99),
    ignore_parameters=st.lists(st.sampled_from(["sid", "utm_*", "*"])).map(tuple),
    extract=st.lists(st.sampled_from(EXTRACTS)).map(tuple),
    output=st.none() | st.text(max_size=20),
    dry_run=st.booleans(),
    allowed_hosts=st.lists(st.sampled_from(["example.org", "[::1]:80", "müller.example"])).map(tuple),
    sitemaps=st.booleans(),
    obey_robots=st.booleans(),
    delay=st.floats(0, 3600),
    concurrency=st.integers(1, 256),
    polite_to=st.sampled_from(POLITE_TO),
    proxy=st.sampled_from([True, False, "required"]),
    tiers=st.sampled_from([(), ("proxy",), ("direct", "browser"), TIERS]),
    budget=st.none() | st.decimals(0, 1000, places=2),
    user_agent=st.none() | st.from_regex(r"[!-~]{1,20}", fullmatch=True),
    expect=st.builds(Expectations, pages=st.integers(0, 99), postings=st.integers(0, 99)),
)


@given(configs)
def test_what_is_stored_as_json_is_read_again(site: SiteConfig) -> None:
    assert SiteConfig.model_validate_json(site.model_dump_json()) == site
    assert SiteConfig.model_validate(site.model_dump(mode="json", exclude_defaults=True) | {"url": site.url}) == site
