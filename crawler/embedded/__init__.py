"""PostgreSQL and Valkey from wheels, started by the first process that needs them, stopped after the last.

Each user of a home holds ``users.lock`` shared for life. Whoever finds the servers dead starts a keeper, under
``start.lock``. The keeper starts both, says so, and waits for ``users.lock`` exclusively: it gets it when the last
user is gone, however it died, and then stops both. A newcomer waits for ``users.lock`` first, and so never joins
servers that are being stopped.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from crawler.embedded import locks, wire
from crawler.embedded.errors import (
    AccountError,
    BinariesError,
    DataError,
    EmbeddedError,
    HomeError,
    ServerError,
    SilenceError,
    SocketFolderError,
)
from crawler.embedded.home import (
    Home,
    check_private,
    make_folder,
    make_token,
    read_token,
    unusable,
    users_lock,
)

__all__ = [
    "AccountError",
    "BinariesError",
    "DataError",
    "EmbeddedError",
    "HomeError",
    "ServerError",
    "Servers",
    "SilenceError",
    "SocketFolderError",
    "attach",
    "is_running",
]

PATIENCE = 120.0
PAUSE = 0.01

_one_at_a_time = threading.Lock()
_memberships: dict[Path, int] = {}


@dataclass(frozen=True)
class Servers:
    """Where the servers of a home listen: URLs for psycopg and for redis-py."""

    database_url: str
    redis_url: str


def attach(home: Path) -> Servers:
    """Join the servers of this home, and start them where they do not run. Both answer on return.

    They run at least until this process ends. Call it as often as you like.

    Raises:
        EmbeddedError: they cannot be used; the message is one sentence that says why and what to do.
    """
    folder = home.resolve()
    with _one_at_a_time:
        make_folder(folder)
        try:
            place = _join(folder)
            if not _serves(place):
                _start(place)
        except TimeoutError as error:
            raise SilenceError(str(error)) from error
        except OSError as error:
            raise unusable(folder, error) from error
    return Servers(
        f"postgresql://{wire.ROLE}@/{wire.DATABASE}?host={place.postgres_socket.parent}",
        f"unix://{place.valkey_socket}",
    )


def is_running(home: Path) -> bool:
    """Whether both servers of this home answer. Starts, joins and makes nothing."""
    folder = home.resolve()
    token = read_token(folder)
    return bool(token) and _answer(Home(folder, token))


def _join(folder: Path) -> Home:
    """Become a user of the home, for life."""
    path = users_lock(folder)
    lock = _memberships.get(folder)
    if lock is None or not os.path.samestat(os.fstat(lock), path.stat()):
        lock = locks.open_lock(path)
        if not locks.take(lock, locks.SHARED, PATIENCE):
            os.close(lock)
            raise SilenceError(
                f"The servers of {folder} have not stopped for {PATIENCE:g} s: see the folder {folder / 'log'}."
            )
        _memberships[folder] = lock
    token = read_token(folder)
    if not token:
        with locks.exclusive(Home(folder, "").start_lock, PATIENCE):
            token = make_token(folder)
    return Home(folder, token)


def _serves(home: Home) -> bool:
    """Whether both servers answer, and are kept."""
    return locks.held(home.keeper_lock) and _answer(home)


def _answer(home: Home) -> bool:
    for path in (home.valkey_socket, home.postgres_socket):
        try:
            check_private(path.parent, _trusted(home))
        except FileNotFoundError:
            return False
    return wire.answers(partial(wire.valkey_session, home.valkey_socket)) and wire.answers(
        partial(wire.postgres_session, home.postgres_socket, wire.DATABASE)
    )


def _trusted(home: Home) -> set[int]:
    """The users that may run the servers of this home; root's PostgreSQL runs as the owner of its data."""
    if os.geteuid() != 0:
        return {os.geteuid()}
    return {0} | {path.stat().st_uid for path in (home.folder, home.postgres_data) if path.exists()}


def _start(home: Home) -> None:
    """Bring the servers up, with a keeper, unless another user just did."""
    # Its modules are loaded where they are needed only: to attach takes a few milliseconds.
    from crawler.embedded.starter import complete, launch_keeper  # noqa: PLC0415

    deadline = time.monotonic() + PATIENCE
    with locks.exclusive(home.start_lock, PATIENCE):
        while not _serves(home):
            if not locks.held(home.keeper_lock):
                launch_keeper(home, deadline)
            if not complete(home):
                _pause(home, deadline)


def _pause(home: Home, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise SilenceError(
            f"PostgreSQL and Valkey of {home.folder} have not answered for {PATIENCE:g} s, though they are kept: "
            f"they may still recover, so see the folder {home.folder / 'log'}, and try again later."
        )
    # Neither server tells others when it is ready.
    time.sleep(PAUSE)
