"""Postings in feeds of XML, and as systems for content keep them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from extractors.postings import postings
from extractors.postings.document import Document

TEXT = "<p>You bake bread in our oven, from four in the morning until noon, with three others.</p>"
BREAD = "You bake bread in our oven, from four in the morning until noon, with others."
PARAGRAPH = {"type": "paragraph", "content": [{"type": "text", "text": BREAD}]}


def feed(markup: str, url: str = "https://feeds.bakery.example/all.xml") -> list[dict[str, Any]]:
    return postings(Document.read(url, f'<?xml version="1.0"?>{markup}'.encode(), "application/xml"))


def state(value: dict[str, Any], url: str = "https://www.bakery.example/en/x") -> list[dict[str, Any]]:
    data = json.dumps(value | {"padding": "x" * 200})
    page = f'<html lang="en"><body><script type="application/json">{data}</script></body></html>'
    return postings(Document.read(url, page.encode(), "text/html"))


def test_names_are_read_that_have_nothing_between_their_words() -> None:
    (found,) = feed(
        f"<source><publisher>x</publisher><job><title>Baker</title><referencenumber>R17</referencenumber>"
        f"<url>https://www.bakery.example/17</url><company>Bakery</company><city>Bonn</city><country>DE</country>"
        f"<pubdate>15.06.2024</pubdate><expire>15.08.2024</expire><jobtype>fulltime</jobtype>"
        f"<remotetype>Hybrid remote</remotetype><description><![CDATA[{TEXT}]]></description></job></source>"
    )
    assert (found["employment_types"], found["workplace_type"]) == (["FULL_TIME"], "hybrid")
    assert (found["requisition_id"], found["valid_through"][:10]) == ("R17", "2024-08-15")


ITEM = (
    f"<item><title>Baker</title><link>https://www.bakery.example/a/17</link><description><![CDATA[{TEXT}]]>"
    "</description><pubDate>Fri, 10 May 2024 22:49:39 GMT</pubDate>{}</item>"
)


def test_a_feed_s_own_title_says_what_it_is_about() -> None:
    more = "<job:location>Bonn</job:location><job:company>Bakery</job:company><job:type>Full-time</job:type>"
    head = '<rss version="2.0" xmlns:job="http://bakery.example"><channel><title>{} at Bakery</title>'
    (found,) = feed(f"{head.format('Jobs')}{ITEM.format(more)}</channel></rss>")
    assert (found["company"], found["employment_types"]) == ("Bakery", ["FULL_TIME"])
    assert feed(f"{head.format('News')}{ITEM.format('')}</channel></rss>") == []
    assert feed(f"{head.format('Jobs')}{ITEM.format('')}</channel></rss>") == []


STORED: dict[str, Any] = {
    "dates around": {
        "story": {
            "name": "The baker's page",
            "published_at": "2024-05-01T08:00:00Z",
            "content": {"title": "Baker", "employment_type": "Full-time", "location": "Bonn", "body": TEXT},
        }
    },
    "parts before a text": {
        "job": {
            "frontmatter": {"title": "Baker", "type": "Full-time", "location": "Bonn", "date": "2024-05-01"},
            "html": TEXT,
        }
    },
    "titles as trees": {
        "document": {
            "first_publication_date": "2024-05-01T08:00:00+0000",
            "data": {
                "title": [{"type": "heading1", "text": "Baker", "spans": []}],
                "location": [{"type": "paragraph", "text": "Bonn", "spans": []}],
                "contract_type": "Full-time",
                "description": {"type": "doc", "content": [PARAGRAPH]},
            },
        }
    },
    "an occupation beside the title": {
        "ad_content": {
            "jobtitle": "Bak",
            "title": "Baker",
            "description": TEXT,
            "extent": "Full-time",
            "workLocations": [{"city": "Bonn"}],
            "published": "2024-05-01",
            "sourceurl": "https://elsewhere.example/1",
            "link": "https://www.bakery.example/1",
        }
    },
}


@pytest.mark.parametrize("how", STORED)
def test_what_a_system_for_content_keeps_is_read(how: str) -> None:
    (found,) = state(STORED[how])
    assert (found["title"], found.get("company"), found["employment_types"]) == ("Baker", None, ["FULL_TIME"])
    assert ([place["city"] for place in found["locations"]], found["date_posted"][:10]) == (["Bonn"], "2024-05-01")
    assert found["url"].startswith("https://www.bakery.example/")


def test_jobs_are_told_from_people_beside_them() -> None:
    jobs = [{"title": name, "body": TEXT, "location": "Bonn", "type": "Full-time"} for name in ("Baker", "Miller")]
    people = [{"name": "Ann", "role": "Head baker", "bio": TEXT, "location": "Bonn"}]
    found = state({"jobs": jobs, "people": people}, "https://www.bakery.example/careers")
    assert [one["title"] for one in found] == ["Baker", "Miller"]
