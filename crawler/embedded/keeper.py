"""The keeper: a process of its own that starts both servers, keeps them alive, and stops them after their last user.

It lives in a session of its own, so that Ctrl-C in a terminal reaches neither it nor the servers. Where it is killed,
the servers live on, and the next user starts another, which adopts them.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from crawler.embedded import locks
from crawler.embedded.errors import EmbeddedError, ServerError
from crawler.embedded.home import LOG_LIMIT, Home
from crawler.embedded.postgres import Postgres
from crawler.embedded.server import Server, say
from crawler.embedded.valkey import Valkey

RIVAL_SECONDS = 1.0


class Report:
    """Tells the user who started us how it went, once: an error's class and sentence, both empty when all is well."""

    def __init__(self) -> None:
        self.made = False

    def make(self, cause: str = "", sentence: str = "") -> None:
        """Send it. Later calls do nothing."""
        if self.made:
            return
        self.made = True
        say(sentence or "Ready.")
        # Who asked may have been killed since.
        with contextlib.suppress(OSError):
            os.write(sys.stdout.fileno(), json.dumps([cause, sentence]).encode() + b"\n")
        with Path(os.devnull).open("wb") as nothing:
            os.dup2(nothing.fileno(), sys.stdout.fileno())


class Bell:
    """Rings when it is time to stop: at SIGTERM, or when the last user is gone."""

    def __init__(self, users_lock: int) -> None:
        self.socket, self._rope = socket.socketpair()
        self._rope.setblocking(False)
        signal.set_wakeup_fd(self._rope.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _: say(f"Stopping at signal {number}."))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        threading.Thread(target=self._await_last_user, args=(users_lock,), daemon=True).start()

    def _await_last_user(self, users_lock: int) -> None:
        locks.take_whenever(users_lock, locks.EXCLUSIVE)
        say("The last user is gone.")
        self._rope.send(b"\0")


def keep(servers: Sequence[Server], bell: Bell, report: Report) -> None:
    """Keep the servers alive until the bell rings.

    Raises:
        EmbeddedError, OSError: they could not be started at all.
    """
    for server in servers:
        server.prepare()
        server.adopt()
    while True:
        _raise_the_fallen(servers, report)
        if all(server.link for server in servers):
            report.make()
        links = {server.link: server for server in servers if server.link}
        ready, _, _ = select.select([bell.socket, *links], [], [], _until_next_step(servers))
        if bell.socket in ready:
            return
        for link in ready:
            links[link].lost()


def _raise_the_fallen(servers: Sequence[Server], report: Report) -> None:
    for server in servers:
        if server.link is None and server.next_step <= time.monotonic():
            try:
                server.step()
            except (EmbeddedError, OSError) as error:
                if not report.made and not any(other.adopted for other in servers):
                    raise
                # There are users already, who wait for it; what stopped it may pass, as a full disk does.
                say(f"{error} Next try in a few seconds.")
                report.make(*_told(error))
                server.postpone()


def _told(error: EmbeddedError | OSError) -> tuple[str, str]:
    if isinstance(error, EmbeddedError):
        return type(error).__name__, str(error)
    return ServerError.__name__, f"PostgreSQL and Valkey could not be started: {error}."


def _until_next_step(servers: Sequence[Server]) -> float | None:
    waiting = [server.next_step for server in servers if server.link is None]
    return max(0.0, min(waiting) - time.monotonic()) if waiting else None


def run(home: Home, servers: Sequence[Server]) -> None:
    """Be the keeper of this home, unless another process is."""
    report = Report()
    keeper_lock, users_lock = locks.open_lock(home.keeper_lock), locks.open_lock(home.users_lock)
    if not locks.take(keeper_lock, locks.EXCLUSIVE, RIVAL_SECONDS):
        say("Another process keeps the servers.")
        report.make()
        return
    if os.fstat(sys.stderr.fileno()).st_size > LOG_LIMIT:
        os.ftruncate(sys.stderr.fileno(), 0)
    try:
        keep(servers, Bell(users_lock), report)
    except (EmbeddedError, OSError) as error:
        report.make(*_told(error))
    finally:
        for server in servers:
            server.ask_to_stop()
        for server in servers:
            server.wait_until_stopped()
        say("The keeper ends.")


def main() -> None:
    """Run as ``keeper.py HOME TOKEN POSTGRES_FOLDER VALKEY_PROGRAM``."""
    # The user who starts us is no parent of ours: its own waiting for children must not find us.
    if os.fork():
        os._exit(0)
    os.umask(0o022)
    folder, token, postgres, valkey = sys.argv[1:]
    home = Home(Path(folder), token)
    run(home, [Valkey(home, Path(valkey)), Postgres(home, Path(postgres))])
