"""Single components in a stock Scrapy project: no settings of ours but those that a test names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.processes import ROOT


@dataclass(frozen=True)
class Asked:
    """What came of each request, and all that was logged."""

    answers: list[dict[str, Any]]
    log: str


def command(folder: Path, requests: list[dict[str, Any]], settings: dict[str, Any]) -> list[str]:
    """The words that have a plain spider ask for ``requests``; each warning is an error, and everything is logged."""
    file = folder / "requests.json"
    file.write_text(json.dumps(requests))
    pairs = {"LOG_LEVEL": "DEBUG"} | settings
    words = [word for name, value in pairs.items() for word in ("-s", f"{name}={plain(value)}")]
    spider = ROOT / "tests" / "support" / "asking.py"
    return [
        *(sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", "-m", "scrapy"),
        *("runspider", str(spider), "-a", f"file={file}", *words),
    ]


def environment() -> dict[str, str]:
    """That of a folder that is no project."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}


def plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def ask(folder: Path, requests: list[dict[str, Any]], **settings: Any) -> Asked:
    """Ask in a folder that is no project."""
    done = subprocess.run(
        command(folder, requests, settings),
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return Asked([json.loads(line) for line in done.stdout.splitlines()], done.stderr)
