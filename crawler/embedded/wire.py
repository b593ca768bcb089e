"""Just enough of both servers' protocols to see whether they answer, without loading a client library."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from pathlib import Path

ROLE = "longline"
DATABASE = "longline"
MAINTENANCE = "postgres"
PROTOCOL = 3 << 16
UNKNOWN_DATABASE = "3D000"
TOO_MANY_CONNECTIONS = "53300"
SHUTTING_DOWN_OR_STARTING = {"57P01", "57P02", "57P03"}
BUSY = ("-LOADING", "-BUSY")
ANSWER_SECONDS = 5.0


class RefusedError(Exception):
    """A server answered, and refused: for now, since it is ``full`` or otherwise ``passing``, or for good."""

    def __init__(self, reason: str, *, code: str = "", full: bool = False, passing: bool = False) -> None:
        super().__init__(reason)
        self.code = code
        self.full = full
        self.passing = passing or full


def connect(path: Path) -> socket.socket:
    """A connection to a Unix socket, which gives up after some seconds of silence.

    Raises:
        OSError: nobody listens there.
    """
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(ANSWER_SECONDS)
    try:
        link.connect(str(path))
    except OSError:
        link.close()
        raise
    return link


def postgres_session(path: Path, database: str) -> socket.socket:
    """A session that is ready for a query.

    Raises:
        OSError: nobody listens, or the connection broke.
        RefusedError: PostgreSQL is starting or stopping, is full, or has no such database.
    """
    words = ("user", ROLE, "database", database, "application_name", "longline-keeper", "")
    parameters = b"".join(word.encode() + b"\0" for word in words)
    link = connect(path)
    try:
        link.sendall(struct.pack("!ii", 8 + len(parameters), PROTOCOL) + parameters)
        _read_until_ready(link)
    except BaseException:
        link.close()
        raise
    return link


def _read_until_ready(link: socket.socket) -> None:
    with link.makefile("rb") as stream:
        while True:
            header = stream.read(5)
            if len(header) < 5:
                raise ConnectionError("PostgreSQL closed the connection.")
            body = stream.read(struct.unpack("!i", header[1:])[0] - 4)
            if header[:1] == b"E":
                raise _refusal(body)
            if header[:1] == b"Z":
                return


def _refusal(body: bytes) -> RefusedError:
    fields = {field[:1]: field[1:].decode(errors="replace") for field in body.split(b"\0") if field}
    code, hint = fields.get(b"C", ""), fields.get(b"H", "").rstrip(".")
    return RefusedError(
        f"PostgreSQL refuses to serve: {fields.get(b'M', 'it gave no reason')}" + (f" ({hint})" if hint else ""),
        code=code,
        full=code == TOO_MANY_CONNECTIONS,
        passing=code in SHUTTING_DOWN_OR_STARTING,
    )


def make_database(path: Path) -> None:
    """Make our database where PostgreSQL has none.

    Raises:
        OSError: nobody listens, or the connection broke.
        RefusedError: PostgreSQL is starting or stopping, or cannot make it.
    """
    try:
        postgres_session(path, DATABASE).close()
    except RefusedError as refusal:
        if refusal.code != UNKNOWN_DATABASE:
            raise
        with postgres_session(path, MAINTENANCE) as link:
            # It copies a template, which takes its time on a slow disk.
            link.settimeout(60)
            query = f"CREATE DATABASE {DATABASE}".encode() + b"\0"
            link.sendall(b"Q" + struct.pack("!i", 4 + len(query)) + query)
            _read_until_ready(link)


def valkey_session(path: Path) -> socket.socket:
    """A connection over which Valkey has answered.

    Raises:
        OSError: nobody listens, or the connection broke.
        RefusedError: Valkey still reads its data, is full, or cannot write.
    """
    link = connect(path)
    try:
        link.sendall(b"PING\r\n")
        answer = link.recv(1024).decode(errors="replace").strip()
        if answer != "+PONG":
            raise RefusedError(
                f"Valkey refuses to serve: {answer.removeprefix('-').rstrip('.') or 'it gave no reason'}",
                full="max number of clients" in answer,
                passing=answer.startswith(BUSY),
            )
    except BaseException:
        link.close()
        raise
    return link


def answers(session: Callable[[], socket.socket]) -> bool:
    """Whether a server serves, or would but for its many clients. ``session`` connects to it."""
    try:
        session().close()
    except RefusedError as refusal:
        return refusal.full
    except OSError:
        return False
    return True
