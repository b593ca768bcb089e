"""What can keep the embedded servers from being used. Each message is one sentence that says what to do."""

from __future__ import annotations


class EmbeddedError(RuntimeError):
    """PostgreSQL or Valkey of Longline's own cannot be used."""


class HomeError(EmbeddedError):
    """LONGLINE_HOME is not a folder in which files can be made and locked."""


class BinariesError(EmbeddedError):
    """The programs of PostgreSQL or Valkey are not installed."""


class AccountError(EmbeddedError):
    """Root has no unprivileged user to run PostgreSQL as."""


class SocketFolderError(EmbeddedError):
    """The folder of the sockets is not private to the user that runs the server."""


class DataError(EmbeddedError):
    """The folder of the data was somewhere else, and is gone."""


class ServerError(EmbeddedError):
    """A server did not start, and said why."""


class SilenceError(EmbeddedError):
    """The servers did not answer in time."""
