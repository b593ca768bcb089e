"""What journeys share: whole crawls, and the database that they fill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Json

from tests.support.crawl import Crawled, Scrapy, make_scrapy
from tests.support.project import Project, make_project

if TYPE_CHECKING:
    from crawler.embedded import Servers

Rows = psycopg.Connection[dict[str, Any]]


@pytest.fixture(scope="session")
def session_scrapy(home: Path, servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Scrapy:
    """Runs commands with the shared servers, for fixtures that crawl once for many tests."""
    assert servers.database_url
    return make_scrapy(home, tmp_path_factory.mktemp("project"))


@pytest.fixture
def rows(servers: Servers) -> Iterator[Rows]:
    """A connection to the database that the shared home's crawls fill."""
    with psycopg.connect(servers.database_url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


@pytest.fixture
def store_site(scrapy: Scrapy, rows: Rows) -> Iterator[Callable[..., None]]:
    """``store_site("slug", url=…, max_pages=3)`` stores a site; it goes after the test, with all that it led to."""
    assert scrapy.run("jobs").status == 0  # migrates
    slugs: list[str] = []

    def store(slug: str, **config: Any) -> None:
        slugs.append(slug)
        # Others may have crawled the host without a config, and made an ad-hoc site of it.
        rows.execute("INSERT INTO site (slug, config) VALUES (%s, %s)", [slug, Json(config)])

    yield store
    ids = "(SELECT id FROM site WHERE slug = ANY(%s))"
    dead = f"DELETE FROM dead_request WHERE job_id IN (SELECT id FROM job WHERE site_id IN {ids})"
    rows.execute(dead.encode(), [slugs])
    postings = f"DELETE FROM posting WHERE page_id IN (SELECT id FROM page WHERE site_id IN {ids})"
    rows.execute(postings.encode(), [slugs])
    rejected = f"DELETE FROM rejected_record WHERE page_id IN (SELECT id FROM page WHERE site_id IN {ids})"
    rows.execute(rejected.encode(), [slugs])
    for statement in (
        "DELETE FROM record WHERE site_id IN ",
        "DELETE FROM page WHERE site_id IN ",
        "DELETE FROM job WHERE site_id IN ",
        "DELETE FROM site WHERE id IN ",
    ):
        rows.execute(statement.encode() + ids.encode(), [slugs])


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """A project of somebody's own, with our settings."""
    return make_project(tmp_path / "project", "from crawler.settings import *")


@pytest.fixture
def crawl_own(shop: Project, home: Path) -> Callable[..., Crawled]:
    """``crawl_own("name", "the spider's code", "argument=1")``."""

    def run(name: str, code: str, *words: str) -> Crawled:
        shop.write(f"spiders/{name}.py", "import scrapy\nfrom scrapy import Request\n")
        with (shop.folder / "shop" / "spiders" / f"{name}.py").open("a") as file:
            file.write(code)
        return shop.scrapy(home).run("crawl", name, *words)

    return run
