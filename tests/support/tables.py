"""Databases with the tables in them: migrated once, then copied."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import dict_row

from schemas.job import Job
from schemas.site import SiteConfig
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from crawler.embedded import Servers

Rows = psycopg.Connection[dict[str, Any]]


@contextmanager
def tables(servers: Servers) -> Iterator[str]:
    """The URL of a database whose tables are empty, which is dropped at the end."""
    name = f"tables_{uuid4().hex}"
    template = _template(servers)
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        yield _url(servers, name)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def reading(url: str) -> Iterator[Rows]:
    """A connection whose rows are dicts; each statement is a transaction."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


@cache
def _template(servers: Servers) -> str:
    """The name of a migrated database that nobody is connected to; it goes with the servers."""
    name = "tables_template"
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": _url(servers, name)}
    subprocess.run([sys.executable, "-m", "control.migrate"], cwd=ROOT, env=environment, check=True, timeout=240)
    return name


def _url(servers: Servers, name: str) -> str:
    return urlsplit(servers.database_url)._replace(path=f"/{name}").geturl()


def add_job(rows: Rows, slug: str = "example.com") -> Job:
    """A running job, of a site that is made where it is missing."""
    config = SiteConfig(url=f"https://{slug}/")
    site = """
        INSERT INTO site (slug, config, ad_hoc) VALUES (%s, %s::jsonb, true)
        ON CONFLICT (slug) DO UPDATE SET slug = excluded.slug RETURNING id
    """
    job = "INSERT INTO job (site_id, url, state) VALUES (%s, %s, 'running') RETURNING id, sequence"
    site_id: int = _one(rows, site, [slug, config.model_dump_json(exclude_defaults=True)])["id"]
    started = _one(rows, job, [site_id, config.url])
    job_id: UUID = started["id"]
    return Job(id=job_id, sequence=started["sequence"], site_id=site_id, site=slug, config=config)


def _one(rows: Rows, query: str, values: list[Any]) -> dict[str, Any]:
    row = rows.execute(query.encode(), values).fetchone()
    assert row is not None
    return row
