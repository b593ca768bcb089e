"""A PostgreSQL of a test's own, by TCP and with a password, as an operator would start it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.nginx import answers, free_port

PASSWORD = "open sesame/1@2"  # characters that a URL must escape
ESCAPED = "open%20sesame%2F1%402"
ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}


class PostgresStartError(RuntimeError):
    """PostgreSQL ended before it answered; the text is its log."""


@contextmanager
def postgres() -> Iterator[str]:
    """Run PostgreSQL on a free port of 127.0.0.1 with an empty database: its URL."""
    from crawler.embedded.account import server_account  # noqa: PLC0415 - few tests need it
    from crawler.embedded.binaries import copy_for_others, postgres_folder  # noqa: PLC0415

    programs = (copy_for_others(postgres_folder()) if os.geteuid() == 0 else postgres_folder()) / "bin"
    folder = Path(tempfile.mkdtemp(prefix="longline-test-"))
    account = server_account(folder / "data")
    os.chown(folder, account.uid, account.gid)
    options: dict[str, Any] = {"cwd": folder, "env": ENVIRONMENT, **account.options}
    try:
        _initialise(programs, folder, options)
        process, port = _start(programs, folder, options)
        try:
            yield f"postgresql://longline:{ESCAPED}@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=120)
    finally:
        shutil.rmtree(folder)


def _initialise(programs: Path, folder: Path, options: dict[str, Any]) -> None:
    password = folder / "password"
    password.write_text(PASSWORD)
    password.chmod(0o644)
    words = ["--username=longline", "--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--no-sync"]
    subprocess.run([programs / "initdb", "-D", "data", *words], check=True, capture_output=True, **options)


def _is_ready(programs: Path, port: int) -> bool:
    """It accepts connections a little before it can serve them."""
    deadline = time.monotonic() + 60
    asking = [str(programs / "pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={port}"]
    while time.monotonic() < deadline:
        if subprocess.run(asking, check=False).returncode == 0:
            return True
        time.sleep(0.02)
    return False


def _start(programs: Path, folder: Path, options: dict[str, Any]) -> tuple[subprocess.Popen[bytes], int]:
    """A port may be taken between our choice of it and PostgreSQL's start: then another one."""
    log = folder / "log"
    for _ in range(5):
        port = free_port()
        words = ["-c", "listen_addresses=127.0.0.1", "-c", f"port={port}", "-c", "unix_socket_directories="]
        with log.open("wb") as file:
            command = [str(programs / "postgres"), "-D", "data", *words]
            process = subprocess.Popen(command, stdout=file, stderr=file, text=False, **options)
        if answers(process, port) and _is_ready(programs, port):
            return process, port
    raise PostgresStartError(log.read_text())
