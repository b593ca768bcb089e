"""One clear sentence where Redis cannot be used, and no command that is sent twice."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from redis.exceptions import ConnectionError as LostError

from frontier.connection import RedisUnavailableError, check, connect
from tests.support.nginx import free_port
from tests.support.valkey import PASSWORD, valkey


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a Valkey that wants a password."""
    with valkey(tmp_path_factory.mktemp("valkey")) as port:
        yield port


@contextmanager
def impostor(answers: dict[bytes, bytes], otherwise: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A server that answers what contains a key with its value, and hangs up where that is empty; its port, and what
    it heard."""
    heard: list[bytes] = []

    def converse(client: socket.socket) -> None:
        while data := client.recv(4096):
            heard.append(data)
            answer = next((answer for key, answer in answers.items() if key in data), otherwise)
            if not answer:
                return
            client.sendall(answer)

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                converse(client)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=[listener])
        thread.start()
        try:
            yield listener.getsockname()[1], heard
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def refusal(url: str) -> str:
    with pytest.raises(RedisUnavailableError) as refused:
        check(url)
    return str(refused.value)


def test_a_server_that_answers_is_fine(redis_url: str) -> None:
    check(redis_url)


def test_the_right_password_opens(guarded: int) -> None:
    check(f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{guarded}/0")


def test_nobody_listens_there() -> None:
    port = free_port()

    said = refusal(f"redis://127.0.0.1:{port}/0")

    assert said.startswith(f"REDIS_URL: redis://127.0.0.1:{port}/0 cannot be reached (")
    assert said.endswith("Connection refused). Start it, or mend the variable.")


@pytest.mark.parametrize(("user", "shown"), [(":guess@", ":***@"), ("bob:guess@", "bob:***@"), ("", "")])
def test_the_password_is_wrong_or_missing(guarded: int, user: str, shown: str) -> None:
    assert refusal(f"redis://{user}127.0.0.1:{guarded}/0") == (
        f"REDIS_URL: redis://{shown}127.0.0.1:{guarded}/0 refuses the user or password, or asks for one. "
        "Mend the variable."
    )


def test_a_server_that_is_no_redis() -> None:
    with impostor({}, b"HTTP/1.1 400 Bad Request\r\n\r\n") as (port, _):
        said = refusal(f"redis://127.0.0.1:{port}/0")

    assert said.startswith(f"REDIS_URL: redis://127.0.0.1:{port}/0 cannot be reached (")
    assert "\n" not in said


@pytest.mark.parametrize(
    "url",
    [
        "redis://:sesame/1@127.0.0.1:6379/0",
        "redis://:sesame#1@127.0.0.1:6379/0",
        "redis://:[sesame]@127.0.0.1:6379/0",
        "http://:sesame@127.0.0.1/",
        "127.0.0.1:6379",
    ],
)
def test_what_is_no_url_is_said_without_its_password(url: str) -> None:
    said = refusal(url)

    assert "it is not a URL of Redis" in said
    assert "redis://:password@host:6379/0" in said
    assert "sesame" not in said


def test_a_lost_command_is_not_sent_again() -> None:
    handshake = {b"HELLO": b"-ERR unknown command\r\n", b"SETINFO": b"+OK\r\n"}
    with (
        impostor(handshake, b"") as (port, heard),
        connect(f"redis://127.0.0.1:{port}/0?protocol=2") as client,
        pytest.raises(LostError),
    ):
        client.incr("counter")

    assert sum(b"INCR" in data for data in heard) == 1
