"""A fresh clone of the project, to try the set-up in."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.wheels import make_wheel

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Checkout:
    """A fresh clone, with a small locked file ``small.txt`` and the wheel that it names."""

    folder: Path
    wheels: Path

    @property
    def environment(self) -> dict[str, str]:
        """An empty environment but for PATH, and where the small file's wheel is."""
        return {
            "PATH": os.environ["PATH"],
            "PIP_FIND_LINKS": str(self.wheels),
            "PIP_NO_INDEX": "1",
            "UV_FIND_LINKS": str(self.wheels),
            "UV_OFFLINE": "1",
        }

    def run(self, *command: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment | changes,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def start(self) -> subprocess.Popen[str]:
        """Start a set-up of ``small.txt`` in a process group of its own."""
        return subprocess.Popen(
            ["sh", "scripts/bootstrap.sh", "small.txt"],
            cwd=self.folder,
            env=self.environment,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def set_up(self, file: str = "small.txt", **changes: str) -> subprocess.CompletedProcess[str]:
        return self.run("sh", "scripts/bootstrap.sh", file, **changes)

    def holds_the_package(self) -> bool:
        command = ".venv/bin/python", "-I", "-c", "import longline_probe; print(longline_probe.__cached__)"
        done = self.run(*command, PYTHONDONTWRITEBYTECODE="1")
        return done.returncode == 0 and Path(done.stdout.strip()).is_file()


def make_checkout(parent: Path) -> Checkout:
    """Clone the project into a folder whose path has spaces, with the set-up files as they are right now."""
    folder, wheels = parent / "a folder with spaces" / "longline", parent / "wheels"
    wheels.mkdir()
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    for changed in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / changed, folder / changed)
    shutil.copytree(ROOT / "scripts", folder / "scripts", dirs_exist_ok=True)
    (folder / "small.txt").write_text(make_wheel(wheels))
    return Checkout(folder, wheels)
