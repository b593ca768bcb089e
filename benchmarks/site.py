"""``python -m benchmarks.site``: a whole site by Longline, which keeps it, and by plain Scrapy, which stores nothing.

The site is the Python manual of Debian's package python3-doc, on a local nginx. Both crawl it with eight requests at a
time, one after the other, each on a core of its own where there are two; Longline's PostgreSQL and Valkey run already.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crawls import Bench, Crawl, CrawlFailedError, reserve_core
from benchmarks.report import Round, differences, stage_table, table
from benchmarks.servers import ServersError, running_servers
from tests.support.crawl import Scrapy, make_scrapy
from tests.support.nginx import NginxStartError, find_nginx, find_python_manual, nginx

PLAIN_FOLDER = Path(__file__).parent / "plain"


class MissingError(RuntimeError):
    """Something that the benchmark needs is not installed."""


@dataclass(frozen=True, slots=True)
class Race:
    """Two crawlers for one site. ``scrapy`` has a home of its own."""

    bench: Bench
    url: str
    scrapy: Scrapy
    extract: str

    def longline(self, *arguments: str, stages: Path | None = None) -> Crawl:
        """``scrapy crawl site``, with more ``-a`` arguments; ``stages`` gets its processor time by stage."""
        given = (f"url={self.url}", f"extract={self.extract}", *arguments)
        words = ["crawl", "site", *(word for argument in given for word in ("-a", argument))]
        command = self.scrapy.command(*words, strict=False)
        if stages:
            command = [sys.executable, "-m", "benchmarks.sampled", str(stages), *words]
        return self.bench.crawl(command, self.scrapy.folder, self.scrapy.environment())

    def plain(self, *arguments: str) -> Crawl:
        """The stock project, with more arguments for ``scrapy crawl``."""
        words = ["crawl", "plain", "-a", f"url={self.url}", *arguments]
        return self.bench.crawl(self.scrapy.command(*words, strict=False), PLAIN_FOLDER, self.scrapy.environment())

    def longline_start_up(self) -> Crawl:
        """A crawl that ends with its first page."""
        return self.longline("max_pages=1")

    def plain_start_up(self) -> Crawl:
        """A crawl that ends with its first page."""
        return self.plain("-s", "CLOSESPIDER_PAGECOUNT=1")

    def run(self) -> Round:
        """Each crawler once for a page and once for the site."""
        # Byte-code, and what the system and the servers keep in memory after the first use.
        self.longline_start_up()
        self.plain_start_up()
        return Round(self.longline_start_up(), self.plain_start_up(), self.longline(), self.plain())

    def profile(self) -> list[str]:
        """Crawl the site by Longline: its processor time by stage, as lines to read."""
        self.longline_start_up()
        stages = self.scrapy.folder / "stages.json"
        crawl = self.longline(stages=stages)
        return stage_table(json.loads(stages.read_text()), crawl.pages)


def main() -> int:
    """Exit status: 0; 1 a crawl or a server failed; 2 something is not installed."""
    options = read_options()
    try:
        with tempfile.TemporaryDirectory(prefix="longline-benchmark-") as name:
            compare(options, Path(name))
    except (CrawlFailedError, ServersError, NginxStartError, MissingError, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, MissingError) else 1
    return 0


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.site", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="how often each crawls the site (3)")
    parser.add_argument(
        "--copies", type=int, default=1, metavar="N", help="how many times the site holds the manual (1)"
    )
    parser.add_argument("--text", action="store_true", help="make markdown of each page too")
    parser.add_argument("--profile", action="store_true", help="crawl once more, and say where Longline's time goes")
    options = parser.parse_args()
    if options.profile and not hasattr(time, "pthread_getcpuclockid"):
        parser.error("--profile needs the clocks of threads, which this system does not have")
    if min(options.repeats, options.copies) < 1:
        parser.error("--repeats and --copies take a number from 1")
    return options


def compare(options: argparse.Namespace, work: Path) -> None:
    """Serve the site, crawl it in turns, and print what it took."""
    # PostgreSQL may run as another user, who must be let in.
    work.chmod(0o755)
    core = reserve_core()
    binary, manual = installed()
    with nginx(binary, site(manual, options.copies, work), work) as address:
        rounds = []
        for number in range(options.repeats):
            with race(options, address, work, core, f"round-{number}") as crawlers:
                rounds.append(crawlers.run())
            print(f"Round {number + 1} of {options.repeats} is done.", file=sys.stderr)
        print(*differences(rounds), "", *table(rounds), sep="\n")
        if options.profile:
            with race(options, address, work, core, "profile") as crawlers:
                print("", *crawlers.profile(), sep="\n")


@contextmanager
def race(options: argparse.Namespace, address: str, work: Path, core: int | None, name: str) -> Iterator[Race]:
    """Both crawlers, and the servers of a new home."""
    folder = work / name
    folder.mkdir()
    scrapy = make_scrapy(folder / "home", folder)
    extract = "page,posting,text" if options.text else "page,posting"
    with running_servers(scrapy.home, folder, scrapy.environment()):
        yield Race(Bench(work / "access.log", core), f"{address}/", scrapy, extract)


def installed() -> tuple[str, Path]:
    """nginx, and the manual's folder."""
    binary, manual = find_nginx(), find_python_manual()
    if binary is None:
        raise MissingError("nginx is not installed. Debian: apt install nginx")
    if manual is None:
        raise MissingError("The Python manual is not installed. Debian: apt install python3-doc")
    return binary, manual


def site(manual: Path, copies: int, work: Path) -> Path:
    """The folder to serve: the manual, or a page that leads to so many copies of it."""
    if copies == 1:
        return manual
    folder = work / "copies"
    folder.mkdir()
    names = [f"{number:03}" for number in range(copies)]
    for name in names:
        (folder / name).symlink_to(manual)
    (folder / "index.html").write_text("".join(f'<a href="{name}/index.html">{name}</a>\n' for name in names))
    return folder


if __name__ == "__main__":
    sys.exit(main())
