"""Forward proxies and a site that says who asked it, as tests see them."""

from __future__ import annotations

import json
import os
import signal
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.support.processes import serving

PASSWORD = "open/sesame@2:é"  # characters that a URL must escape


@dataclass(frozen=True)
class RunningProxy:
    """A forward proxy in a process of its own."""

    host: str
    port: int
    pid: int
    user: str
    password: str

    @property
    def url(self) -> str:
        """With user and password, where it asks for them."""
        words = f"{self.user}:{quote(self.password, safe='')}@" if self.user else ""
        return f"http://{words}{self.host}:{self.port}"

    def kill(self) -> None:
        """End it at once, in the middle of what it does."""
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def forward_proxy(source: str, *, user: str = "", password: str = "", **options: Any) -> Iterator[RunningProxy]:
    """A proxy that listens at ``source``, a loopback address, and connects from there."""
    words = [f"--{name}={value}" for name, value in options.items()]
    arguments = [f"--source={source}", f"--user={user}", f"--password={password}", *words]
    with serving("tests.support.forward_proxy", *arguments) as said:
        yield RunningProxy(said["host"], said["port"], said["pid"], user, password)


@dataclass(frozen=True)
class Recorder:
    """A site at several loopback addresses that notes each request."""

    port: int

    def url(self, host: str = "127.0.0.1", path: str = "/") -> str:
        """The URL of a path at one of its addresses."""
        return f"http://{host}:{self.port}{path}"

    def asked(self) -> list[dict[str, Any]]:
        """Each request so far: ``peer``, ``host``, ``path``, ``headers`` (pairs, in order)."""
        with urllib.request.urlopen(self.url(path="/__log__"), timeout=10) as answer:
            return list(json.load(answer))

    def peers(self) -> Counter[str]:
        """How many requests came from each address."""
        return Counter(visit["peer"] for visit in self.asked())


@contextmanager
def recording_site() -> Iterator[Recorder]:
    """A site at 127.0.0.1 to 127.0.0.8."""
    with serving("tests.support.recorder") as said:
        yield Recorder(said["port"])
