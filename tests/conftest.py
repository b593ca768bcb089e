"""The fixtures that tests share: real servers, started once, stopped when the tests end."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from tests.support.checkout import Checkout, make_checkout
from tests.support.crawl import Crawled, Scrapy, make_scrapy
from tests.support.nginx import find_nginx, find_python_manual, nginx
from tests.support.s3 import S3, s3_server
from tests.support.web import RunningWeb, running_web

if TYPE_CHECKING:
    from crawler.embedded import Servers

_redis_numbers = itertools.count()

# The same examples each time, so that what fails is the work of a change; and no example is late on a busy machine.
settings.register_profile(
    "longline", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("longline")


def missing(what: str) -> NoReturn:
    """Skip a test that cannot run here; where CI runs it, that is a failure."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{what}; CI must have it.")
    pytest.skip(what)


@pytest.fixture(scope="session")
def web() -> Iterator[RunningWeb]:
    """The misbehaving web: ``web.url("plain", "/about")``, ``web.visits("plain")``, ``web.reset()``."""
    with running_web() as served:
        yield served


@pytest.fixture(scope="session")
def nginx_docs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a local nginx that serves the Python manual: ``http://127.0.0.1:port``, without a slash."""
    binary, manual = find_nginx(), find_python_manual()
    if binary is None:
        missing("nginx is not installed (Debian: apt install nginx)")
    if manual is None:
        missing("The Python manual is not installed (Debian: apt install python3-doc)")
    with nginx(binary, manual, tmp_path_factory.mktemp("nginx")) as address:
        yield address


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """An S3 server with a user and an empty bucket; whoever has the wrong keys gets 403."""
    with s3_server() as server:
        yield server


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The LONGLINE_HOME that tests share, so that PostgreSQL and Valkey start once."""
    return tmp_path_factory.mktemp("longline")


@pytest.fixture(scope="session")
def servers(home: Path) -> Servers:
    """PostgreSQL and Valkey of our own, in ``home``: ``servers.database_url``, ``servers.redis_url``."""
    from crawler.embedded import attach  # noqa: PLC0415 - heavy, and few tests need it

    return attach(home)


@pytest.fixture
def database_url(servers: Servers) -> Iterator[str]:
    """The URL of a new, empty database, which is dropped after the test."""
    import psycopg  # noqa: PLC0415 - heavy, and few tests need it

    name = f"test_{uuid4().hex}"
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield urlsplit(servers.database_url)._replace(path=f"/{name}").geturl()
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def redis_url(servers: Servers) -> str:
    """The URL of an empty database of the Valkey server."""
    import redis  # noqa: PLC0415 - heavy, and few tests need it

    # Number 0 is left to what runs in the shared home.
    number = next(_redis_numbers) % 15 + 1
    url = f"{servers.redis_url.partition('?')[0]}?db={number}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture
def scrapy(home: Path, tmp_path: Path) -> Scrapy:
    """Runs ``scrapy`` commands as processes in ``tmp_path``, with a clean environment and the shared servers."""
    return make_scrapy(home, tmp_path)


@pytest.fixture
def crawl(scrapy: Scrapy) -> Callable[..., Crawled]:
    """``crawl(url, "max_pages=5", strict=True, timeout=60, DATABASE_URL=…)`` runs ``scrapy crawl site`` to its end."""
    return scrapy.crawl


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own are for their owner alone."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def checkout(open_folder: Path) -> Checkout:
    """A fresh clone of the project in a folder whose path has spaces."""
    return make_checkout(open_folder)
