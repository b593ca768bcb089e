"""``scrapy captures``, as a process: an index of a page, a job or a site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import warc
from pipelines.cdxj import Line
from pipelines.object_store import Archive, ArchiveLocation
from tests.support.crawl import Scrapy
from tests.support.shelf import MONDAY, Shelf, not_modified
from tests.support.tables import add_job, reading, tables

if TYPE_CHECKING:
    from crawler.embedded import Servers


def test_captures_are_listed_with_those_that_they_refer_to(scrapy: Scrapy, servers: Servers, tmp_path: Path) -> None:
    location = ArchiveLocation((tmp_path / "archive").as_uri())
    with tables(servers) as url, reading(url) as rows:
        shelf = Shelf(Archive(location), rows, add_job(rows))
        second = add_job(rows)
        old = shelf.page("a", b"x" * 99)
        shelf.put("w-1", warc.exchange(old), warc.exchange(shelf.page("b")))
        again = not_modified(shelf.page("a", old.body, 1, job=second), old)
        shelf.put("w-2", again, warc.exchange(shelf.page("c", days=1, job=second)), days=1)
        rows.execute("UPDATE job SET created_at = %s, completed_at = %s", [MONDAY, MONDAY])
        place = {"DATABASE_URL": url, "LONGLINE_ARCHIVE_URL": location.url}

        page = scrapy.run("captures", "https://example.com/a", strict=True, timeout=240, **place)
        file = tmp_path / "job.cdxj"
        job = scrapy.run("captures", "--job", str(second.id), "--to", str(file), strict=True, timeout=240, **place)
        none = scrapy.run("captures", "https://example.com/x", strict=True, timeout=240, **place)

    assert page.status == 0, page.stderr
    lines = [Line.decode(line) for line in page.stdout.splitlines()]
    assert [(line.timestamp[:8], line.filename, line.status) for line in lines] == [
        ("20260302", "warc/2026/03/02/w-1.warc.gz", "200"),
        # What was not sent again stands there with the record that has its bytes.
        ("20260303", "warc/2026/03/02/w-1.warc.gz", "200"),
    ]
    assert (job.status, job.stderr) == (0, f"3 captures in {file}\n")
    assert [Line.decode(line).url[-1] for line in file.read_text().splitlines()] == ["a", "a", "c"]
    assert (none.status, none.stderr) == (1, "The archive has no capture of that.\n")
