"""How a request is written in Redis: msgpack, which carries bytes as they are and runs no code when read."""

from __future__ import annotations

from typing import Any

import msgpack


def dumps(value: Any) -> bytes:
    """Encode plain values (str, bytes, numbers, lists, dicts, None).

    Raises:
        TypeError: a value is of another type.
    """
    encoded: bytes = msgpack.packb(value, use_bin_type=True)
    return encoded


def loads(data: bytes) -> Any:
    """Decode what ``dumps`` made; tuples come back as lists."""
    return msgpack.unpackb(data, raw=False, strict_map_key=False)
