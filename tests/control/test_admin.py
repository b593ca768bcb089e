"""The admin, as a browser sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from schemas.addresses import url_sha256
from tests.control.crawled import DIGEST, TABLES, URL, crawled

if TYPE_CHECKING:
    from django.test import Client

RESULTS = TABLES[1:]


def listed(html: str) -> list[str]:
    """The keys of the rows in a list."""
    return list(dict.fromkeys(re.findall(r'<tr>.*?/admin/\w+/\w+/([^/"]+)/change/', html, re.DOTALL)))


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SQL that the block sends."""
    from django.db import connection  # noqa: PLC0415 - needs Django to be set up
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - needs Django to be set up

    statements: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield statements
    statements += [query["sql"] for query in captured]


def test_strangers_are_asked_to_sign_in(undone: None) -> None:
    from django.test import Client  # noqa: PLC0415 - needs Django to be set up

    answer = Client().get("/", follow=True)

    assert answer.redirect_chain[-1][0].startswith("/admin/login/")
    assert "Longline" in answer.content.decode()


def test_somebody_signs_in_with_a_password(undone: None) -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415 - needs Django to be set up
    from django.test import Client  # noqa: PLC0415 - needs Django to be set up

    User.objects.create_superuser("ada", password="correct horse battery staple")
    browser = Client(enforce_csrf_checks=True)
    token = browser.get("/admin/login/").cookies["csrftoken"].value
    form = {"username": "ada", "password": "correct horse battery staple", "csrfmiddlewaretoken": token}

    answer = browser.post("/admin/login/?next=/admin/", form, follow=True)

    assert "Sites, jobs and what they found" in answer.content.decode()


def test_the_front_page_names_all_tables(client: Client) -> None:
    html = client.get("/admin/").content.decode()

    assert [table for table in TABLES if f'href="/admin/{table}/"' in html] == TABLES


def test_its_style_sheets_are_served(client: Client) -> None:
    html = client.get("/admin/").content.decode()
    sheets = re.findall(r'href="(/static/[^"]+\.css)"', html)

    assert sheets
    for sheet in sheets:
        answer = client.get(sheet)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/css")
        answer.close()
    assert client.get("/static/../settings.py").status_code == 400


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_listed_and_shown(client: Client, table: str) -> None:
    row = crawled()[table]

    listed = client.get(f"/admin/{table}/")
    shown = client.get(f"/admin/{table}/{row.pk}/change/")

    assert (listed.status_code, shown.status_code) == (200, 200)
    assert f"/admin/{table}/{row.pk}/change/" in listed.content.decode()
    assert "<b>0</b>" not in listed.content.decode() + shown.content.decode()


@pytest.mark.parametrize("table", TABLES)
def test_a_longer_list_takes_no_more_queries(client: Client, table: str) -> None:
    crawled(1, 2)
    with counted() as few:
        client.get(f"/admin/{table}/")
    crawled(*range(3, 13))
    with counted() as many:
        client.get(f"/admin/{table}/")

    assert len(few) == len(many)


@pytest.mark.parametrize("table", RESULTS)
def test_no_list_counts_a_whole_table(client: Client, table: str) -> None:
    with counted() as statements:
        client.get(f"/admin/{table}/")

        client.get(f"/admin/{table}/?_facets=True")

    counts = [sql for sql in statements if "COUNT(" in sql]
    assert counts
    assert all("LIMIT 10000" in sql for sql in counts)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("results/page", "open_graph"),
        ("results/pagetext", "markdown"),
        ("results/posting", "description_html"),
        ("results/posting", "provenance"),
        ("results/record", "data"),
        ("results/record", "config"),
        ("results/rejectedrecord", "data"),
        ("results/rejectedrecord", "open_graph"),
        ("jobs/deadrequest", "errors"),
        ("jobs/deadrequest", "payload"),
        ("jobs/deadrequest", "stats"),
    ],
)
def test_no_list_reads_what_it_does_not_show(client: Client, table: str, column: str) -> None:
    crawled()

    with counted() as statements:
        client.get(f"/admin/{table}/")

    assert not [sql for sql in statements if f'"{column}"' in sql]


