"""What the keeper does with a server, whichever it is: adopt or start it, see it die, stop it."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path

from crawler.embedded import locks
from crawler.embedded.account import ENVIRONMENT, own_account
from crawler.embedded.errors import ServerError
from crawler.embedded.home import Home, make_private, open_log
from crawler.embedded.wire import RefusedError

STOP_SECONDS = 60.0
KILL_SECONDS = 10.0
FIRST_PAUSE = 0.004
LONGEST_PAUSE = 0.5
PAUSE_AFTER_FAILURE = 2.0
LEAST_SPACE = 1 << 16
# Not what PostgreSQL told those who came too early.
POSTGRES_ERROR = re.compile(r"(?:PANIC|FATAL|ERROR|error): +(?!\s|the database system is)(.+)")
VALKEY_WARNING = re.compile(r" # (?!WARNING)(.+)")


def say(text: str) -> None:
    """Write a line to the keeper's log."""
    # A full disk must not stop the keeper.
    with contextlib.suppress(OSError):
        print(time.strftime("%Y-%m-%d %H:%M:%S"), text, file=sys.stderr, flush=True)


class Server(ABC):
    """A server that outlives its keeper.

    Whether it lives is seen by what it answers and by its lock, which it and its children inherit, and so hold exactly
    as long as they live. Nothing rests on a process id that a file remembers.
    """

    name: str
    short_name: str
    stop_signal: signal.Signals
    kill_signal: signal.Signals

    def __init__(self, home: Home) -> None:
        self.home = home
        self.account = own_account()
        self.link: socket.socket | None = None
        self.next_step = 0.0
        self._pause = FIRST_PAUSE
        self._process: subprocess.Popen[bytes] | None = None
        self._answered = False
        self._log_start = 0

    @property
    @abstractmethod
    def data(self) -> Path:
        """The folder of the data; its real path."""

    @property
    @abstractmethod
    def socket_path(self) -> Path:
        """Where the server listens."""

    @property
    @abstractmethod
    def pid_file(self) -> Path:
        """The server's own note of its process id."""

    @property
    @abstractmethod
    def command(self) -> list[str]:
        """What starts the server."""

    @abstractmethod
    def prepare(self) -> None:
        """Make what the server needs before its first start, or raise an ``EmbeddedError``."""

    @abstractmethod
    def connect(self) -> socket.socket:
        """A connection over which the server has answered, or ``OSError`` or ``RefusedError``."""

    @property
    def lock(self) -> Path:
        """The lock file that the server's processes hold for life."""
        return self.data.with_name(f"{self.data.name}.lock")

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home.folder / "log" / f"{self.short_name}.log"

    @property
    def adopted(self) -> bool:
        """Whether it answers, and another keeper started it."""
        return self.link is not None and self._process is None

    def adopt(self) -> None:
        """Take over the server where it answers already."""
        with contextlib.suppress(OSError, RefusedError):
            self.link = self.connect()
            say(f"{self.name} lives, and is adopted.")

    def step(self) -> bool:
        """Go one step towards a server that answers; true when it does.

        Raises:
            ServerError: it ended without an answer after its start, or refuses to serve.
        """
        try:
            self.link = self.connect()
        except OSError:
            self._wait_a_little()
            self._start_if_dead()
            return False
        except RefusedError as refusal:
            if not refusal.passing:
                raise ServerError(f"{refusal}.") from refusal
            self._wait_a_little()
            return False
        self._pause, self._answered = FIRST_PAUSE, True
        return True

    def _wait_a_little(self) -> None:
        # Neither protocol tells when a server will be ready: ask again, ever more rarely.
        self._pause = min(self._pause * 1.3, LONGEST_PAUSE)
        self.next_step = time.monotonic() + self._pause

    def lost(self) -> bool:
        """Whether the connection ended. Call it when there is something to read."""
        assert self.link is not None
        # An error is an end too.
        with contextlib.suppress(OSError):
            if self.link.recv(65536):
                return False
        self.link.close()
        self.link, self.next_step = None, 0.0
        say(f"{self.name} closed the connection.")
        return True

    def postpone(self) -> None:
        """Wait with the next step, after a start that failed."""
        self.next_step = time.monotonic() + PAUSE_AFTER_FAILURE

    def _start_if_dead(self) -> None:
        if self._process is not None:
            if self._process.poll() is None:
                return
            code, self._process = self._process.returncode, None
            if not self._answered:
                raise ServerError(f"{self.name} could not start: {self.reason(code)}")
            say(f"{self.name} ended with status {code}.")
        with locks.opened(self.lock) as lock:
            if locks.take(lock, locks.EXCLUSIVE, 0):
                self._start(lock)

    def _start(self, lock: int) -> None:
        self.forget_the_dead()
        make_private(self.socket_path.parent, self.account.uid, self.account.gid)
        self._answered = False
        log = open_log(self.log)
        try:
            self._log_start = os.fstat(log).st_size
            self._process = self._launch(lock, log)
        finally:
            os.close(log)
        say(f"{self.name} is started as process {self._process.pid}.")

    def _launch(self, lock: int, log: int) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603 - the wheel's own program
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.data,
                env=ENVIRONMENT,
                pass_fds=[lock],
                **self.account.options,
            )
        except OSError as error:
            raise ServerError(
                f"{self.name} could not be run as user {self.account.uid} in {self.data} ({error.strerror})."
            ) from error

    def forget_the_dead(self) -> None:
        """Remove what a killed server left: its lock was free, so that a process id in there is another's by now."""
        self.pid_file.unlink(missing_ok=True)
        # A stranger's folder cannot be removed, and is refused when ours is made.
        shutil.rmtree(self.socket_path.parent, ignore_errors=True)

    def reason(self, code: int) -> str:
        """What the server said before it ended, since its last start."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            told = why(log.read().decode(errors="replace"))
        if "space" not in told and shutil.disk_usage(self.data).free < LEAST_SPACE:
            # There was none for the log either.
            told = os.strerror(errno.ENOSPC)
        return f"{told or f'it ended with status {code}'} (see {self.log})."

    def ask_to_stop(self) -> None:
        """Tell it to stop cleanly."""
        self._signal(self.stop_signal)

    def wait_until_stopped(self) -> None:
        """Wait until all its processes are gone; kill it where it takes too long."""
        if self._process is None and self.link is None:
            return
        if not self._is_gone_within(STOP_SECONDS):
            say(f"{self.name} did not stop within {STOP_SECONDS:g} s, and is killed.")
            self._signal(self.kill_signal)
            self._is_gone_within(KILL_SECONDS)
        if self.link is not None:
            self.link.close()
        shutil.rmtree(self.socket_path.parent, ignore_errors=True)
        say(f"{self.name} is stopped.")

    def _is_gone_within(self, seconds: float) -> bool:
        if self._process is None:
            with locks.opened(self.lock) as lock:
                return locks.take(lock, locks.EXCLUSIVE, seconds)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _signal(self, number: signal.Signals) -> None:
        pid = self._pid()
        if pid is not None:
            # It may be gone by itself in this moment.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _pid(self) -> int | None:
        if self._process is not None:
            return self._process.pid if self._process.poll() is None else None
        # Adopted: its own note of its id holds while it lives, so while the connection does.
        if self.link is None or (select.select([self.link], [], [], 0)[0] and self.lost()):
            return None
        return int(self.pid_file.read_text().split()[0])


def why(said: str) -> str:
    """The line that tells most, of what a server said before it ended; empty where it said nothing."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    tagged = [match[1] for line in lines if (match := POSTGRES_ERROR.search(line))]
    warned = [match[1] for line in lines if (match := VALKEY_WARNING.search(line))]
    told = (tagged[:1] or warned[-1:] or lines[-1:] or [""])[0]
    return told.rstrip(".")
