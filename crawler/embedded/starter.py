"""What the first user of a home does: launch the keeper, and make the database."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from crawler.embedded import errors, wire
from crawler.embedded.binaries import postgres_folder, valkey_server
from crawler.embedded.home import Home, open_log

# The folder, or the zip file, that our packages are imported from.
CODE = Path(__file__).parents[2]
START_KEEPER = "import sys; sys.path.insert(0, sys.argv.pop(1)); from crawler.embedded.keeper import main; main()"


def launch_keeper(home: Home, deadline: float) -> None:
    """Start a keeper, and wait until both servers answer, or another process is found to be the keeper.

    Raises:
        EmbeddedError: what the keeper says, or that it says nothing until ``deadline`` (of ``time.monotonic``).
    """
    # Isolated: the folder that we run in and the user's site-packages must not change what the keeper imports.
    command = [sys.executable, "-I", "-S", "-c", START_KEEPER]
    arguments = [CODE, home.folder, home.token, postgres_folder(), valkey_server()]
    log = open_log(home.keeper_log)
    ours, theirs = socket.socketpair()
    with ours:
        try:
            subprocess.run(  # noqa: S603 - this same Python, with our own code
                [*command, *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=theirs.fileno(),
                stderr=log,
                cwd="/",
                start_new_session=True,
                check=True,
            )
        except subprocess.CalledProcessError as error:
            raise _ended(home) from error
        finally:
            theirs.close()
            os.close(log)
        _read_report(home, ours, deadline)


def _read_report(home: Home, link: socket.socket, deadline: float) -> None:
    said = b""
    try:
        while not said.endswith(b"\n"):
            link.settimeout(max(0.01, deadline - time.monotonic()))
            part = link.recv(4096)
            if not part:
                raise _ended(home)
            said += part
    except TimeoutError as error:
        raise errors.SilenceError(
            f"PostgreSQL and Valkey are still being started in {home.folder}: "
            f"see the folder {home.keeper_log.parent}, and try again later."
        ) from error
    cause, sentence = json.loads(said)
    if cause:
        raise getattr(errors, cause)(sentence)


def _ended(home: Home) -> errors.SilenceError:
    return errors.SilenceError(f"The keeper of PostgreSQL and Valkey ended without a word: see {home.keeper_log}.")


def complete(home: Home) -> bool:
    """Make our database where there is none; false where a server is not ready.

    Raises:
        ServerError: a server refuses to serve, and waiting would not change that.
    """
    try:
        wire.valkey_session(home.valkey_socket).close()
        wire.make_database(home.postgres_socket)
    except OSError:
        return False
    except wire.RefusedError as refusal:
        if refusal.passing:
            return False
        raise errors.ServerError(f"{refusal}.") from refusal
    return True
