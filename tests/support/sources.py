"""The project's files as a deployment sees them: without what git ignores."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.support.processes import ROOT

PACKAGES = ("schemas", "extractors", "frontier", "pipelines", "crawler", "control")


def source_files() -> list[str]:
    """Every file that is tracked, or would be, as a path below the project's folder."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    names = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in names if (ROOT / name).is_file()]


def copy_sources(folder: Path, files: list[str]) -> None:
    """Copy files of the project, as they are right now."""
    for name in files:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
