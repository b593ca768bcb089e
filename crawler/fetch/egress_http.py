"""The heads of HTTP/1.1 messages, as a proxy reads and passes them on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

HOPS = frozenset({"connection", "keep-alive", "proxy-connection", "proxy-authorization", "te", "upgrade"})
"""Fields that speak of one connection alone."""


class BadHeadError(ValueError):
    """This is no HTTP."""


@dataclass(frozen=True, slots=True)
class Head:
    """A request line or a status line, and the fields after it.

    ``method``, ``target``, ``version``: the three parts of a request line; of a status line its version, its status
    with the reason, and nothing.
    """

    line: str
    fields: tuple[tuple[str, str], ...]
    raw: bytes

    @property
    def method(self) -> str:
        """The first word."""
        return self.line.partition(" ")[0]

    @property
    def target(self) -> str:
        """What stands after the first word."""
        rest = self.line.partition(" ")[2]
        return rest if self.method.startswith("HTTP/") else rest.rpartition(" ")[0]

    @property
    def version(self) -> str:
        """The last word of a request line."""
        return self.line.rpartition(" ")[2]

    def field(self, name: str) -> str:
        """The first field of a name in small letters; empty where there is none."""
        return next((value for key, value in self.fields if key.lower() == name), "")


async def read_head(reader: asyncio.StreamReader) -> Head:
    """The head of the next message.

    Raises:
        BadHeadError, EOFError, asyncio.LimitOverrunError: there is none.
    """
    raw = await reader.readuntil(b"\r\n\r\n")
    line, *lines = raw[:-4].decode("latin-1").split("\r\n")
    fields = []
    for text in lines:
        name, colon, value = text.partition(":")
        if not colon:
            raise BadHeadError("a field without a colon")
        fields.append((name, value.strip()))
    if line.count(" ") < 1:
        raise BadHeadError("neither a request nor an answer")
    return Head(line, tuple(fields), raw)


def without_hops(head: Head, line: str, more: str) -> bytes:
    """The head with another first line, without what holds for one connection, and with more fields; it ends with its
    message."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in head.fields if name.lower() not in HOPS)
    return f"{line}\r\n{fields}{more}Connection: close\r\n\r\n".encode("latin-1")
