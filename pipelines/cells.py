"""Values of rows, as files hold them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from json import dumps as any_size
from typing import Any
from uuid import UUID

import orjson


def plain(value: Any) -> Any:
    """Digests as hexadecimal digits, times as ISO 8601, ids and decimals as text; all else as it is."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value


def json_bytes(value: Any) -> bytes:
    """JSON, whatever numbers are in it."""
    try:
        return orjson.dumps(value, default=str)
    except orjson.JSONEncodeError:
        # A number of more than 64 bits, which PostgreSQL takes.
        return any_size(value, default=str, ensure_ascii=False).encode()


def cell(value: Any) -> Any:
    """The same for one cell: lists and objects as JSON."""
    return json_bytes(value).decode() if isinstance(value, list | dict) else plain(value)
