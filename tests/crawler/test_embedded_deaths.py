"""Whatever is killed, in whatever order: the servers come back with their data, and end with their last user."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from crawler.embedded.account import server_account
from tests.crawler.embedded_helpers import Dwelling, dwelling, eventually, kill, query, valkey


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Dwelling]:
    with dwelling(tmp_path / "home") as found:
        yield found


def test_a_killed_valkey_is_started_again_with_its_data(place: Dwelling) -> None:
    said = place.user().attach()
    killed = place.pid("valkey")
    with valkey(said["redis_url"]) as client:
        client.set("kept", 7)
        kill(killed)

        assert eventually(lambda: client.get("kept"), redis.ConnectionError) == "7"

    assert place.pid("valkey") != killed


def test_a_killed_postgres_is_started_again_with_its_data(place: Dwelling) -> None:
    said = place.user().attach()
    killed = place.pid("postgres")
    query(said["database_url"], "CREATE TABLE kept AS SELECT 7 AS value")
    kill(killed)

    value = eventually(lambda: query(said["database_url"], "SELECT value FROM kept"), psycopg.OperationalError)

    assert value == 7
    assert place.pid("postgres") != killed


def test_a_killed_session_of_postgres_does_not_disturb_the_keeper(place: Dwelling) -> None:
    user = place.user()
    said = user.attach()
    postmaster = place.pid("postgres")
    with psycopg.connect(said["database_url"]) as session:
        kill(session.info.backend_pid)

        eventually(lambda: query(said["database_url"], "SELECT 1"), psycopg.OperationalError)

    assert place.pid("postgres") == postmaster
    user.end()
    place.wait_until_stopped()


def test_a_killed_keeper_is_replaced_by_one_that_adopts_the_servers(place: Dwelling) -> None:
    first, second = place.user(), place.user()
    first.attach()
    servers = place.pid("valkey"), place.pid("postgres")
    place.kill_keeper()

    second.attach()

    assert (place.pid("valkey"), place.pid("postgres")) == servers
    first.end()
    second.kill()
    place.wait_until_stopped()
    assert "database system is shut down" in place.log("postgres").splitlines()[-1]


def test_an_adopted_server_that_is_killed_is_started_again(place: Dwelling) -> None:
    said = place.user().attach()
    place.kill_keeper()
    place.user().attach()

    kill(place.pid("valkey"), place.pid("postgres"))

    with valkey(said["redis_url"]) as client:
        assert eventually(client.ping, redis.ConnectionError)
    assert eventually(lambda: query(said["database_url"], "SELECT 1"), psycopg.OperationalError) == 1


def test_servers_that_lost_keeper_and_users_are_adopted_and_stopped(place: Dwelling) -> None:
    user, next_user = place.user(), place.user()
    user.attach()
    servers = place.pid("valkey"), place.pid("postgres")
    place.kill_keeper()
    kill(user.process.pid)

    next_user.attach()

    assert (place.pid("valkey"), place.pid("postgres")) == servers
    next_user.end()
    place.wait_until_stopped()


def test_everything_is_killed_and_the_next_user_finds_all_data(place: Dwelling) -> None:
    user = place.user()
    said = user.attach()
    query(said["database_url"], "CREATE TABLE kept AS SELECT 7 AS value")
    with valkey(said["redis_url"]) as client:
        client.set("kept", 7)
    stale = place.home.postgres_socket, place.home.valkey_socket, place.folder / "postgres-18/postmaster.pid"
    place.kill_keeper()
    kill(user.process.pid, place.pid("valkey"), place.pid("postgres"))
    assert all(path.exists() for path in stale)

    said = place.user().attach()

    assert query(said["database_url"], "SELECT value FROM kept") == 7
    with valkey(said["redis_url"]) as client:
        assert client.get("kept") == "7"


def test_process_ids_that_now_are_a_strangers_do_not_matter(place: Dwelling) -> None:
    user = place.user()
    user.attach()
    sockets, notes = place.home.sockets("postgres"), place.folder / "postgres-18" / "postmaster.pid"
    note, socket_note = notes.read_text(), (sockets / ".s.PGSQL.5432.lock").read_text()
    killed = str(place.pid("postgres"))
    place.kill_keeper()
    kill(user.process.pid, place.pid("valkey"), int(killed))
    account = server_account(notes.parent)
    stranger = subprocess.Popen(["sleep", "600"], cwd="/", **account.options)
    try:
        for path, text in ((notes, note), (sockets / ".s.PGSQL.5432.lock", socket_note)):
            path.write_text(text.replace(killed, str(stranger.pid), 1))
        (place.folder / "valkey" / "valkey.pid").write_text(f"{stranger.pid}\n")

        last = place.user()
        assert last.attach()["running"]

        last.end()
        place.wait_until_stopped()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_start_that_was_killed_half_way_is_begun_anew(tmp_path: Path) -> None:
    for number in range(10):
        with dwelling(tmp_path / str(number)) as place:
            user, next_user = place.user(), place.user()
            user.begin()
            eventually(lambda: place.log("keeper").index("makes a new database"), FileNotFoundError, ValueError)
            place.kill_keeper()
            killed_half_way = not (place.folder / "postgres-18").exists()
            user.kill()

            said = next_user.attach()

            assert query(said["database_url"], "SELECT 1") == 1
            assert place.log("keeper").count("makes a new database") == 1 + killed_half_way
        if killed_half_way:
            return
    raise AssertionError("each time the database was made before anybody was killed")


def test_a_keeper_that_cannot_start_one_server_leaves_the_other_to_its_users(place: Dwelling) -> None:
    said = place.user().attach()
    postmaster = place.pid("postgres")
    log = place.folder / "log" / "valkey.log"
    log.unlink()
    log.mkdir()
    place.kill_keeper()
    kill(place.pid("valkey"))

    cause, sentence = place.user().refusal()

    assert cause == "ServerError"
    assert "Is a directory" in sentence
    assert query(said["database_url"], "SELECT 1") == 1
    shutil.rmtree(log)
    with valkey(said["redis_url"]) as client:
        assert eventually(client.ping, redis.ConnectionError)
    assert place.pid("postgres") == postmaster


def test_the_keeper_tries_again_when_a_server_cannot_come_back_at_once(place: Dwelling) -> None:
    said = place.user().attach()
    log = place.folder / "log" / "valkey.log"
    log.unlink()
    log.mkdir()

    kill(place.pid("valkey"))
    eventually(lambda: place.log("keeper").index("Next try in a few seconds."), ValueError)
    shutil.rmtree(log)

    with valkey(said["redis_url"]) as client:
        assert eventually(client.ping, redis.ConnectionError)
