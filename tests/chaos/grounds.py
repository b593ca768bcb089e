"""Where crawls take place: the site, PostgreSQL, and for each crawl a database, a Valkey and an archive of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.support.cluster import cluster_of
from tests.support.crawl import Scrapy, make_scrapy
from tests.support.killable import KillablePostgres, KillableValkey
from tests.support.processes import ROOT
from tests.support.web import RunningWeb, running_web

SITE = "big"
TEMPLATE = "empty_tables"


@dataclass
class Ground:
    """One crawl's own: a folder for its logs and its archive, an empty database, an empty Valkey or cluster of them."""

    folder: Path
    postgres: KillablePostgres
    nodes: list[KillableValkey]
    redis_url: str
    scrapy: Scrapy
    database: str

    @property
    def archive(self) -> Path:
        """The folder of its raw pages."""
        return self.folder / "archive"

    @property
    def environment(self) -> dict[str, str]:
        """What tells a command where everything is."""
        return {
            "DATABASE_URL": self.postgres.url(self.database),
            "REDIS_URL": self.redis_url,
            "LONGLINE_ARCHIVE_URL": self.archive.as_uri(),
        }

    @contextmanager
    def reading(self) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        """A connection whose rows are dicts; each statement is a transaction."""
        url = self.postgres.url(self.database)
        with psycopg.connect(url, autocommit=True, connect_timeout=60, row_factory=dict_row) as connection:
            yield connection

    def last_job(self) -> dict[str, Any] | None:
        """The row of the newest job; None where there is none yet, or PostgreSQL is away."""
        try:
            with self.reading() as connection:
                return connection.execute("SELECT * FROM job ORDER BY sequence DESC LIMIT 1").fetchone()
        except psycopg.OperationalError:
            return None


@dataclass
class Grounds:
    """What all crawls share."""

    folder: Path
    web: RunningWeb
    postgres: KillablePostgres

    @contextmanager
    def ground(self, name: str, nodes: int = 1) -> Iterator[Ground]:
        """A fresh ground, with so many nodes of Valkey; what is in its folder stays."""
        folder = self.folder / name
        redis_folder = folder / "valkey"
        redis_folder.mkdir(parents=True)
        database = name.replace("-", "_")
        with _admin(self.postgres) as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{TEMPLATE}"'.encode())
        try:
            scrapy = make_scrapy(folder / "home", folder)
            with _redis(redis_folder, nodes) as (valkeys, url):
                yield Ground(folder, self.postgres, valkeys, url, scrapy, database)
        finally:
            self.postgres.start()
            with _admin(self.postgres) as connection:
                connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)'.encode())


@contextmanager
def _redis(folder: Path, nodes: int) -> Iterator[tuple[list[KillableValkey], str]]:
    """So many Valkeys, and the URL of them all."""
    if nodes > 1:
        with cluster_of(folder, nodes) as cluster:
            yield list(cluster.nodes), cluster.url
        return
    valkey = KillableValkey(folder)
    valkey.start()
    try:
        yield [valkey], valkey.url
    finally:
        valkey.kill()


@contextmanager
def grounds(folder: Path) -> Iterator[Grounds]:
    """The site and PostgreSQL, with tables to copy, until the block ends."""
    postgres = KillablePostgres()
    try:
        postgres.start()
        _make_tables(postgres)
        with running_web() as web:
            yield Grounds(folder, web, postgres)
    finally:
        postgres.remove()


def _make_tables(postgres: KillablePostgres) -> None:
    with _admin(postgres) as connection:
        connection.execute(f'CREATE DATABASE "{TEMPLATE}"'.encode())
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": postgres.url(TEMPLATE)}
    subprocess.run([sys.executable, "-m", "control.migrate"], cwd=ROOT, env=environment, check=True, timeout=240)


@contextmanager
def _admin(postgres: KillablePostgres) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        yield connection
