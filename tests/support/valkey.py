"""A Valkey of a test's own, by TCP and with a password."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.nginx import answers, free_port

PASSWORD = "open sesame/1@2"  # characters that a URL must escape


class ValkeyStartError(RuntimeError):
    """Valkey ended before it answered; the text is its log."""


@contextmanager
def valkey(folder: Path, *options: str) -> Iterator[int]:
    """Run Valkey with ``PASSWORD`` on a free port of 127.0.0.1, its log in ``folder``: the port."""
    process, port = start(folder, *options)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(timeout=60)


def start(folder: Path, *options: str) -> tuple[subprocess.Popen[bytes], int]:
    """A port may be taken between our choice of it and Valkey's start: then another one."""
    from crawler.embedded.binaries import valkey_server  # noqa: PLC0415 - few tests need it

    log = folder / "valkey.log"
    for _ in range(5):
        port = free_port()
        words = ["--port", str(port), "--bind", "127.0.0.1", "--requirepass", PASSWORD, "--save", "", *options]
        with log.open("wb") as file:
            process = subprocess.Popen([valkey_server(), *words], cwd=folder, stdout=file, stderr=file)
        if answers(process, port):
            return process, port
    raise ValkeyStartError(log.read_text())
