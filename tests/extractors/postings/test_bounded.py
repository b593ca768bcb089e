"""Any bytes are read in bounded time, and never raise."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.postings import postings
from extractors.postings.document import Document

MEGABYTE = 1 << 20
LONGEST = 180
"""Seconds, on a machine that has other things to do; without a bound these would take hours."""
FETCHED = datetime(2024, 6, 1, tzinfo=UTC)
PIECES = [
    "<h1>Head Baker (m/w/d)</h1>",
    "<h2>Responsibilities</h2>",
    "<p>Location: Bonn, Germany</p>",
    "<li>Salary: 1.000,00 - 2 000 € per month</li>",
    "<title>Baker | Acme</title>",
    "<table><tr><th>Type</th><td>Full-time</td></tr></table>",
    "<form><label>Name</label><input type=submit value=Apply></form>",
    '<script type=\'application/ld+json\'>{"@type": "JobPosting", "title": "Baker"',
    "<div class='nav menu'>",
    "</div>",
    "© 2024 Acme Inc. ",
    "Posted 3 days ago · Remote | Hybrid - ",
    "\u202e\u0000\ufeff",
    "We are looking for " * 20,
    "<b>",
    "<!--",
]


def read(body: bytes, kind: str = "text/html; charset=utf-8") -> None:
    postings(Document.read("https://acme.example/jobs/1", body, kind, FETCHED))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=80)), max_size=40), st.sampled_from(["", "text/html"])
)
def test_any_page_gives_postings_or_none(pieces: list[str], kind: str) -> None:
    read("".join(pieces).encode("utf-8", "replace"), kind)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600), st.sampled_from(["", "text/html", "application/json", "application/xml"]))
def test_any_bytes_give_postings_or_none(body: bytes, kind: str) -> None:
    read(body, kind)


@pytest.mark.timeout(LONGEST)
@pytest.mark.parametrize(
    "filling",
    [
        " ",
        "1",
        "1 ",
        "1,",
        "$1 - ",
        "a",
        "A ",
        "a-",
        "a, ",
        "\t",
        "\n",
        "- ",
        "| ",
        ": ",
        "(",
        "[",
        "{{",
        "é",
        "あ",
        "m/w/",
        "we are ",
        "Remote ",
        "Berlin, ",
        "hiring ",
        "engineer ",
        "© ",
        "<b>",
        "<div>",
        "<li>a",
        "<h1>a",
        "<p>Location: Bonn",
        "<h2>Responsibilities</h2>",
        "<a href='/jobs/1/a'>a</a>",
        "<td>a",
        "<input type=submit value=a>",
        "<p class='nav-nav-nav-nav'>a",
        "<!-- ",
        '{"title": "a", "description": "b"}, ',
    ],
)
def test_a_megabyte_of_one_thing_is_read_in_bounded_time(filling: str) -> None:
    text = filling * (MEGABYTE // len(filling.encode()))
    shapes = (
        f"<title>Baker</title><h1>Head Baker</h1><p>{text}</p><h2>Requirements</h2><p>We are looking for you.</p>",
        f"<title>{text}</title><h1>{text}</h1>",
    )
    script = f"<script>var jobTitle = {text}; var salary</script>"
    for shape in (*shapes, script):
        read(shape.encode())


@pytest.mark.timeout(LONGEST)
@pytest.mark.parametrize(
    "filling",
    [
        ", ",
        ",",
        "\u2014",
        "...",
        "]",
        "[]",
        "}",
        "'",
        '"',
        "\u201c\u201d",
        "\r\n",
        " \n",
        "\u3042\u3001",
        "\u0430 \u0431 ",
        "a1\u0430\u3042\u00e9",
        "\u0645\u0631 ",
        "\ud55c ",
        "\u200b",
        "&nbsp;",
        "&amp;",
        "<<",
        "//",
        "/*",
        "[[",
        "eyJ",
        "%7B%22",
        "a.b",
        "a='",
        "\u20ac 1.000,00 - ",
        "Paris, KY / ",
        "Remote or ",
        "at Acme ",
        "3 days ago ",
        "a@b ",
        "http://a/ ",
    ],
)
def test_a_megabyte_of_it_in_every_field_is_read_in_bounded_time(filling: str) -> None:
    text = filling * (MEGABYTE // 8 // len(filling.encode()))
    data = dict.fromkeys(("title", "description", "jobLocation", "baseSalary", "datePosted", "skills"), text)
    block = json.dumps({"@type": "JobPosting", **data})
    page = f"<title>{text}</title><script type='application/ld+json'>{block}</script><h1>{text}</h1><p>{text}</p>"

    read(page.encode())
