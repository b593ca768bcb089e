"""Databases with the tables in them, and Django's commands as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

import django
import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from tests.support.processes import ROOT

if TYPE_CHECKING:
    from django.test import Client

    from crawler.embedded import Servers

Database = psycopg.Connection[DictRow]


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    status: int
    stdout: str
    stderr: str


def command(*words: str, folder: Path, **environment: str) -> subprocess.Popen[str]:
    """Start Python with ``words`` and a clean environment, where no developer's ``.env`` lies."""
    own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LONGLINE_HOME": str(folder / "home")}
    return subprocess.Popen(
        [sys.executable, "-W", "error", *words],
        cwd=folder,
        env=own | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> Ended:
    """Wait for the end, four minutes at most."""
    with process:
        try:
            stdout, stderr = process.communicate(timeout=240)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return Ended(process.returncode, stdout, stderr)


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """``start("-m", "control.migrate", DATABASE_URL=…)``: a process that ``ended`` waits for."""

    def run(*words: str, **environment: str) -> subprocess.Popen[str]:
        return command(*words, folder=tmp_path, **environment)

    return run


@pytest.fixture
def manage(tmp_path: Path) -> Callable[..., Ended]:
    """``manage("export_sites", DATABASE_URL=…)`` runs a command of ``manage.py`` to its end."""

    def run(*words: str, **environment: str) -> Ended:
        return ended(command(str(ROOT / "manage.py"), *words, folder=tmp_path, **environment))

    return run


@contextmanager
def new_database(servers: Servers, options: str = "") -> Iterator[str]:
    """The URL of a new database, which is dropped at the end."""
    name = f"control_{uuid4().hex}"
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" {options}'.encode())
        yield urlsplit(servers.database_url)._replace(path=f"/{name}").geturl()
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
def template(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a migrated database that nobody is connected to, for others to be copies of."""
    with new_database(servers) as url:
        folder = tmp_path_factory.mktemp("template")
        assert ended(command("-m", "control.migrate", folder=folder, DATABASE_URL=url)).status == 0
        yield urlsplit(url).path[1:]


@pytest.fixture
def tables_url(servers: Servers, template: str) -> Iterator[str]:
    """The URL of a database whose tables are empty."""
    with new_database(servers, f'TEMPLATE "{template}"') as url:
        yield url


@pytest.fixture
def database(tables_url: str) -> Iterator[Database]:
    """A connection to ``tables_url``; each statement is a transaction."""
    with psycopg.connect(tables_url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


@pytest.fixture(scope="session")
def project(servers: Servers, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Django, loaded into this process, with a database of its own."""
    with new_database(servers, f'TEMPLATE "{template}"') as url, pytest.MonkeyPatch.context() as environment:
        environment.setenv("DJANGO_SETTINGS_MODULE", "control.settings")
        environment.setenv("DATABASE_URL", url)
        environment.setenv("LONGLINE_HOME", str(tmp_path_factory.mktemp("home")))
        for name in ("LONGLINE_ALLOWED_HOSTS", "LONGLINE_DEBUG", "LONGLINE_SECRET_KEY"):
            environment.delenv(name, raising=False)
        django.setup()
        from django.test.utils import setup_test_environment, teardown_test_environment  # noqa: PLC0415 - needs setup

        setup_test_environment(debug=False)
        yield
        teardown_test_environment()
        from django.db import connections  # noqa: PLC0415 - needs setup

        connections.close_all()


@pytest.fixture
def undone(project: None) -> Iterator[None]:
    """What a test writes through Django is gone after it."""
    from django.db import transaction  # noqa: PLC0415 - needs setup

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def client(undone: None) -> Client:
    """A browser in which a superuser has signed in."""
    from django.contrib.auth.models import User  # noqa: PLC0415 - needs setup
    from django.test import Client  # noqa: PLC0415 - needs setup

    browser = Client()
    # No password: to make one, and to check it, is slow by design.
    browser.force_login(User.objects.create(username="ada", is_staff=True, is_superuser=True))
    return browser
