"""Scrapy projects as people have them, made in a folder of the test's own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from tests.support.crawl import Crawled, Scrapy
from tests.support.processes import ROOT

PACKAGE = "shop"


@dataclass(frozen=True)
class Project:
    """The package ``shop`` with its ``settings`` and ``spiders``; Longline can be imported, and is not its own."""

    folder: Path

    def write(self, path: str, text: str) -> None:
        """A file of the package; ``text`` may be indented."""
        file = self.folder / PACKAGE / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text))

    def run(self, *arguments: str, timeout: float = 240, **environment: str) -> Crawled:
        """``scrapy ARGUMENTS`` in the project's folder, to its end; a warning is an error."""
        done = subprocess.run(
            [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", "-m", "scrapy", *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{self.folder}:{ROOT}"} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Crawled(done.returncode, done.stdout, done.stderr)

    def scrapy(self, home: Path) -> Scrapy:
        """``scrapy`` with a ``LONGLINE_HOME``, for a project with our settings."""
        return Scrapy(home, self.folder)


def make_project(folder: Path, settings: str) -> Project:
    """A project with these settings, and with no spider yet."""
    project = Project(folder)
    project.write("__init__.py", "")
    project.write("spiders/__init__.py", "")
    names = f'\nSPIDER_MODULES = ["{PACKAGE}.spiders"]\nNEWSPIDER_MODULE = "{PACKAGE}.spiders"\n'
    project.write("settings.py", dedent(settings) + names)
    (folder / "scrapy.cfg").write_text(f"[settings]\ndefault = {PACKAGE}.settings\n")
    return project
