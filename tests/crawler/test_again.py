"""Pages that are extracted again from the archive: what their rows are afterwards, and what is left alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from crawler import again_job
from crawler.again_work import read_segment
from extractors import EXTRACTOR
from schemas.job import Job
from schemas.verdicts import Kind, Verdict
from tests.crawler.again import AGE, archive, job, newest, one, rows, run, store, tables_url
from tests.support.archived import posting_html, posting_page
from tests.support.pages import HTML, MOMENT, make_page
from tests.support.tables import Rows, add_job

__all__ = ["archive", "job", "rows", "run", "store", "tables_url"]

KEPT = "SELECT url, title, fence, last_seen, fetched_at, job_id, etag FROM page ORDER BY url"


def test_a_better_extractor_is_run_over_the_archive(store: Any, run: Any, rows: Rows, job: Job) -> None:
    store([posting_page(job, number) for number in range(5)], [make_page(job=job)])
    before = rows.execute(KEPT).fetchall()
    rows.execute(AGE)

    assert run(site=job.site).run() == 0

    assert rows.execute(KEPT).fetchall() == before
    assert one(rows, "SELECT count(*) AS n FROM page WHERE extractor = %s", EXTRACTOR)["n"] == 6
    found = rows.execute("SELECT title, extractor, status, first_seen, last_seen FROM posting").fetchall()
    assert [tuple(row.values()) for row in found] == [("Nurse", EXTRACTOR, "open", MOMENT, MOMENT)] * 5
    done = newest(rows)
    assert (done["state"], done["error"], done["site_id"]) == ("completed", None, job.site_id)
    assert {name: done["stats"][name] for name in ("pages", "postings", "archived_bytes")} == {
        "pages": 6,
        "postings": 5,
        "archived_bytes": 0,
    }
    assert one(rows, "SELECT count(*) AS n FROM job_segment")["n"] == 0


def test_the_same_extractor_changes_nothing(store: Any, run: Any, rows: Rows, job: Job) -> None:
    store([posting_page(job, number) for number in range(3)])
    tables = ("page", "posting", "posting_version", "rejected_record", "page_text")
    before = {name: rows.execute(f"SELECT * FROM {name} ORDER BY 1".encode()).fetchall() for name in tables}

    assert run(job=job.id).run() == 0
    assert run(job=job.id).run() == 0

    assert {name: rows.execute(f"SELECT * FROM {name} ORDER BY 1".encode()).fetchall() for name in tables} == before


def test_text_is_added_to_what_was_read_before(store: Any, run: Any, rows: Rows, job: Job) -> None:
    store([make_page(job=job)])

    assert run(site=job.site, extract=("text",)).run() == 0

    page = one(rows, "SELECT title, extracts, extractor FROM page")
    assert (page["title"], page["extracts"]) == ("A page", ["page", "posting", "text"])
    assert "Some words." in one(rows, "SELECT markdown FROM page_text")["markdown"]
    assert newest(rows)["stats"]["texts"] == 1


def test_selectors_of_the_site_read_its_archived_pages_anew(store: Any, run: Any, rows: Rows, job: Job) -> None:
    store([posting_page(job, 1)])
    config = {"url": f"https://{job.site}/", "posting_selectors": {"company": "main p"}}
    rows.execute("UPDATE site SET config = %s", [Jsonb(config)])

    assert run(site=job.site).run() == 0

    assert one(rows, "SELECT company FROM posting")["company"] == "Come and work with us."
    read = one(rows, "SELECT extracts FROM page")["extracts"]
    assert (read[0], read[1].partition(":")[0]) == ("page", "posting")
    assert read[1] != "posting"
    rows.execute("UPDATE site SET config = config - 'posting_selectors'")

    assert run(site=job.site).run() == 0

    assert one(rows, "SELECT company FROM posting")["company"] == "Acme"
    assert one(rows, "SELECT extracts FROM page")["extracts"] == ["page", "posting"]


def test_what_a_newer_crawl_has_fetched_is_left_alone(store: Any, run: Any, rows: Rows, job: Job) -> None:
    (uri,) = store([posting_page(job, 1), posting_page(job, 2)])
    started = run(site=job.site)
    site = again_job.sites(rows, started.asked)[0]
    again = again_job.start(rows, site, started.asked)
    newer = add_job(rows, job.site)
    store([posting_page(newer, 1, "Matron", fetched_at=MOMENT + timedelta(days=1))])
    rows.execute("UPDATE page SET title = 'untouched' WHERE url LIKE '%/1'")

    read_segment(started.place, again, uri, "test")

    assert one(rows, "SELECT title, job_id FROM page WHERE url LIKE '%/1'") == {
        "title": "untouched",
        "job_id": newer.id,
    }
    assert one(rows, "SELECT title FROM posting WHERE url LIKE '%/1'")["title"] == "Matron"
    done = newest(rows)
    assert (done["state"], done["stats"]["pages"]) == ("completed", 1)
    assert done["stats"]["failures"]["superseded"][0] == 1


def test_a_crawl_goes_on_over_what_was_read_again(store: Any, run: Any, rows: Rows, job: Job) -> None:
    running = add_job(rows, job.site)
    store([posting_page(job, 1)])
    assert run(site=job.site).run() == 0

    store([posting_page(running, 1, "Matron", fetched_at=MOMENT + timedelta(hours=1))])

    assert one(rows, "SELECT title FROM posting")["title"] == "Matron"


def test_a_posting_that_its_page_does_not_show_any_more_is_withdrawn_and_told(
    store: Any, run: Any, rows: Rows, job: Job
) -> None:
    store([posting_page(job, 1), posting_page(job, 2)])
    rows.execute(AGE)
    rows.execute("UPDATE posting SET source_id = 'no more' WHERE url LIKE '%/1'")

    assert run(site=job.site).run() == 0

    gone = one(
        rows, "SELECT status, close_reason, closed_at, evidence, last_seen FROM posting WHERE source_id = 'no more'"
    )
    assert (gone["status"], gone["close_reason"], gone["last_seen"]) == ("closed", "withdrawn", MOMENT)
    assert gone["evidence"]["extractor"] == EXTRACTOR
    assert one(rows, "SELECT count(*) AS n FROM posting WHERE status = 'open'")["n"] == 2
    count, said = newest(rows)["stats"]["failures"]["withdrawn"]
    assert count == 1
    assert said == f"https://{job.site}/jobs/1 does not show “as it was” to {EXTRACTOR}."


def test_a_posting_that_another_page_of_the_crawl_shows_is_that_pages(
    store: Any, run: Any, rows: Rows, job: Job
) -> None:
    own = posting_page(job, 1, fence=job.fence(5))
    listed = make_page(f"https://{job.site}/jobs", job, fence=job.fence(9))
    store([own], [listed])
    rows.execute(AGE)
    # The list had shown it to the older extractor, and later.
    rows.execute(
        "UPDATE posting SET fence = %s, page_id = (SELECT id FROM page WHERE url LIKE '%%/jobs')", [[job.sequence, 9]]
    )

    assert run(site=job.site).run() == 0

    found = one(rows, "SELECT posting.title, posting.status, page.url FROM posting JOIN page ON page.id = page_id")
    assert found == {"title": "Nurse", "status": "open", "url": f"https://{job.site}/jobs/1"}
    assert newest(rows)["stats"]["failures"] == {}


def test_what_was_closed_since_stays_closed_and_is_read_better(store: Any, run: Any, rows: Rows, job: Job) -> None:
    store([posting_page(job, 1)])
    rows.execute(AGE)
    closed = MOMENT + timedelta(days=3)
    rows.execute("UPDATE posting SET status = 'closed', close_reason = 'gone', closed_at = %s", [closed])

    assert run(site=job.site).run() == 0

    found = one(rows, "SELECT title, status, close_reason, closed_at, extractor FROM posting")
    assert tuple(found.values()) == ("Nurse", "closed", "gone", closed, EXTRACTOR)


def test_walls_and_errors_stay_what_they_were_judged(store: Any, run: Any, rows: Rows, job: Job) -> None:
    wall = Verdict(Kind.BLOCKED, "Acme", "its title")
    blocked = posting_page(job, 1, verdict=wall, extract=frozenset())
    missing = make_page(f"https://{job.site}/404", job, status=404)
    store([blocked, missing])
    rows.execute("UPDATE page SET extractor = 'longline-0'")

    assert run(site=job.site).run() == 0

    page = one(rows, "SELECT title, verdict, extractor, extracts FROM page WHERE verdict IS NOT NULL")
    assert page == {"title": None, "verdict": wall.encode(), "extractor": EXTRACTOR, "extracts": []}
    assert one(rows, "SELECT count(*) AS n FROM posting")["n"] == 0
    assert one(rows, "SELECT status FROM page WHERE url LIKE '%/404'")["status"] == 404
    assert newest(rows)["stats"]["statuses"] == {"200": 1, "404": 1}


def test_bytes_that_are_not_there_are_told_and_cost_no_other_page(
    store: Any, run: Any, rows: Rows, job: Job, archive: Path
) -> None:
    store([make_page(f"https://{job.site}/{n}", job) for n in range(3)], [make_page(f"https://{job.site}/x", job)])
    rows.execute(AGE)
    sorted(archive.rglob("*.warc.gz"))[1].unlink()
    rows.execute("UPDATE page SET archive_offset = archive_offset + 1 WHERE url LIKE '%/1'")

    assert run(site=job.site).run() == 1

    done = newest(rows)
    assert (done["state"], done["stats"]["pages"]) == ("failed", 2)
    assert done["stats"]["failures"]["unreadable"][0] == 2
    assert "2 pages could not be read from the archive; first: https://" in done["error"]
    assert one(rows, "SELECT count(*) AS n FROM page WHERE extractor = 'longline-0'")["n"] == 2


def test_a_page_that_says_noindex_is_not_read_again_either(store: Any, run: Any, rows: Rows, job: Job) -> None:
    body = posting_html(extra='<meta name="robots" content="noindex">')
    store([posting_page(job, 1, body=body, agent="longline")])
    assert one(rows, "SELECT directives FROM page")["directives"] == ["noindex"]

    assert run(site=job.site).run() == 0

    assert one(rows, "SELECT title, directives FROM page") == {"title": None, "directives": ["noindex"]}
    assert one(rows, "SELECT count(*) AS n FROM posting")["n"] == 0


def test_only_what_was_fetched_since_a_date_is_read(store: Any, run: Any, rows: Rows, job: Job) -> None:
    old, new = make_page(f"https://{job.site}/old", job), make_page(f"https://{job.site}/new", job)
    new.fetched_at = MOMENT + timedelta(days=10)
    store([old, new])
    other = add_job(rows, "other.example")
    store([make_page("https://other.example/", other, fetched_at=MOMENT + timedelta(days=10))])

    assert run(since=MOMENT + timedelta(days=5)).run() == 0

    jobs = rows.execute("SELECT site_id, stats->'pages' AS pages FROM job WHERE mode = 'archive' ORDER BY sequence")
    assert [(row["site_id"], row["pages"]) for row in jobs] == [(job.site_id, 1), (other.site_id, 1)]


def test_a_job_that_was_killed_goes_on_where_it_was(store: Any, run: Any, rows: Rows, job: Job) -> None:
    first, second = store([posting_page(job, 1)], [posting_page(job, 2)])
    killed = run(site=job.site)
    again = again_job.start(rows, again_job.sites(rows, killed.asked)[0], killed.asked)
    read_segment(killed.place, again, first, "crawl archive")
    # It had begun with the second one, too.
    assert again_job.claim(rows, again, second, "crawl archive", 3600)

    assert run(site=job.site).run() == 0

    assert one(rows, "SELECT count(*) AS n FROM job WHERE mode = 'archive'")["n"] == 1
    done = newest(rows)
    assert (done["id"], done["state"], done["stats"]["pages"]) == (again, "completed", 2)


def test_a_segment_is_counted_once_whoever_does_it(store: Any, run: Any, rows: Rows, job: Job) -> None:
    (uri,) = store([posting_page(job, 1)])
    asked = run(site=job.site)
    again = again_job.start(rows, again_job.sites(rows, asked.asked)[0], asked.asked)
    portion = again_job.claim(rows, again, uri, "a", 3600)
    with pytest.raises(again_job.HeldError, match="Another worker has the segment"):
        again_job.claim(rows, again, uri, "b", 3600)

    assert portion is not None
    assert again_job.claim(rows, again, uri, "a", 3600) == portion
    read_segment(asked.place, again, uri, "a")
    read_segment(asked.place, again, uri, "b")

    assert newest(rows)["stats"]["pages"] == 1


def test_a_segment_that_kills_whoever_reads_it_is_given_up(store: Any, run: Any, rows: Rows, job: Job) -> None:
    (uri,) = store([posting_page(job, 1)])
    asked = run(site=job.site)
    again = again_job.start(rows, again_job.sites(rows, asked.asked)[0], asked.asked)
    for _ in range(again_job.ATTEMPTS):
        assert again_job.claim(rows, again, uri, "a", 3600)

    read_segment(asked.place, again, uri, "a")

    done = newest(rows)
    assert done["state"] == "failed"
    assert done["error"].endswith(f"{uri} was given up: whoever read it was killed, or took too long, 3 times.")


def test_a_body_that_two_pages_share_has_the_headers_of_one(store: Any, run: Any, rows: Rows, job: Job) -> None:
    said = [("Content-Type", "text/html"), ("X-Robots-Tag", "noindex")]
    body = HTML + b" " * 2000
    hidden = make_page(f"https://{job.site}/a", job, headers=said, agent="longline", body=body)
    store([hidden, make_page(f"https://{job.site}/b", job, body=body)])
    rows.execute("""
        UPDATE page SET archive_offset = a.archive_offset, archive_length = a.archive_length
        FROM page AS a WHERE a.url LIKE '%/a' AND page.url LIKE '%/b'
    """)
    rows.execute(AGE)

    assert run(site=job.site).run() == 0

    found = rows.execute("SELECT title, directives FROM page ORDER BY url").fetchall()
    assert [tuple(row.values()) for row in found] == [(None, ["noindex"]), ("A page", [])]


def test_what_says_only_how_an_older_extractor_read_the_same_bytes_goes(
    store: Any, run: Any, rows: Rows, job: Job
) -> None:
    store([posting_page(job, 1, extract=frozenset({"page", "posting", "text"}))])
    rows.execute(AGE)
    rows.execute("UPDATE page_text SET extractor = 'longline-0', markdown = 'as it was'")
    rows.execute("""
        INSERT INTO rejected_record (page_id, kind, data, data_sha256)
        SELECT id, kind, '{}', '\\x00' FROM page, (VALUES ('posting'), ('book')) AS kinds (kind)
    """)

    assert run(site=job.site, extract=("page", "posting", "text")).run() == 0

    (text,) = rows.execute("SELECT extractor, markdown FROM page_text").fetchall()
    assert text["extractor"] == EXTRACTOR
    assert "Come and work with us." in text["markdown"]
    # That of somebody's own spider is none of ours.
    assert [row["kind"] for row in rows.execute("SELECT kind FROM rejected_record")] == ["book"]
