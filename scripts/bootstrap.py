"""Makes ``.venv`` hold what a locked requirements file names; bootstrap.sh starts it.

It may be killed at any moment, and started twice: the work is done under a lock on the project's folder,
begins with a mark and ends with a stamp. A ``.venv`` with the mark is thrown away; a stamped one is kept.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MARK = VENV / ".unfinished"
STAMP = VENV / ".longline.json"
# Says by its status whether a .venv's Python is new enough, and still the version that .venv was made with.
SOUND = (
    "import os, sys, sysconfig; "
    "sys.exit(sys.version_info < (3, 11) or not os.path.isdir(sysconfig.get_path('purelib')))"
)
# Each would send the packages elsewhere than into .venv, or without their byte-code.
UNWANTED = (
    "PIP_NO_COMPILE", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PIP_ROOT", "PIP_TARGET", "PIP_USER",
    "PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH", "UV_PREFIX", "UV_SYSTEM_PYTHON", "UV_TARGET",
)  # fmt: skip


class SetUpError(Exception):
    """``.venv`` could not be made; the text says why, and what to do."""


def main() -> int:
    """``bootstrap.py [--check] [FILE]``: 0 when ``.venv`` holds it; 1 from a check when not; 2 on failure."""
    names = [word for word in sys.argv[1:] if word != "--check"]
    requirements = ROOT / (names[0] if names else "requirements.txt")
    if "--check" in sys.argv:
        return 0 if is_ready(requirements) else 1
    try:
        with_lock(requirements)
    except (OSError, SetUpError) as problem:
        say(f"Longline could not be set up. {problem}")
        return 2
    except KeyboardInterrupt:
        say("Interrupted: the next start sets up from the beginning.")
        return 130
    return 0


def is_ready(requirements: Path) -> bool:
    """Whether ``.venv`` is finished and holds the requirements. Asked by ``.venv``'s own Python."""
    packages = VENV / "lib" / "python{}.{}".format(*sys.version_info) / "site-packages"
    if MARK.exists() or not STAMP.exists() or not packages.is_dir():
        return False
    return digest(requirements) in json.loads(STAMP.read_bytes())


def with_lock(requirements: Path) -> None:
    """Set up, alone in this folder; somebody else may have done it while we waited."""
    lock = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Another start is setting up in this folder: waiting for it …")
        fcntl.flock(lock, fcntl.LOCK_EX)
    if not succeeds([PYTHON, "-I", "-S", __file__, "--check", str(requirements)], lock):
        set_up(requirements, lock)
    os.close(lock)


def set_up(requirements: Path, lock: int) -> None:
    """Make ``.venv`` where there is no sound one, install, and stamp it."""
    started = time.monotonic()
    say(f"Installing {requirements.name} into .venv …")
    make_venv(lock)
    install(requirements, lock)
    STAMP.write_text(json.dumps([digest(file) for file in covered(requirements)]))
    MARK.unlink()
    count = sum(1 for _ in VENV.glob("lib/python*/site-packages/*.dist-info"))
    say(f"Installed: {count} packages in {time.monotonic() - started:.0f} s.")


def make_venv(lock: int) -> None:
    """A new ``.venv``, or the one that is there. A half-made one may look whole to an installer: it goes."""
    if MARK.exists() or not succeeds([PYTHON, "-I", "-c", SOUND], lock):
        remove_venv()
    VENV.mkdir(exist_ok=True)
    MARK.touch()
    if not PYTHON.exists():
        # Debian has pip for venvs in a package of its own, which may be missing.
        problem = run([sys.executable, "-m", "venv", "--without-pip", VENV], lock)
        if problem is not None:
            raise SetUpError(f"{sys.executable} -m venv said:\n{problem}")


def remove_venv() -> None:
    if VENV.is_symlink():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(VENV)


def install(requirements: Path, lock: int) -> None:
    """Install with uv; where that is absent or fails, with pip, which knows settings that uv does not read.

    Raises:
        SetUpError: with what each installer said last.
    """
    said = []
    for name, command in installers(lock):
        problem = run([*command, "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", requirements], lock)
        if problem is None:
            return
        said.append(f"{name} said:\n{problem}")
    if not said:
        raise SetUpError(f"{sys.executable} has no pip: install uv or pip (Debian: apt install python3-venv).")
    raise SetUpError("\n".join(said))


def installers(lock: int) -> Iterator[tuple[str, list[str | Path]]]:
    """Each way to install into ``.venv``: its name and its command."""
    uv = shutil.which("uv")
    if uv and succeeds([uv, "--version"], lock):
        yield "uv", [uv, "pip", "install", "--python", PYTHON, "--compile-bytecode"]
    inside: list[str | Path] = [PYTHON, "-m", "pip"]
    if succeeds([*inside, "--version"], lock) or succeeds([PYTHON, "-m", "ensurepip"], lock):
        yield "pip", [*inside, "install", "--compile"]
    elif succeeds([sys.executable, "-m", "pip", "--version"], lock):
        yield "pip", [sys.executable, "-m", "pip", "--python", PYTHON, "install", "--compile"]


def run(command: list[str | Path], lock: int) -> str | None:
    """Run a tool: None when it succeeds, else its last lines.

    The tool holds the lock too: when we are killed, the next start waits for it to end.
    """
    done = subprocess.run(
        command,
        env=tool_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=(lock,),
        check=False,
    )
    return None if done.returncode == 0 else "\n".join(done.stdout.strip().splitlines()[-15:])


def succeeds(command: list[str | Path], lock: int) -> bool:
    """Whether the command is there and ends with 0."""
    try:
        return run(command, lock) is None
    except OSError:
        return False


def tool_environment() -> dict[str, str]:
    """Our environment, without what would mislead the installers, with what they cannot find themselves."""
    import ssl  # noqa: PLC0415 - slow to import, and not needed where nothing is to do

    environment = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    trusted = ssl.get_default_verify_paths()
    if trusted.cafile or trusted.capath:  # uv brings its own list, without a company's own authority
        environment |= {"UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true"}
    if not os.access(nearest(Path(os.path.expanduser("~"))), os.W_OK):  # noqa: PTH111 - Path.home() raises where there is none
        environment |= {"UV_NO_CACHE": "true", "PIP_NO_CACHE_DIR": "true"}
    return environment | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def nearest(path: Path) -> Path:
    """The path, or its nearest parent that exists."""
    return next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())


def covered(requirements: Path) -> list[Path]:
    """This locked file, and those beside it that name nothing more: installing it installs them too."""
    pins = pinned(requirements)
    beside = set(requirements.parent.glob("requirements*.txt")) - {requirements}
    return [requirements, *(file for file in beside if pinned(file) <= pins)]


def pinned(requirements: Path) -> set[str]:
    """The packages of a locked file, as ``name==version``."""
    lines = requirements.read_text().splitlines()
    return {line.split(";")[0].rstrip("\\ ") for line in lines if "==" in line and line[0].isalnum()}


def digest(requirements: Path) -> str:
    return hashlib.sha256(requirements.read_bytes()).hexdigest()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
