"""Servers as child processes that say where they are, and that do not outlive us."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def serving(module: str, *arguments: str) -> Iterator[Any]:
    """Run ``python -m module`` until the block ends: what it printed first, a line of JSON.

    The module must stop when its standard input is closed, which happens when we die, however we die.
    """
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"{module} did not start"
        try:
            yield json.loads(line)
        finally:
            process.stdin.close()
            process.wait(timeout=60)
