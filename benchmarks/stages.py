"""Which part of Longline a moment of processor time belongs to, by the functions that were running."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FrameType

ROOT = f"{Path(__file__).resolve().parents[1]}/"
START_UP = "start-up and end"
COLLECTOR = "garbage collector"
REST = "Scrapy, Twisted, asyncio"
TEXT = "text"
THREADS = "threads of libraries"
LOOP = "twisted/internet/asyncioreactor.py"

# The innermost function that any of these names decides. C code counts for the Python function that called it.
STAGES = {
    "extractors/html.py": "parse",
    "extractors/links.py": "links",
    "extractors/text": TEXT,
    "extractors/": "extract",
    "pipelines/extract.py": "extract",
    "pipelines/archive.py": "archive",
    "pipelines/warc.py": "archive",
    "pipelines/object_store.py": "archive",
    "pipelines/validate.py": "validate",
    "pipelines/": "store",
    "psycopg/": "store",
    "frontier/": "frontier",
    "crawler/scheduler.py": "frontier",
    "crawler/requests.py": "frontier",
    "crawler/fingerprint.py": "frontier",
    "crawler/lane.py": "frontier",
    "crawler/claims.py": "frontier",
    "crawler/delivery.py": "frontier",
    "scrapy_redis/": "frontier",
    "redis/": "frontier",
    "aiohttp/": "HTTP client",
    "crawler/fetch/http.py": "HTTP client",
    "crawler/fetch/client.py": "HTTP client",
    "scrapy/core/downloader/handlers/": "HTTP client",
    "crawler/spiders/": "spider",
    "crawler/job_spider.py": "spider",
    "crawler/site_crawl.py": "spider",
    "crawler/responses.py": "spider",
    "crawler/fetch/": "our middlewares",
    "crawler/extensions/": "progress",
}


def stage_of(frame: FrameType) -> str:
    """The stage that the main thread is at; ``frame`` is where it stands."""
    if module_of(frame.f_code) == "benchmarks/sampled.py":
        return COLLECTOR
    codes = list(_codes(frame))
    if any(map(_loads_or_builds, codes)) or not any(map(_runs_loop, codes)):
        return START_UP
    return _named(codes) or REST


def stage_of_thread(frame: FrameType) -> str | None:
    """The stage that another thread is at; None where it waits for work."""
    return _named(list(_codes(frame)))


def _named(codes: list[CodeType]) -> str | None:
    # Text is made by means of other stages, all of which it pays for.
    if any(_stage(code) == TEXT for code in codes):
        return TEXT
    return next(filter(None, map(_stage, codes)), None)


def _codes(frame: FrameType | None) -> Iterator[CodeType]:
    """From the innermost outwards."""
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back


@cache
def _stage(code: CodeType) -> str | None:
    module = module_of(code)
    return next((stage for prefix, stage in STAGES.items() if module.startswith(prefix)), None)


@cache
def _loads_or_builds(code: CodeType) -> bool:
    """Whether a module is being loaded, or the crawler put together from its components."""
    return code.co_filename.startswith("<frozen importlib") or (
        code.co_name == "crawl_async" and module_of(code) == "scrapy/crawler.py"
    )


@cache
def _runs_loop(code: CodeType) -> bool:
    return code.co_name == "run" and module_of(code) == LOOP


@cache
def module_of(code: CodeType) -> str:
    """The path of its file, relative to the folder that it is imported from."""
    return code.co_filename.rpartition("site-packages/")[2].removeprefix(ROOT)
