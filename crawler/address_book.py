"""At which address a host is, looked up beside the crawl."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver

KEPT_SECONDS = 600.0
"""How long an answer holds; one that there is no such host, less long."""
KEPT_SECONDS_UNKNOWN = 30.0
LONGEST_SECONDS = 10.0
"""A host whose address takes longer has none here."""
MOST_AT_ONCE = 16
MOST_KEPT = 10_000
NAME = re.compile(r"[a-z0-9_.-]+", re.IGNORECASE)

NOWHERE = ""
"""Of a host that cannot be resolved, and of a ``download_slot`` that is no host's name."""


@dataclass(frozen=True, slots=True)
class _Found:
    address: str
    till: float


class AddressBook:
    """Addresses of hosts, as the resolver that ``names`` gives says. ``address`` never waits: it begins to look."""

    def __init__(self, names: Callable[[], AbstractResolver] = ThreadedResolver) -> None:
        self._names = names
        self._found: dict[str, _Found] = {}
        self._looking: dict[str, asyncio.Task[str]] = {}

    def address(self, host: str) -> str | None:
        """The address of a host, which may have a port; of several always the same. NOWHERE: it has none; None: that is
        not known yet. What was known goes on being said while it is looked up again."""
        found = self._found.get(host)
        if (found is None or found.till <= time.monotonic()) and host not in self._looking:
            self._look(host)
            found = self._found.get(host)
        return found.address if found else None

    async def close(self) -> None:
        """Look for nothing any more."""
        tasks = list(self._looking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _look(self, host: str) -> None:
        if len(self._looking) < MOST_AT_ONCE:
            task = asyncio.get_running_loop().create_task(resolve(host, self._names))
            self._looking[host] = task
            task.add_done_callback(lambda done: self._note(host, done))

    def _note(self, host: str, done: asyncio.Task[str]) -> None:
        del self._looking[host]
        if done.cancelled():
            return
        if len(self._found) >= MOST_KEPT:
            del self._found[next(iter(self._found))]
        address = done.result()
        seconds = KEPT_SECONDS if address else KEPT_SECONDS_UNKNOWN
        self._found[host] = _Found(address, time.monotonic() + seconds)


async def resolve(host: str, names: Callable[[], AbstractResolver] = ThreadedResolver) -> str:
    """The address of a host, which may have a port: the smallest, of several. NOWHERE where none is found in time."""
    name = _name(host)
    if name is None:
        return NOWHERE
    try:
        return str(ip_address(name))
    except ValueError:
        pass  # it is no address, but the name of a host
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            found = await names().resolve(name, family=socket.AF_UNSPEC)
    except (OSError, UnicodeError):  # of which TimeoutError is one
        return NOWHERE
    return _smallest(address["host"] for address in found)


def _name(host: str) -> str | None:
    """Without its port; None where it is no host's name."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return None
    return name if name and (NAME.fullmatch(name) or ":" in name) else None


def _smallest(texts: Iterable[str]) -> str:
    def rank(address: IPv4Address | IPv6Address) -> tuple[int, int]:
        return address.version, int(address)

    return str(min(map(ip_address, texts), key=rank, default=NOWHERE))
