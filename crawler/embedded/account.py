"""Who runs PostgreSQL, which refuses to be run by root."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.embedded.errors import AccountError

UNPRIVILEGED = ("postgres", "_postgres", "nobody")
# Nothing of the first user's environment: it may name another PostgreSQL, another locale, or a secret.
ENVIRONMENT = {"LC_ALL": "C", "LANG": "C", "TZ": "UTC", "PATH": os.defpath}


@dataclass(frozen=True)
class Account:
    """A user id and a group id."""

    uid: int
    gid: int

    @property
    def options(self) -> dict[str, Any]:
        """What starts a process as this account, for ``subprocess``."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def own_account() -> Account:
    """The user that this process runs as."""
    return Account(os.geteuid(), os.getegid())


def server_account(data: Path) -> Account:
    """Who runs the server on this data: as root the owner of the data, or an unprivileged user; else ourselves.

    Raises:
        AccountError: root has no unprivileged user.
    """
    if os.geteuid() != 0:
        return own_account()
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    for entry in filter(None, map(_entry, UNPRIVILEGED)):
        return Account(entry.pw_uid, entry.pw_gid)
    raise AccountError(
        "PostgreSQL refuses to be run by root, and there is no user "
        f"{' or '.join(UNPRIVILEGED)}: run Longline as another user, or set DATABASE_URL."
    )


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def can_run(program: Path, account: Account) -> bool:
    """Whether the account reaches this program and may run it. Tried for real: mode bits are not all that counts."""
    if account == own_account():
        return True
    try:
        done = subprocess.run(  # noqa: S603 - the wheel's own program
            [program, "--version"], env=ENVIRONMENT, cwd="/", capture_output=True, check=False, **account.options
        )
    except PermissionError:
        return False
    return done.returncode == 0
