"""A site that changes, crawled several times: what became of each posting, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

from tests.journeys.conftest import Rows
from tests.support.crawl import Scrapy
from tests.support.web import RunningWeb
from tests.web.shifting import (
    ALWAYS,
    FILLED,
    FIRST,
    GONE,
    NEW,
    REDIRECTED,
    RENAMED,
    SECOND,
    THIRD,
    UNLINKED,
)

SLUG = "shifting"
OF_SITE = "page_id IN (SELECT id FROM page WHERE site_id = (SELECT id FROM site WHERE slug = 'shifting'))"


class Board:
    """The site, and what is stored of it."""

    def __init__(self, scrapy: Scrapy, web: RunningWeb, rows: Rows) -> None:
        self._scrapy, self._web, self._rows = scrapy, web, rows

    def crawl(self, edition: int) -> dict[str, Any]:
        """The counts of a crawl of an edition."""
        with urlopen(self._web.url(SLUG, f"/edition?is={edition}"), timeout=60):
            self._web.reset()
        done = self._scrapy.run("crawl", "site", "-a", f"site={SLUG}")
        assert done.status == 0, done.stdout + done.stderr
        query = "SELECT stats FROM job JOIN site ON site.id = site_id WHERE slug = 'shifting' ORDER BY sequence DESC"
        row = self._rows.execute(query).fetchone()
        assert row
        stats: dict[str, Any] = row["stats"]
        return stats

    def wait(self) -> None:
        """What is known of the site is two hours older."""
        jobs = "job_id IN (SELECT job.id FROM job JOIN site ON site.id = site_id WHERE slug = 'shifting')"
        for table, columns, which in (
            ("posting", ("first_seen", "last_seen", "closed_at"), OF_SITE),
            ("posting_version", ("seen_at",), OF_SITE),
            ("page", ("fetched_at", "last_seen"), OF_SITE.replace("page_id IN", "id IN", 1)),
            ("listing", ("seen_at",), jobs),
        ):
            moved = ", ".join(f"{column} = {column} - interval '2 hours'" for column in columns)
            self._rows.execute(f"UPDATE {table} SET {moved} WHERE {which}".encode())

    def versions(self) -> dict[int, list[tuple[list[str], str | None]]]:
        """Of each posting, in order: what changed, and what it was closed by."""
        found: dict[int, list[tuple[list[str], str | None]]] = {}
        query = (
            "SELECT posting.url, changed, posting_version.data->>'close_reason' AS reason"
            f" FROM posting_version JOIN posting ON posting.id = posting_id WHERE posting.{OF_SITE}"
            " ORDER BY posting_version.id"
        )
        for row in self._rows.execute(query.encode()):
            found.setdefault(int(row["url"].rpartition("/")[2]), []).append((row["changed"], row["reason"]))
        return found

    def closed(self) -> dict[int, str]:
        """Postings that are not open, and why."""
        query = f"SELECT url, close_reason FROM posting WHERE status <> 'open' AND {OF_SITE}"
        rows = self._rows.execute(query.encode()).fetchall()
        return {int(row["url"].rpartition("/")[2]): row["close_reason"] for row in rows}


def test_versions_and_ends_are_exactly_those_of_the_site(
    scrapy: Scrapy, web: RunningWeb, rows: Rows, store_site: Callable[..., None]
) -> None:
    store_site(SLUG, url=web.url(SLUG), absence_hours=1)
    board = Board(scrapy, web, rows)
    first: list[tuple[list[str], str | None]] = [([], None)]
    whole = board.crawl(FIRST)["body_bytes"]
    assert board.versions() == dict.fromkeys(range(NEW), first)
    assert board.closed() == {}

    board.wait()
    board.crawl(SECOND)
    expected = dict.fromkeys((*ALWAYS, UNLINKED, NEW), first) | {
        RENAMED: [*first, (["title", "description_text"], None)],
        GONE: [*first, (["status"], "gone")],
        REDIRECTED: [*first, (["status"], "redirect")],
        FILLED: [*first, (["status"], "marker")],
    }
    assert board.versions() == expected
    assert board.closed() == {GONE: "gone", REDIRECTED: "redirect", FILLED: "marker"}

    # Nothing has changed: nothing is sent, and the second complete crawl proves what no page has said.
    board.wait()
    again = board.crawl(SECOND)
    expected[UNLINKED] = [*first, (["status"], "absence")]
    assert board.versions() == expected
    assert board.closed() == {GONE: "gone", REDIRECTED: "redirect", FILLED: "marker", UNLINKED: "absence"}
    assert again["unchanged"] == len(("/jobs", FILLED, RENAMED, NEW, *ALWAYS))
    assert again["body_bytes"] < whole / 5

    board.wait()
    board.crawl(THIRD)
    opened = {GONE: "gone", REDIRECTED: "redirect", FILLED: "marker", UNLINKED: "absence"}
    for number, reason in opened.items():
        expected[number] = [*first, (["status"], reason), (["status"], None)]
    assert board.versions() == expected
    assert board.closed() == {}

    board.wait()
    last = board.crawl(THIRD)
    assert board.versions() == expected
    assert board.closed() == {}
    assert last["body_bytes"] < whole / 5
    listings = rows.execute(
        "SELECT listed, complete, problems FROM listing JOIN job ON job.id = job_id JOIN site ON site.id = site_id"
        " WHERE slug = 'shifting' ORDER BY listing.id"
    ).fetchall()
    assert [(row["listed"], row["complete"]) for row in listings] == [
        (10, True),
        (7, True),
        (7, True),
        (11, True),
        (11, True),
    ]
    assert not any(row["problems"] for row in listings)
