"""PgBouncer in transaction mode, before a PostgreSQL of a test's own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.support import postgres
from tests.support.killable import Killable, KillablePostgres
from tests.support.nginx import answers

# Each transaction goes to another server than the one before, as it may where many clients share a pool.
CONFIGURATION = """
[databases]
* = host=127.0.0.1 port={postgres}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = users
pool_mode = transaction
default_pool_size = 6
server_round_robin = 1
"""


def find_pgbouncer() -> str | None:
    """The path of PgBouncer; Debian keeps it where users without rights do not look."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def version_of(binary: str) -> tuple[int, ...]:
    """As (1, 18, 0)."""
    said = subprocess.run([binary, "--version"], check=True, capture_output=True, text=True).stdout
    numbers = re.search(r"PgBouncer (\d+)\.(\d+)\.(\d+)", said)
    assert numbers is not None
    return tuple(map(int, numbers.groups()))


class KillablePgBouncer(Killable):
    """A pooler whose URLs are those of the server behind it, but for the port."""

    def __init__(self, binary: str, server: KillablePostgres) -> None:
        super().__init__(Path(tempfile.mkdtemp(prefix="longline-pgbouncer-")))
        self._binary = binary
        self._server = server
        (self.folder / "users").write_text(f'"longline" "{postgres.PASSWORD}"\n')
        (self.folder / "ini").write_text(CONFIGURATION.format(postgres=server.port, port=self.port))
        for path in (self.folder, *self.folder.iterdir()):
            owner = server.folder.stat()
            os.chown(path, owner.st_uid, owner.st_gid)

    @property
    def command(self) -> list[str | Path]:
        return [self._binary, "ini"]

    @property
    def options(self) -> dict[str, Any]:
        # It refuses to run as root, as PostgreSQL does.
        return self._server.options | {"cwd": self.folder}

    def serves(self) -> bool:
        return self.running and self._process is not None and answers(self._process, self.port)

    def url(self, database: str) -> str:
        """The URL of a database, through the pooler."""
        return self._server.url(database).replace(f":{self._server.port}/", f":{self.port}/")

    def remove(self) -> None:
        """End it, and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder)
