"""PostgreSQL: how it is set, prepared and started."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from crawler.embedded import locks, wire
from crawler.embedded.account import ENVIRONMENT, can_run, server_account
from crawler.embedded.binaries import copy_for_others
from crawler.embedded.errors import DataError, ServerError
from crawler.embedded.home import Home
from crawler.embedded.server import Server, say, why

ORPHAN_SECONDS = 60.0
# A process's own name for the folder that it is in. Root puts an unprivileged server into its data folder, and there it
# stays, whatever the folders above allow it: none of them has to be opened to others. Linux only.
HERE = Path("/proc/self/cwd")


class Postgres(Server):
    """PostgreSQL on a Unix socket. As root it runs as an unprivileged user, to whom its data belongs."""

    name = "PostgreSQL"
    short_name = "postgres"
    stop_signal = signal.SIGINT
    kill_signal = signal.SIGQUIT

    def __init__(self, home: Home, folder: Path) -> None:
        super().__init__(home)
        self._folder = folder

    @property
    def data(self) -> Path:
        return self.home.postgres_data.resolve()

    @property
    def socket_path(self) -> Path:
        return self.home.postgres_socket

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": str(self.socket_path.parent),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "128MB",
            "max_wal_size": "2GB",
            # Short statements on few rows: neither pays, and both cost memory that a container may not have.
            "jit": "off",
            "max_parallel_workers_per_gather": "0",
            "io_method": "sync",
            # Errors go to the client. A log of them all, with their pages, would fill the disk.
            "log_min_messages": "log",
            "log_checkpoints": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        options = [f"--{key}={value}" for key, value in settings.items()]
        return [str(self._folder / "bin" / "postgres"), "-D", str(self._as_seen(self.data)), *options]

    def connect(self) -> socket.socket:
        # Not to our own database: a session would keep its owner from renaming or copying it.
        return wire.postgres_session(self.socket_path, wire.MAINTENANCE)

    def prepare(self) -> None:
        link = self.home.postgres_data
        if link.is_symlink() and not link.exists():
            raise DataError(
                f"The database of {self.home.folder} was in {link.readlink()}, which is gone: "
                f"bring it back, or remove {link} to begin with an empty database."
            )
        self.account = server_account(self.data)
        if not can_run(self._folder / "bin" / "postgres", self.account):
            self._folder = copy_for_others(self._folder)
        if not self.data.exists():
            self._make_data()

    def _make_data(self) -> None:
        fresh = self.data.with_name(f"{self.data.name}.new")
        # An initdb that outlived its keeper holds the lock, and is waited for.
        with locks.exclusive(self.lock, ORPHAN_SECONDS) as lock:
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(mode=0o700)
            if self.account.options:
                os.chown(fresh, self.account.uid, self.account.gid)
            say(f"PostgreSQL makes a new database in {fresh}.")
            self._initialize(fresh, lock)
            fresh.rename(self.data)
            _make_durable(self.data.parent)

    def _initialize(self, fresh: Path, lock: int) -> None:
        done = subprocess.run(  # noqa: S603 - the wheel's own program
            [self._folder / "bin" / "initdb", "-D", self._as_seen(fresh), *INITDB_OPTIONS],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=fresh,
            env=ENVIRONMENT,
            pass_fds=[lock],
            check=False,
            **self.account.options,
        )
        if done.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            said = done.stdout.decode(errors="replace").replace(str(HERE), str(fresh))
            say(said)
            raise ServerError(
                f"PostgreSQL could not make its database in {fresh.parent}: "
                f"{why(said) or f'initdb ended with status {done.returncode}'}."
            )

    def _as_seen(self, folder: Path) -> Path:
        """The path by which the server finds the folder that it is started in."""
        return HERE if self.account.options and HERE.exists() else folder


INITDB_OPTIONS = (
    f"--username={wire.ROLE}",
    "--auth=trust",
    "--locale=C",
    "--encoding=UTF8",
    "--no-instructions",
)


def _make_durable(folder: Path) -> None:
    entries = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entries)
    finally:
        os.close(entries)
