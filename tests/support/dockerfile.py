"""A Dockerfile's stages, read; and the steps of one that need neither an engine nor root, run in a clean folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.processes import ROOT
from tests.support.sources import copy_sources, source_files

FILE = ROOT / "deploy" / "docker" / "Dockerfile"
WORK, DATA = "/opt/longline", "/data"
NEEDS_AN_IMAGE = ("useradd", "apt-get")
NOBODY = 65534


@dataclass
class Stage:
    """One ``FROM … AS name`` with the instructions below it."""

    name: str
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def last(self, instruction: str) -> str | None:
        """What the last such instruction says."""
        return next((words for name, words in reversed(self.steps) if name == instruction), None)


def stages() -> dict[str, Stage]:
    """The stages by name, in order."""
    text = re.sub(r"^\s*#.*\n", "", FILE.read_text(), flags=re.MULTILINE)
    found: dict[str, Stage] = {}
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        instruction, _, words = line.strip().partition(" ")
        if instruction == "FROM":
            base, name = words.split(" AS ")
            found[name] = Stage(name, base)
        elif instruction:
            found[list(found)[-1]].steps.append((instruction, words))
    return found


def allowed(name: str) -> bool:
    """Whether .dockerignore lets a file of the project into the build."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return f"!{name.split('/', maxsplit=1)[0]}" in lines and "__pycache__" not in name


@dataclass
class CleanFolder:
    """Stands for the image: what is below /opt/longline there is below ``work`` here, and /data is ``data``."""

    work: Path
    data: Path
    python: Path
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path) -> CleanFolder:
        """Two folders that belong to a user without rights, and a ``python`` for him."""
        made = cls(folder / "longline", folder / "data", folder / "bin")
        for path in (made.work, made.data, made.python):
            path.mkdir()
        (made.python / "python").symlink_to(base_python())
        made.environment = {"PATH": f"{made.python}:/usr/bin:/bin", "HOME": "/nonexistent"}
        made.give()
        return made

    def give(self) -> None:
        """As root, hand all files over: the steps run as nobody."""
        if os.geteuid() == 0:
            for top in (self.work, self.data):
                for path in (top, *top.rglob("*")):
                    os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

    def here(self, words: str) -> str:
        """The same words with this folder's paths."""
        return words.replace(WORK, str(self.work)).replace(DATA, str(self.data))

    def build(self, stage: Stage) -> None:
        """Run the steps of a stage."""
        for instruction, words in stage.steps:
            if instruction == "COPY" and not words.startswith("--from="):
                self._copy(words.split()[:-1])
            elif instruction == "ENV":
                self._set(words)
            elif instruction == "RUN" and not words.startswith(NEEDS_AN_IMAGE):
                done = subprocess.run(
                    self.command("sh", "-c", self.here(words)),
                    cwd=self.work,
                    env=self.environment,
                    capture_output=True,
                    text=True,
                    timeout=240,
                    check=False,
                )
                assert done.returncode == 0, done.stdout + done.stderr

    def command(self, *words: str) -> list[str]:
        """A command as the image's user would run it: not as root."""
        as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        return [*as_nobody, *words] if os.geteuid() == 0 else [*words]

    def _copy(self, names: list[str]) -> None:
        top = {name.rstrip("/") for name in names}
        files = [name for name in source_files() if allowed(name) and name.split("/")[0] in top]
        assert top <= {name.split("/")[0] for name in files}, f".dockerignore keeps back some of {names}"
        copy_sources(self.work, files)
        self.give()

    def _set(self, words: str) -> None:
        for name, value in re.findall(r"(\w+)=(\S+)", self.here(words)):
            self.environment[name] = value.replace("$PATH", self.environment["PATH"])


def entry(stage: Stage, instruction: str) -> list[str]:
    """The words of ENTRYPOINT or CMD."""
    words: list[str] = json.loads(stage.last(instruction) or "[]")
    return words


def base_python() -> Path:
    """A Python that users without rights may run: for root, who may have his own in his home, the system's."""
    return Path("/usr/bin/python3") if os.geteuid() == 0 else Path(sys.base_prefix) / "bin" / "python3"


def cannot_build() -> str | None:
    """Why the steps cannot run on this machine, if they cannot."""
    python = base_python()
    test = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
    if not python.exists() or subprocess.run([python, "-I", "-c", test], check=False, capture_output=True).returncode:
        return f"{python} is not Python 3.11 or newer with venv (Debian: apt install python3-venv)"
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return "setpriv is not installed"
    return None
