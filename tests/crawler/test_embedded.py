"""The life of the embedded servers: they start once, serve everybody, and stop after the last user."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler import embedded
from crawler.embedded.home import LOG_LIMIT
from tests.crawler.embedded_helpers import Dwelling, dwelling, kill, query, valkey

SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "server_encoding": "UTF8",
    "unix_socket_permissions": "0700",
    "TimeZone": "UTC",
}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Dwelling]:
    with dwelling(tmp_path / "home") as found:
        yield found


def test_a_fresh_home_gets_servers_that_clients_can_use(place: Dwelling) -> None:
    said = place.user().attach()

    assert {name: query(said["database_url"], f"SHOW {name}") for name in SETTINGS} == SETTINGS
    assert query(said["database_url"], "SELECT current_database() || current_user") == "longlinelongline"
    assert query(said["database_url"], "SELECT datcollate FROM pg_database WHERE datname='longline'") == "C"
    with valkey(said["redis_url"]) as client:
        assert client.ping()
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("port") == {"port": "0"}


def test_attaching_to_running_servers_takes_milliseconds(place: Dwelling) -> None:
    place.user().attach()

    said = [place.user().attach() for _ in range(5)]

    # By the clock, a busy machine takes longer; to start one of them takes half a second at the least.
    assert min(one["first"] for one in said) < 0.2
    assert min(one["again"] for one in said) < 0.2


def test_a_path_with_spaces_that_is_longer_than_a_socket_may_have(tmp_path: Path) -> None:
    with dwelling(tmp_path / "it's a long path" / ("x" * 90) / ("ü " * 40)) as place:
        said = place.user().attach()

        assert said["running"]
        assert len(urlsplit(said["redis_url"]).path) < 103
        assert query(said["database_url"], "SELECT 1") == 1


def test_the_sockets_are_private(place: Dwelling) -> None:
    said = place.user().attach()

    [postgres] = parse_qs(urlsplit(said["database_url"]).query)["host"]
    for folder in (Path(postgres), Path(urlsplit(said["redis_url"]).path).parent):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_five_users_that_start_at_once_share_one_pair_of_servers(place: Dwelling) -> None:
    users = [place.user() for _ in range(5)]
    for user in users:
        user.begin()

    said = [user.hear() for user in users]

    assert {one["database_url"] for one in said} == {said[0]["database_url"]}
    assert {one["redis_url"] for one in said} == {said[0]["redis_url"]}
    assert place.log("keeper").count("is started as process") == 2


def test_the_servers_stop_after_their_last_user_and_keep_their_data(place: Dwelling) -> None:
    first, second = place.user(), place.user()
    said = first.attach()
    second.attach()
    query(said["database_url"], "CREATE TABLE kept AS SELECT 7 AS value")
    with valkey(said["redis_url"]) as client:
        client.set("kept", 7)

    first.end()
    assert embedded.is_running(place.folder)
    second.end()
    place.wait_until_stopped()
    assert not embedded.is_running(place.folder)

    said = place.user().attach()
    assert query(said["database_url"], "SELECT value FROM kept") == 7
    with valkey(said["redis_url"]) as client:
        assert client.get("kept") == "7"


def test_every_user_is_killed_and_the_servers_stop_cleanly(place: Dwelling) -> None:
    users = [place.user() for _ in range(3)]
    for user in users:
        user.attach()

    kill(*(user.process.pid for user in users))

    place.wait_until_stopped()
    assert "database system is shut down" in place.log("postgres").splitlines()[-1]
    assert "bye bye" in place.log("valkey").splitlines()[-1]


def test_a_newcomer_who_meets_the_stopping_keeper_gets_live_servers(place: Dwelling) -> None:
    user, newcomers = place.user(), [place.user() for _ in range(8)]
    user.attach()
    for newcomer in newcomers:
        user.process.kill()
        said = newcomer.attach()
        assert said["running"]
        assert query(said["database_url"], "SELECT 1") == 1
        with valkey(said["redis_url"]) as client:
            assert client.ping()
        user = newcomer


def test_an_interrupt_of_the_crawl_leaves_the_servers_alive_until_it_has_ended(place: Dwelling) -> None:
    user = place.user()
    said = user.attach()
    pids = place.pid("valkey"), place.pid("postgres")

    os.killpg(user.process.pid, signal.SIGINT)

    assert user.hear() == {"interrupted": True}
    with valkey(said["redis_url"]) as client:
        assert client.ping()
    assert query(said["database_url"], "SELECT 1") == 1
    assert (place.pid("valkey"), place.pid("postgres")) == pids
    user.end()
    place.wait_until_stopped()


def test_the_keeper_stops_both_cleanly_when_it_is_told_to(place: Dwelling) -> None:
    place.user().attach()

    os.kill(place.keeper_pid(), signal.SIGTERM)

    place.wait_until_stopped()
    assert "database system is shut down" in place.log("postgres").splitlines()[-1]
    assert place.user().attach()["running"]


def test_a_database_that_was_dropped_is_made_anew(place: Dwelling) -> None:
    said = place.user().attach()
    query(said["database_url"].replace("/longline?", "/postgres?"), "DROP DATABASE longline WITH (FORCE)")

    place.user().attach()

    assert query(said["database_url"], "SELECT 1") == 1


def test_a_home_that_is_removed_while_it_is_used_is_another_home_afterwards(tmp_path: Path) -> None:
    with dwelling(tmp_path / "home") as old, dwelling(tmp_path / "home") as new:
        gone = old.user().attach()
        (tmp_path / "home").rename(tmp_path / "removed")
        old.folder = tmp_path / "removed"

        said = new.user().attach()

        assert said["redis_url"] != gone["redis_url"]
        assert new.pid("valkey") != old.pid("valkey")


def test_long_logs_start_anew(place: Dwelling) -> None:
    (place.folder / "log").mkdir(parents=True)
    for name in ("keeper", "postgres", "valkey"):
        (place.folder / "log" / f"{name}.log").write_bytes(b"x" * (LOG_LIMIT + 1))

    place.user().attach()

    for name in ("keeper", "postgres", "valkey"):
        assert 0 < len(place.log(name)) < 10_000


def test_nothing_is_made_to_see_whether_servers_run(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert not embedded.is_running(tmp_path / "home")
    assert not embedded.is_running(tmp_path / "file")
    assert not (tmp_path / "home").exists()
