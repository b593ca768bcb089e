"""Who takes part in the comparison: each with servers of its own, so that none finds what another has left."""

from __future__ import annotations

import json
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import redis

from benchmarks.crawls import Bench, Command, Crawl, CrawlFailedError, Process
from benchmarks.delay import distant_redis
from benchmarks.report import Turn, stage_table
from benchmarks.servers import running_servers
from schemas.redis_keys import WORKERS
from tests.support.crawl import Scrapy, make_scrapy
from tests.support.valkey import PASSWORD, valkey

HERE = Path(__file__).parent
WORKERS_SECONDS = 60.0
"""The longest that workers may take to start."""


@dataclass(frozen=True, slots=True)
class Course:
    """What is the same for all: the site, its server's log, and a core for each process of a crawler."""

    url: str
    access_log: Path
    cores: tuple[int | None, ...]

    def bench(self, redis_url: str | None = None) -> Bench:
        """What runs the crawls; the time of this Valkey counts beside."""
        return Bench(self.access_log, self.cores, redis_url)


class Contender(ABC):
    """A crawler as it is set for the comparison."""

    name: str
    once = False
    """It takes so long that one round must do."""

    @abstractmethod
    def turn(self, course: Course, folder: Path) -> Turn:
        """Crawl one page, and the whole site, in a new folder."""


@dataclass(frozen=True)
class Longline(Contender):
    """``scrapy crawl site``, with frontier, archive, page rows and what ``extract`` names; maybe with more workers.

    ``distance``: milliseconds that its Valkey is away; 0: as it comes.
    """

    extract: str
    distance: float = 0.0
    workers: int = 1
    name: str = field(init=False)

    def __post_init__(self) -> None:
        beside = f", {self.workers} processes" if self.workers > 1 else ""
        object.__setattr__(self, "name", f"Longline{beside}{_away(self.distance)}")

    def turn(self, course: Course, folder: Path) -> Turn:
        """Byte-code, and what the system and the servers keep in memory after the first use, come before the clock."""
        with self._running(course, folder) as crawl:
            crawl.run("max_pages=1")
            return Turn(crawl.run("max_pages=1"), crawl.run())

    def profile(self, course: Course, folder: Path) -> list[str]:
        """Crawl the site once: its processor time by stage, as lines to read."""
        with self._running(course, folder) as crawl:
            crawl.run("max_pages=1")
            stages = folder / "stages.json"
            pages = crawl.run(stages=stages).pages
        return stage_table(json.loads(stages.read_text()), pages)

    @contextmanager
    def _running(self, course: Course, folder: Path) -> Iterator[_Longline]:
        scrapy = make_scrapy(folder / "home", folder)
        with ExitStack() as stack:
            near = stack.enter_context(running_servers(scrapy.home, folder, scrapy.environment()))
            seen = stack.enter_context(_distant(near, self.distance))
            environment = scrapy.environment(REDIS_URL=seen) if self.distance else scrapy.environment()
            arguments = (f"url={course.url}", f"extract={self.extract}")
            yield _Longline(course.bench(near), scrapy, environment, near, arguments, self.workers - 1)


@dataclass(frozen=True, slots=True)
class _Longline:
    """Longline with its servers running."""

    bench: Bench
    scrapy: Scrapy
    environment: dict[str, str]
    redis_url: str
    arguments: tuple[str, ...]
    helpers: int

    def run(self, *arguments: str, stages: Path | None = None) -> Crawl:
        """``scrapy crawl site``, with more ``-a`` arguments; ``stages`` gets its processor time by stage."""
        # Each crawl fetches all pages, as the others do, though one before it may have stored some.
        wanted = (*self.arguments, *arguments, "revalidate=false")
        words = ["crawl", "site", *(word for each in wanted for word in ("-a", each))]
        command = self.scrapy.command(*words, strict=False)
        if stages:
            command = [sys.executable, "-m", "benchmarks.sampled", str(stages), *words]
        with self._helpers() as helpers:
            return self.bench.crawl(self._command(command), helpers)

    @contextmanager
    def _helpers(self) -> Iterator[tuple[Process, ...]]:
        """Workers that wait for a job."""
        command = self._command(self.scrapy.command("crawl", "worker", strict=False))
        with ExitStack() as stack:
            running = []
            for number in range(1, self.helpers + 1):
                running.append(self.bench.start(command, number))
                stack.callback(running[-1].kill)
            self._await(running)
            yield tuple(running)

    def _await(self, workers: list[Process]) -> None:
        """Return when all of them have said that they live, and none besides."""
        deadline = time.monotonic() + WORKERS_SECONDS
        with redis.Redis.from_url(self.redis_url) as client:
            while client.zcard(WORKERS) < len(workers):
                for worker in workers:
                    worker.check()
                if time.monotonic() > deadline:
                    raise CrawlFailedError(f"Not all {len(workers)} workers were there after {WORKERS_SECONDS:g} s.")
                time.sleep(0.05)

    def _command(self, words: list[str]) -> Command:
        return Command(words, self.scrapy.folder, self.environment)


@dataclass(frozen=True)
class Stock(Contender):
    """Scrapy's ``CrawlSpider`` in a stock project, ``folder``; it stores nothing."""

    name: str = "plain Scrapy"
    folder: Path = HERE / "plain"

    def turn(self, course: Course, folder: Path) -> Turn:
        """Without any server."""
        return _stock_turn(course.bench(), make_scrapy(folder / "home", folder), self.folder, course.url)


@dataclass(frozen=True)
class ScrapyRedis(Contender):
    """The same project with scrapy-redis, and a Valkey of its own that writes nothing to disk."""

    distance: float = 0.0
    once = True
    name: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"scrapy-redis{_away(self.distance)}")

    def turn(self, course: Course, folder: Path) -> Turn:
        """With its Valkey as far away as it is to be."""
        scrapy = make_scrapy(folder / "home", folder)
        with ExitStack() as stack:
            near = f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{stack.enter_context(valkey(folder))}/0"
            seen = stack.enter_context(_distant(near, self.distance))
            setting = ("-s", f"REDIS_URL={seen}")
            return _stock_turn(course.bench(near), scrapy, HERE / "redis_peer", course.url, *setting)


def _stock_turn(bench: Bench, scrapy: Scrapy, folder: Path, url: str, *settings: str) -> Turn:
    whole = Command(
        scrapy.command("crawl", "plain", "-a", f"url={url}", *settings, strict=False), folder, scrapy.environment()
    )
    one_page = Command([*whole.words, "-s", "CLOSESPIDER_PAGECOUNT=1"], folder, whole.environment)
    bench.crawl(one_page)
    return Turn(bench.crawl(one_page), bench.crawl(whole))


def _distant(url: str, milliseconds: float) -> AbstractContextManager[str]:
    return distant_redis(url, milliseconds) if milliseconds else nullcontext(url)


def _away(milliseconds: float) -> str:
    return f", Redis {milliseconds:g} ms away" if milliseconds else ""
