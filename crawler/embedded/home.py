"""Where the files of the servers are: data, logs and locks in LONGLINE_HOME, sockets in short folders of /tmp."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from crawler.embedded import locks
from crawler.embedded.errors import HomeError, SocketFolderError

# Not the environment's TMPDIR: every user of a home must come to the same folder, and a socket's path has at
# most 103 bytes on macOS, where TMPDIR takes half of them.
SOCKETS = Path("/tmp")  # noqa: S108 - each folder in it is private, and its owner is checked
POSTGRES_DATA = "postgres-18"
TOKEN_BYTES = 16
LOG_LIMIT = 1 << 20


@dataclass(frozen=True)
class Home:
    """LONGLINE_HOME. ``token`` was made with it: a home that is removed and made anew is another home."""

    folder: Path
    token: str

    @property
    def start_lock(self) -> Path:
        """Held while the servers are being started."""
        return self.folder / "start.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held by the keeper for life."""
        return self.folder / "keeper.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by every user for life; the keeper waits until it is alone."""
        return users_lock(self.folder)

    @property
    def postgres_data(self) -> Path:
        """PostgreSQL's data, or a link to it."""
        return self.folder / POSTGRES_DATA

    @property
    def keeper_log(self) -> Path:
        """What the keeper did, and why."""
        return self.folder / "log" / "keeper.log"

    def sockets(self, server: str) -> Path:
        """The private folder of a server's socket."""
        # The path too, so that a copy of a home is another home.
        digest = hashlib.sha256(self.token.encode() + os.fsencode(self.folder)).hexdigest()[:16]
        return SOCKETS / f"longline-{digest}-{server}"

    @property
    def postgres_socket(self) -> Path:
        """Where PostgreSQL listens. The name is libpq's."""
        return self.sockets("postgres") / ".s.PGSQL.5432"

    @property
    def valkey_socket(self) -> Path:
        """Where Valkey listens."""
        return self.sockets("valkey") / "valkey.sock"


def users_lock(folder: Path) -> Path:
    """The lock file that a home's users share."""
    return folder / "users.lock"


def make_folder(folder: Path) -> None:
    """Make a home, and try whether files can be made in it.

    Raises:
        HomeError: they cannot.
    """
    try:
        (folder / "log").mkdir(parents=True, exist_ok=True)
        os.close(locks.open_lock(users_lock(folder)))
    except OSError as error:
        raise unusable(folder, error) from error


def unusable(folder: Path, error: OSError) -> HomeError:
    """The sentence about a home in which no file can be made."""
    return HomeError(
        f"LONGLINE_HOME is {folder}, but {error.filename or folder} cannot be written "
        f"({error.strerror}): give it space, or set LONGLINE_HOME to a folder that you may write to."
    )


def read_token(folder: Path) -> str:
    """The home's token; empty where nobody has used it yet."""
    try:
        return users_lock(folder).read_text()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def make_token(folder: Path) -> str:
    """The home's token, made where there is none yet. Call it under the start lock."""
    token = read_token(folder)
    if not token:
        token = secrets.token_hex(TOKEN_BYTES)
        users_lock(folder).write_text(token)
    return token


def make_private(folder: Path, owner: int, group: int) -> None:
    """Make a folder that only ``owner`` can enter, or check that it is one.

    Raises:
        SocketFolderError: it is there already, and others can enter it.
    """
    try:
        folder.mkdir(0o700)
    except FileExistsError:
        check_private(folder, {owner, os.geteuid()})
    if folder.stat().st_uid != owner:
        os.chown(folder, owner, group)


def check_private(folder: Path, trusted: set[int]) -> None:
    """Refuse a folder that somebody else may have made, to pass for our server.

    Raises:
        FileNotFoundError: it is not there.
        SocketFolderError: others than the ``trusted`` user ids own it or can enter it.
    """
    status = folder.lstat()
    if stat.S_ISDIR(status.st_mode) and status.st_uid in trusted and not status.st_mode & 0o077:
        return
    raise SocketFolderError(
        f"The folder {folder} belongs to user {status.st_uid} with mode {stat.S_IMODE(status.st_mode):o}, "
        "and should be private to the user that runs Longline: remove it."
    )


def open_log(path: Path) -> int:
    """The descriptor of a log to append to. It starts anew where the last runs made it long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    if os.fstat(log).st_size > LOG_LIMIT:
        os.ftruncate(log, 0)
    return log
