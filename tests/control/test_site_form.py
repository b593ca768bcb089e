"""The form in which people write a site."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

from schemas.site import SiteConfig
from tests.control.crawled import URL, crawled

if TYPE_CHECKING:
    from django.test import Client

FILLED_IN: dict[str, Any] = {
    "slug": "acme",
    "url": URL,
    "extract": ["page", "posting"],
    "delay": "0.5",
    "concurrency": "8",
    "polite_to": "host",
    "sitemaps": "on",
    "obey_robots": "on",
    "obey_directives": "on",
    "revalidate": "on",
    "render": "auto",
    "identity": "robot",
    "proxy": "True",
    "allowed_hosts": "jobs.acme.example\nacme.example:8080\n",
    "expect.postings": "3",
}


def errors(html: str) -> list[str]:
    return [unescape(text) for text in re.findall(r'<ul class="errorlist[^>]*><li>(.*?)</li>', html)]


def site_of(slug: str) -> Any:
    from control.sites.models import Site  # noqa: PLC0415 - needs Django to be set up

    return Site.objects.get(slug=slug)


def test_every_field_of_a_site_has_a_field_in_the_form(client: Client) -> None:
    html = client.get("/admin/sites/site/add/").content.decode()

    nested = {"expect.pages", "expect.postings", "posting_selectors.title", "posting_selectors.each"}
    for name in set(SiteConfig.model_fields) - {"expect", "posting_selectors"} | nested:
        assert f'name="{name}"' in html


def test_a_site_is_added(client: Client) -> None:
    answer = client.post("/admin/sites/site/add/", FILLED_IN)

    assert errors(answer.content.decode()) == []
    assert answer.status_code == 302
    assert site_of("acme").config == {
        "url": URL,
        "delay": 0.5,
        "allowed_hosts": ["jobs.acme.example", "acme.example:8080"],
        "expect": {"postings": 3},
    }


def test_what_the_form_shows_is_what_it_takes(client: Client) -> None:
    client.post("/admin/sites/site/add/", FILLED_IN)
    site = site_of("acme")
    form = client.get(f"/admin/sites/site/{site.pk}/change/").context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}

    answer = client.post(
        f"/admin/sites/site/{site.pk}/change/",
        {name: "on" if value is True else value for name, value in shown.items() if value not in (None, False)},
    )

    assert answer.status_code == 302
    assert site_of("acme").config == site.config


def test_each_mistake_is_told_at_its_field(client: Client) -> None:
    wrong = {"url": "acme", "max_pages": "0", "concurrency": "many", "expect.postings": "-1", "slug": "Acme Inc"}

    form = client.post("/admin/sites/site/add/", FILLED_IN | wrong).context["adminform"].form

    assert form.errors == {
        "slug": [
            "A slug must be up to 255 lower-case letters, digits and . - _ : [ ], and begin with a letter or digit."
        ],
        "url": ["Must be a URL that starts with http:// or https:// and names a host; it is 'acme'."],
        "max_pages": ["Must be greater than or equal to 1; it is '0'."],
        "concurrency": ["Must be a valid integer, unable to parse string as an integer; it is 'many'."],
        "expect.postings": ["Must be greater than or equal to 0; it is '-1'."],
    }


def test_a_missing_url_and_a_taken_slug_are_told(client: Client) -> None:
    client.post("/admin/sites/site/add/", FILLED_IN)

    missing = client.post("/admin/sites/site/add/", FILLED_IN | {"slug": "beta", "url": ""}).context["adminform"].form
    taken = client.post("/admin/sites/site/add/", FILLED_IN).context["adminform"].form

    assert missing.errors == {"url": ["Must be given."]}
    assert taken.errors == {"__all__": ["A site with this slug exists."]}


def test_a_site_that_somebody_has_configured_is_no_longer_ad_hoc(client: Client) -> None:
    from control.sites.models import Site  # noqa: PLC0415 - needs Django to be set up

    site = Site.objects.create(slug="acme", config={"url": URL}, ad_hoc=True)

    client.post(f"/admin/sites/site/{site.pk}/change/", FILLED_IN)

    assert not site_of("acme").ad_hoc


def test_a_site_is_deleted_only_before_it_is_crawled(client: Client) -> None:
    from control.sites.models import Site  # noqa: PLC0415 - needs Django to be set up

    fresh, used = Site.objects.create(slug="fresh", config={"url": URL}), crawled()["sites/site"]

    assert client.post(f"/admin/sites/site/{fresh.pk}/delete/", {"post": "yes"}).status_code == 302
    assert client.post(f"/admin/sites/site/{used.pk}/delete/", {"post": "yes"}).status_code == 403
    assert [site.slug for site in Site.objects.all()] == ["site-0"]


def test_a_selector_is_checked_when_the_site_is_saved(client: Client) -> None:
    wrong = client.post("/admin/sites/site/add/", FILLED_IN | {"posting_selectors.title": "h1["})
    assert errors(wrong.content.decode()) == [
        "Must be a CSS selector, or one with ::attr(NAME) behind it; it is 'h1['."
    ]

    client.post("/admin/sites/site/add/", FILLED_IN | {"posting_selectors.title": "h1.job"})
    assert site_of("acme").config["posting_selectors"] == {"title": "h1.job"}