@pytest.mark.parametrize("table", RESULTS)
def test_results_can_be_neither_added_nor_changed_nor_deleted(client: Client, table: str) -> None:
    row = crawled()[table]

    assert client.get(f"/admin/{table}/add/").status_code == 403
    assert client.post(f"/admin/{table}/{row.pk}/change/", {}).status_code == 403
    assert client.post(f"/admin/{table}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in client.get(f"/admin/{table}/").content.decode()


def test_a_job_leads_to_its_dead_requests_whose_payload_is_not_shown(client: Client) -> None:
    rows = crawled(1, 2)
    dead = rows["jobs/deadrequest"]
    job = client.get(f"/admin/jobs/job/{rows['jobs/job'].pk}/change/").content.decode()
    (address,) = re.findall(r'href="(/admin/jobs/deadrequest/\?[^"]+)"', job)

    assert listed(client.get(unescape(address)).content.decode()) == [str(dead.pk)]
    assert "payload" not in client.get(f"/admin/jobs/deadrequest/{dead.pk}/change/").content.decode().lower()


def test_a_job_leads_to_its_pages_and_a_page_to_its_text_postings_and_records(client: Client) -> None:
    rows = crawled(1, 2)

    def follow(html: str, table: str) -> str:
        (address,) = re.findall(rf'href="(/admin/results/{table}/\?[^"]+)"', html)
        return client.get(unescape(address)).content.decode()

    job = client.get(f"/admin/jobs/job/{rows['jobs/job'].pk}/change/").content.decode()
    page = client.get(f"/admin/results/page/{rows['results/page'].pk}/change/").content.decode()

    assert listed(follow(job, "page")) == [str(rows["results/page"].pk)]
    assert listed(follow(page, "posting")) == [str(rows["results/posting"].pk)]
    assert listed(follow(page, "record")) == [str(rows["results/record"].pk)]
    assert len(listed(follow(page, "pagetext"))) == 2


@pytest.mark.parametrize(
    ("table", "words", "found"),
    [
        ("results/page", f"{URL}/1", 1),
        ("results/page", f"  {URL.upper().replace('/CAREERS', '/careers')}/1#top ", 1),
        ("results/page", f"{URL}/3", 0),
        ("results/page", "site-2", 1),
        ("results/page", "site", 0),
        ("results/page", "", 2),
        ("results/posting", "bak", 2),
        ("results/posting", "smith", 0),
        ("results/pagetext", DIGEST.hex(), 2),
        ("results/pagetext", "cafe", 0),
        ("results/pagetext", "no digest", 0),
        ("results/record", "site-1", 1),
        ("results/record", "site", 0),
        ("results/record", "", 2),
        ("results/rejectedrecord", "posting", 2),
        ("jobs/job", "site-1", 1),
        ("jobs/job", "careers", 2),
        ("jobs/deadrequest", f"{URL}/1", 1),
        ("jobs/deadrequest", f"{URL}/3", 0),
        ("jobs/deadrequest", "site-2", 1),
        ("jobs/deadrequest", "", 2),
        ("sites/site", "acme.example", 2),
    ],
)
def test_rows_are_found(client: Client, table: str, words: str, found: int) -> None:
    crawled(1, 2)

    assert len(listed(client.get(f"/admin/{table}/", {"q": words}).content.decode())) == found


@pytest.mark.parametrize(
    ("table", "choice", "found"),
    [
        ("results/page", "status=2", 2),
        ("results/page", "status=4", 0),
        ("results/page", "status=200", 2),
        ("results/posting", "status__exact=open", 2),
        ("results/posting", "workplace_type__exact=remote", 0),
        ("jobs/job", "state__exact=completed", 2),
        ("jobs/job", "state__exact=failed", 0),
        ("sites/site", "ad_hoc__exact=1", 0),
    ],
)
def test_rows_are_filtered(client: Client, table: str, choice: str, found: int) -> None:
    crawled(1, 2)

    assert len(listed(client.get(f"/admin/{table}/?{choice}").content.decode())) == found


def test_a_page_shows_its_digests_in_hexadecimal(client: Client) -> None:
    row = crawled()["results/page"]

    html = client.get(f"/admin/results/page/{row.pk}/change/").content.decode()

    assert DIGEST.hex() in html
    assert url_sha256(f"{URL}/0").hex() in html


def test_moments_are_written_as_in_logs(client: Client) -> None:
    row: Any = crawled()["jobs/job"]

    html = client.get(f"/admin/jobs/job/{row.pk}/change/").content.decode()

    row.refresh_from_db()
    assert f"{row.created_at:%Y-%m-%d %H:%M:%S}" in html


def test_a_list_ends_after_ten_thousand_rows(undone: None) -> None:
    from control.readonly import BoundedPaginator  # noqa: PLC0415 - needs Django to be set up
    from control.results.models import PageText  # noqa: PLC0415 - needs Django to be set up

    texts = [PageText(body_sha256=DIGEST, extractor=str(number), markdown="") for number in range(10_001)]
    PageText.objects.bulk_create(texts)

    assert BoundedPaginator(PageText.objects.order_by("pk"), 50).num_pages == 200
