"""``python -m benchmarks.again``: a site is crawled, and then extracted again from the archive, with and without text.

    python -m benchmarks.again [--processes N]
    python -m benchmarks.again --synthetic N

With ``--synthetic`` there is an archive of so many small pages, made without a crawl, and for each tenfold from 10,000
on it says how much memory it takes to read one of them, to extract a segment again, and to export all.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

from benchmarks.crawls import Command, CrawlFailedError, Process, pinned, reserve_cores
from benchmarks.millions import grow
from benchmarks.servers import ServersError, running
from benchmarks.site import MissingError, installed
from tests.support.crawl import Scrapy, make_scrapy
from tests.support.nginx import NginxStartError, nginx

KINDS = {"without text": "page,posting", "with text": "page,posting,text"}
NOTHING = "since=2999-01-01"


def main() -> int:
    """Exit status: 0; 1 a crawl or a server failed; 2 something is not installed."""
    options = read_options()
    try:
        with tempfile.TemporaryDirectory(prefix="longline-benchmark-") as name:
            # PostgreSQL may run as another user, who must be let in.
            Path(name).chmod(0o755)
            if options.synthetic:
                grow(Path(name), options.synthetic)
            else:
                compare(Path(name), options.processes)
    except (CrawlFailedError, ServersError, NginxStartError, MissingError, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, MissingError) else 1
    return 0


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.again", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--processes", type=int, default=1, metavar="N", help="in how many processes pages are read (1)"
    )
    parser.add_argument("--synthetic", type=int, default=0, metavar="N", help="so many small pages, and memory alone")
    return parser.parse_args()


def compare(work: Path, processes: int) -> None:
    """Crawl, extract again, and print what both took."""
    cores = reserve_cores(1)
    binary, manual = installed()
    scrapy = make_scrapy(work / "home", work)
    with (
        nginx(binary, manual, work) as address,
        running(scrapy.home, work, scrapy.environment()) as urls,
        psycopg.connect(urls["database_url"], autocommit=True, row_factory=dict_row) as rows,
    ):
        host = address.partition("://")[2]
        for kind, extract in KINDS.items():
            site = ("site", "-a", f"url={address}/", "-a", f"extract={extract}", "-a", "revalidate=false")
            _spent(scrapy, cores, *site, "-a", "max_pages=1")
            crawled = _spent(scrapy, cores, *site) - _spent(scrapy, cores, *site, "-a", "max_pages=1")
            pages = _pages(rows, "default")
            print(f"{'crawled, ' + kind:<32}{_figures(pages, crawled)}", flush=True)
            again = ("archive", "-a", f"site={host}", "-a", f"extract={extract}", "-a", f"processes={processes}")
            read = _spent(scrapy, cores, *again) - _spent(scrapy, cores, *again, "-a", NOTHING)
            print(f"{'extracted again, ' + kind:<32}{_figures(_pages(rows, 'archive'), read)}", flush=True)
            dry = _spent(scrapy, cores, *again, "--dry-run") - _spent(scrapy, cores, *again, "-a", NOTHING, "--dry-run")
            print(f"{'compared (dry run), ' + kind:<32}{_figures(pages, dry)}", flush=True)


def _spent(scrapy: Scrapy, cores: tuple[int | None, ...], *arguments: str) -> float:
    """Seconds of a processor that a job took."""
    command = Command(scrapy.command("crawl", *arguments, strict=False), scrapy.folder, scrapy.environment())
    said = scrapy.folder / "said.log"
    with said.open("wb") as log, pinned(cores[0]):
        before = os.times()
        Process(command, said, log).end()
        after = os.times()
    # With the processes that it has started and waited for.
    return after.children_user + after.children_system - before.children_user - before.children_system


def _pages(rows: psycopg.Connection[dict[str, int]], mode: str) -> int:
    query = "SELECT coalesce((stats->>'pages')::int, 0) AS n FROM job WHERE mode = %s ORDER BY 1 DESC LIMIT 1"
    row = rows.execute(query, [mode]).fetchone()
    return row["n"] if row else 0


def _figures(pages: int, seconds: float) -> str:
    return f"{pages:>6,} pages {pages / seconds:>9,.1f} pages/s a core {1000 * seconds / pages:>7.2f} ms a page"


if __name__ == "__main__":
    sys.exit(main())
