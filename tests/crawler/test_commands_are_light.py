"""Scrapy imports every command for each."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"extractors", "frontier", "pipelines", "psycopg", "pydantic", "redis", "rich", "yaml"}
WALK = f"""
import sys
from scrapy.utils.misc import walk_modules_iter
list(walk_modules_iter("crawler.commands"))
print(sorted({HEAVY!r} & set(sys.modules)))
"""


def test_commands_that_nobody_runs_load_nothing_heavy() -> None:
    command = [sys.executable, "-c", WALK]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, timeout=240).stdout
    assert loaded.strip() == "[]"
