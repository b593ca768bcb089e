"""Valkey: how it is set, prepared and started."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

from crawler.embedded import wire
from crawler.embedded.home import Home
from crawler.embedded.server import Server


class Valkey(Server):
    """Valkey on a Unix socket, with every write in its append-only file within a second."""

    name = "Valkey"
    short_name = "valkey"
    stop_signal = signal.SIGTERM
    kill_signal = signal.SIGKILL

    def __init__(self, home: Home, program: Path) -> None:
        super().__init__(home)
        self._program = program

    @property
    def data(self) -> Path:
        return self.home.folder / self.short_name

    @property
    def socket_path(self) -> Path:
        return self.home.valkey_socket

    @property
    def pid_file(self) -> Path:
        return self.data / "valkey.pid"

    @property
    def command(self) -> list[str]:
        # The data folder is the working folder: Valkey would split a path with spaces.
        settings = {
            "port": "0",
            "unixsocket": str(self.socket_path),
            "unixsocketperm": "700",
            "pidfile": self.pid_file.name,
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            # It stops even where the disk is full; the append-only file is sound at any moment.
            "shutdown-on-sigterm": "force",
        }
        return [str(self._program), *(word for key, value in settings.items() for word in (f"--{key}", value))]

    def prepare(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)

    def connect(self) -> socket.socket:
        return wire.valkey_session(self.socket_path)
