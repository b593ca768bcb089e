"""Characters that PostgreSQL does not store are taken out of what a crawl reads, and counted for its job."""

from __future__ import annotations

from tests.journeys.conftest import Rows
from tests.journeys.own import Run, plain, records
from tests.support.web import RunningWeb


def test_texts_that_are_cleaned_are_counted_for_the_job(crawl_own: Run, rows: Rows, web: RunningWeb) -> None:
    parse = (
        r'yield {"name": "a\x00b", "note": "plain"}; yield {"name": "c\ud800", "note": "d\x00"}; yield {"name": "e"}'
    )
    code = plain("unclean", web.url("books"), parse, 'keys = "name"')

    done = crawl_own("unclean", code)

    assert done.status == 0, done.stdout + done.stderr
    assert records(rows, "unclean").keys() == {"ab", "c\ufffd", "e"}
    job = rows.execute("SELECT stats FROM job JOIN site ON site.id = site_id WHERE slug = 'unclean'").fetchone()
    assert job is not None
    assert (job["stats"]["records"], job["stats"]["cleaned"]) == (3, 3)
    assert "cleaned" in done.stdout
