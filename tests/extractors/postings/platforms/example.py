"""What a board answers: how it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from extractors.postings.asking import Ask

TEXT = "<p>You bake bread and rolls for the whole town, from four in the morning until noon, with two others.</p>"
UUIDS = [f"0f1e2d3c-0000-4000-8000-00000000000{number}" for number in range(3)]
NONE: dict[str, Any] = {}


@dataclass(frozen=True)
class Example:
    """What a board answers, and what is to be read from it.

    ``keys``: those of the postings that it holds whole, of ``tenant``; ``board``: the tenant of its listing, where that
    is another. ``marked``: its postings are JSON-LD.
    """

    url: str
    full: Any
    empty: Any
    error: Any
    listed: tuple[str, ...]
    keys: tuple[str, ...] = ()
    total: int | None = None
    next: Ask | None = None
    asked: Ask | None = None
    last: Any = None
    count: int = 2
    tenant: str = "acme"
    board: str = ""
    marked: bool = False


def two(make: Any) -> list[Any]:
    return [make(1, "Baker"), make(2, "Miller")]
