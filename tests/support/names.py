"""Names that resolve as they say themselves, for LONGLINE_RESOLVER; nothing is asked of any server.

``is.10-0-0-1.test`` is 10.0.0.1, ``is.x--1.test`` is ::1 (``x`` stands for nothing), ``both.8-8-8-8.127-0-0-1.test``
has two addresses, ``turns.8-8-8-8.127-0-0-1.test`` has the first when it is asked for the first time, the second
thereafter. Other names are unknown.
"""

from __future__ import annotations

import socket
from collections import Counter

from aiohttp.abc import AbstractResolver, ResolveResult


class Names(AbstractResolver):
    """aiohttp's kind of resolver. ``asked``: how often each name was."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked[host] += 1
        kind, *labels, end = host.rstrip(".").split(".")
        if end != "test" or kind not in {"is", "both", "turns"}:
            raise OSError(None, f"{host} is unknown")
        addresses = [_address(label) for label in labels]
        if kind == "turns":
            addresses = [addresses[min(self.asked[host], len(addresses)) - 1]]
        return [_result(host, port, address, family) for address in addresses]

    async def close(self) -> None:
        pass


def _address(label: str) -> str:
    if label.count("-") == 3 and "x" not in label and "--" not in label:
        return label.replace("-", ".")
    return label.replace("x", "").replace("-", ":")


def _result(host: str, port: int, address: str, family: socket.AddressFamily) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)
