"""Servers of a test's own that it may kill, stop, freeze and start again: on the same port, with the same data."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import redis

from tests.support import postgres
from tests.support.mortal import spawn
from tests.support.valkey import PASSWORD

PATIENCE = 120.0
PAUSE = 0.02


class ServerStartError(RuntimeError):
    """A server does not answer; the text is the end of its log."""


class Killable(ABC):
    """A server on a port of 127.0.0.1, with data and a log in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = steady_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def command(self) -> list[str | Path]:
        """What starts it, in its folder."""

    @property
    def options(self) -> dict[str, Any]:
        """For ``subprocess``: who runs it, and where."""
        return {"cwd": self.folder}

    stop_signal = signal.SIGTERM

    @abstractmethod
    def serves(self) -> bool:
        """Whether it answers."""

    @property
    def log(self) -> Path:
        """What it says."""
        return self.folder / "log"

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Have it serve: start it where it does not run. Returns when it answers."""
        self.thaw()
        deadline = time.monotonic() + PATIENCE
        while not self.serves():
            if time.monotonic() > deadline:
                raise ServerStartError(self.log.read_text(errors="replace")[-2000:])
            # PostgreSQL ends at once while a process of the one that was killed still lives: once more, then.
            if not self.running:
                self._process = spawn(self.command, self.log, **self.options)
            time.sleep(PAUSE)

    def kill(self) -> None:
        """SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Have it end in order."""
        self.thaw()
        self._end(self.stop_signal)

    def freeze(self) -> None:
        """SIGSTOP: it takes what is sent, and says nothing."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self._send(signal.SIGCONT)

    def _end(self, number: signal.Signals) -> None:
        self._send(number)
        if self._process is not None:
            self._process.wait(timeout=PATIENCE)

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None and self.running:
            self._process.send_signal(number)


class KillablePostgres(Killable):
    """PostgreSQL with an empty data folder; the folder is made, and goes with ``remove``.

    ``largest_file``: bytes beyond which no file of it may grow from its next start on, as where its disk is full.
    """

    stop_signal = signal.SIGINT
    largest_file: int | None = None

    def __init__(self) -> None:
        from crawler.embedded.account import server_account  # noqa: PLC0415 - few tests need it
        from crawler.embedded.binaries import copy_for_others, postgres_folder  # noqa: PLC0415

        super().__init__(Path(tempfile.mkdtemp(prefix="longline-postgres-")))
        self._programs = (copy_for_others(postgres_folder()) if os.geteuid() == 0 else postgres_folder()) / "bin"
        self._account = server_account(self.folder / "data")
        os.chown(self.folder, self._account.uid, self._account.gid)
        self._initialise()

    @property
    def options(self) -> dict[str, Any]:
        return {"cwd": self.folder, "env": postgres.ENVIRONMENT, **self._account.options}

    @property
    def command(self) -> list[str | Path]:
        settings = ("listen_addresses=127.0.0.1", f"port={self.port}", "unix_socket_directories=")
        limited = ["sh", "-c", f'ulimit -f {self.largest_file // 512}; exec "$@"', "sh"] if self.largest_file else []
        chosen = [word for setting in settings for word in ("-c", setting)]
        return [*limited, self._programs / "postgres", "-D", "data", *chosen]

    def serves(self) -> bool:
        asking: list[str | Path] = [self._programs / "pg_isready", "--quiet", "--host=127.0.0.1", f"--port={self.port}"]
        return self.running and subprocess.run(asking, check=False).returncode == 0

    def url(self, database: str) -> str:
        """The URL of a database."""
        return f"postgresql://longline:{postgres.ESCAPED}@127.0.0.1:{self.port}/{database}"

    def remove(self) -> None:
        """End it, and remove its data."""
        self.stop()
        # Where it was killed before, its children may still be at it for a moment.
        shutil.rmtree(self.folder, ignore_errors=True)

    def _initialise(self) -> None:
        password = self.folder / "password"
        password.write_text(postgres.PASSWORD)
        password.chmod(0o644)
        words = ["--username=longline", "--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--no-sync"]
        command: list[str | Path] = [self._programs / "initdb", "-D", "data", *words]
        subprocess.run(command, check=True, capture_output=True, **self.options)


class KillableValkey(Killable):
    """Valkey with an append-only file, synced once a second, in a folder of the test's."""

    @property
    def command(self) -> list[str | Path]:
        from crawler.embedded.binaries import valkey_server  # noqa: PLC0415 - few tests need it

        settings = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "requirepass": PASSWORD,
            "save": "",
            "appendonly": "yes",
            "appendfsync": "everysec",
            # Who cuts the file's tail counts bytes: it must be one file.
            "auto-aof-rewrite-percentage": "0",
        }
        return [valkey_server(), *(word for key, value in settings.items() for word in (f"--{key}", value))]

    def serves(self) -> bool:
        try:
            with self.client(seconds=2) as client:
                return self.running and bool(client.ping())
        except redis.RedisError:
            return False

    def client(self, seconds: float = PATIENCE) -> redis.Redis:
        """A connection of the test's own, which gives up after so many seconds of silence."""
        return redis.Redis(
            "127.0.0.1", self.port, password=PASSWORD, socket_timeout=seconds, socket_connect_timeout=seconds
        )

    @property
    def url(self) -> str:
        """Its URL."""
        return f"redis://:{postgres.ESCAPED}@127.0.0.1:{self.port}/0"


def steady_port() -> int:
    """A free port that no connection is given as its own: the server is away at times, and must get it back."""
    while True:
        port = random.randint(15_000, 31_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
