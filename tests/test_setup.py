"""Set-up, for real: fresh clones in a folder whose path has spaces, with an empty environment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.checkout import ROOT, Checkout

BASE_PYTHON = str(Path(sys.base_prefix) / "bin" / "python3")
NOBODY = "65534"
SYSTEM_PATH = "/usr/bin:/bin"


@pytest.fixture
def tools(tmp_path: Path) -> str:
    """A PATH on which there is a shell, but neither Python nor an installer."""
    for tool in ("sh", "dirname"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    return str(tmp_path)


def test_a_fresh_clone_gets_every_locked_package(checkout: Checkout) -> None:
    done = subprocess.run(
        ["sh", "scripts/bootstrap.sh", "requirements.txt"],
        cwd=checkout.folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=560,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("Installing requirements.txt into .venv …\nInstalled")
    assert checkout.run(".venv/bin/django-admin", "--version").stdout.startswith("5.2")


def test_pip_installs_where_there_is_no_uv(checkout: Checkout) -> None:
    assert shutil.which("uv", path=SYSTEM_PATH) is None

    done = checkout.set_up(PATH=SYSTEM_PATH, PYTHON=BASE_PYTHON, PYTHONDONTWRITEBYTECODE="1")

    assert done.returncode == 0, done.stderr
    assert checkout.holds_the_package()


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")
def test_uv_installs_where_it_is_on_the_path(checkout: Checkout) -> None:
    done = checkout.set_up(PIP_FIND_LINKS="/nonexistent", PYTHONDONTWRITEBYTECODE="1")

    assert done.returncode == 0, done.stderr
    assert checkout.holds_the_package()


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")
def test_pip_installs_where_uv_cannot(checkout: Checkout) -> None:
    done = checkout.set_up(UV_FIND_LINKS="/nonexistent")

    assert done.returncode == 0, done.stderr
    assert checkout.holds_the_package()


def test_a_second_start_runs_no_installer_and_says_nothing(checkout: Checkout, tools: str) -> None:
    checkout.set_up()

    again = checkout.set_up(PATH=tools)

    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_a_changed_file_is_installed_over_what_is_there(checkout: Checkout) -> None:
    checkout.set_up()
    kept = checkout.folder / ".venv" / "kept"
    kept.touch()
    with (checkout.folder / "small.txt").open("a") as file:
        file.write("# changed\n")

    again = checkout.set_up()

    assert "Installing small.txt" in again.stderr
    assert kept.exists()


def test_the_development_packages_are_enough_for_a_crawl(checkout: Checkout, tools: str) -> None:
    small = (checkout.folder / "small.txt").read_text()
    (checkout.folder / "requirements.txt").write_text(small)
    (checkout.folder / "requirements-dev.txt").write_text(f"{small}# and more\n")

    assert checkout.set_up("requirements-dev.txt").returncode == 0
    assert checkout.set_up("requirements.txt", PATH=tools).returncode == 0


def test_two_starts_at_the_same_moment_both_work(checkout: Checkout) -> None:
    starts = [checkout.start(), checkout.start()]
    said = [start.communicate(timeout=240)[1] for start in starts]

    assert [start.returncode for start in starts] == [0, 0]
    assert sum("Installing" in text for text in said) == 1
    assert checkout.holds_the_package()


@pytest.mark.parametrize("kill", [os.killpg, os.kill], ids=["with its tools", "alone"])
def test_an_interrupted_set_up_is_repaired(checkout: Checkout, kill: Callable[[int, int], None]) -> None:
    mark = checkout.folder / ".venv" / ".unfinished"
    while not mark.exists():
        # Where the one before had ended before it was killed, another one begins.
        shutil.rmtree(checkout.folder / ".venv", ignore_errors=True)
        first = checkout.start()
        while not mark.exists() and first.poll() is None:
            time.sleep(0.002)
        if first.returncode is None:
            kill(first.pid, signal.SIGKILL)
        first.communicate(timeout=120)

    again = checkout.set_up()

    assert again.returncode == 0, again.stderr
    assert "Installing small.txt" in again.stderr
    assert not mark.exists()
    assert checkout.holds_the_package()


def test_a_failing_installer_is_quoted(checkout: Checkout) -> None:
    (checkout.folder / "small.txt").write_text(f"longline-probe==1.0 --hash=sha256:{'0' * 64}\n")

    done = checkout.set_up()

    assert done.returncode == 2
    assert "Longline could not be set up." in done.stderr
    assert "hash" in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_an_unfit_python_is_named(checkout: Checkout) -> None:
    done = checkout.set_up(PYTHON="/bin/false")

    assert done.returncode == 2
    assert done.stderr == "PYTHON=/bin/false is no Python 3.11 or newer: name another.\n"


def test_a_machine_without_python_is_told_what_is_needed(checkout: Checkout, tools: str) -> None:
    done = checkout.set_up(PATH=tools)

    assert done.returncode == 2
    assert done.stderr.startswith("Longline needs Python 3.11 or newer, and found none")


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as a user without rights already")
def test_a_user_without_rights_or_home_can_set_up(checkout: Checkout) -> None:
    for path in (checkout.folder, *checkout.folder.rglob("*")):
        os.chown(path, int(NOBODY), int(NOBODY), follow_symlinks=False)
    needs_system_python()

    as_nobody = "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"
    command = *as_nobody, "sh", "scripts/bootstrap.sh", "small.txt"
    done = checkout.run(*command, PATH=SYSTEM_PATH, HOME="/nonexistent")

    assert done.returncode == 0, done.stderr
    assert checkout.holds_the_package()


def test_a_folder_that_may_not_be_written_is_named(checkout: Checkout) -> None:
    (checkout.folder / ".venv").write_text("in the way")

    done = checkout.set_up()

    assert done.returncode == 2
    assert str(checkout.folder / ".venv") in done.stderr
    assert "Traceback" not in done.stderr


def test_a_python_without_ensurepip_borrows_the_pip_of_the_host(checkout: Checkout) -> None:
    done = without_packages(checkout, "/usr/lib/python3.11/ensurepip")

    assert done.returncode == 0, done.stderr
    assert checkout.holds_the_package()


def test_a_python_without_any_pip_is_told_what_to_install(checkout: Checkout) -> None:
    done = without_packages(checkout, "/usr/lib/python3.11/ensurepip", "/usr/lib/python3/dist-packages")

    assert done.returncode == 2
    assert "has no pip: install uv or pip (Debian: apt install python3-venv)" in done.stderr


def without_packages(checkout: Checkout, *folders: str) -> subprocess.CompletedProcess[str]:
    """Set up where these folders are empty, for this process and its children alone."""
    needs_system_python()
    hide = "".join(f"mount -t tmpfs none {folder} && " for folder in folders if Path(folder).is_dir())
    if os.geteuid() != 0 or checkout.run("unshare", "-m", "sh", "-c", f"{hide}true").returncode != 0:
        pytest.skip("mounting needs root")
    command = f"{hide}exec sh scripts/bootstrap.sh small.txt"
    return checkout.run("unshare", "-m", "sh", "-c", command, PATH=SYSTEM_PATH, PYTHON="/usr/bin/python3")


def needs_system_python() -> None:
    version = ["/usr/bin/python3", "-c", "import sys; print(*sys.version_info[:2])"]
    if not Path(version[0]).exists() or subprocess.check_output(version, text=True) != "3 11\n":
        pytest.skip("/usr/bin/python3 is not Python 3.11")


def test_both_locked_files_pin_the_same_versions() -> None:
    runtime, development = pins("requirements.txt"), pins("requirements-dev.txt")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {requirement.split(">")[0].split("[")[0] for requirement in project["dependencies"]}

    assert runtime <= development
    assert needed <= {pin.split("==")[0] for pin in runtime}


def pins(name: str) -> set[str]:
    lines = (ROOT / name).read_text().splitlines()
    return {line.split(" ")[0] for line in lines if "==" in line and line[0].isalnum()}
