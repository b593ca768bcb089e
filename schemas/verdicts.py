"""What an answer is: a page of the site, or something that was put in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an answer turned out to be."""

    OK = "ok"
    BLOCKED = "blocked"
    """Refused, by a protection or by the site."""
    CAPTCHA = "captcha"
    SOFT_BLOCK = "soft_block"
    """Refused with the status of a good page, by nobody who gives a name."""
    RATE_LIMITED = "rate_limited"
    LOGIN_WALL = "login_wall"
    EMPTY_SHELL = "empty_shell"
    """Scripts fill it in the browser."""
    ERROR_PAGE = "error_page"
    """An error with the status of a good page."""


BLOCKS = frozenset({Kind.BLOCKED, Kind.CAPTCHA, Kind.SOFT_BLOCK, Kind.RATE_LIMITED})
WALLS = BLOCKS | {Kind.LOGIN_WALL}
"""What stands before a page: such an answer says nothing of the page itself."""

_WORDS = {
    Kind.OK: "is a page",
    Kind.BLOCKED: "was blocked",
    Kind.CAPTCHA: "was held up by a captcha",
    Kind.SOFT_BLOCK: "was blocked with the status of a good page",
    Kind.RATE_LIMITED: "was refused for too many requests",
    Kind.LOGIN_WALL: "asked for a login",
    Kind.EMPTY_SHELL: "was empty, for scripts to fill in a browser",
    Kind.ERROR_PAGE: "was an error with the status of a good page",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer is, whose work that is where it is known, and what shows it."""

    kind: Kind = Kind.OK
    by: str | None = None
    evidence: str = ""

    @property
    def is_block(self) -> bool:
        """Whether somebody else, or the same one later, may get the page."""
        return self.kind in BLOCKS

    @property
    def is_wall(self) -> bool:
        """Whether the answer stands in the place of a page, and says nothing of it."""
        return self.kind in WALLS

    @property
    def name(self) -> str:
        """By which such answers are counted: ``blocked: Cloudflare``, ``login_wall``."""
        return f"{self.kind}: {self.by}" if self.by else str(self.kind)

    def __str__(self) -> str:
        by = f" {'of' if self.kind is Kind.CAPTCHA else 'by'} {self.by}" if self.by else ""
        return f"{_WORDS[self.kind]}{by} ({self.evidence})" if self.evidence else f"{_WORDS[self.kind]}{by}"

    def encode(self) -> dict[str, Any]:
        """As a plain dict, for JSON and ``request.meta``."""
        return asdict(self) | {"kind": str(self.kind)}

    @classmethod
    def decode(cls, data: Any) -> Verdict | None:
        """What ``encode`` wrote; None where it is something else, or of a newer kind."""
        if not isinstance(data, Mapping) or data.get("kind") not in list(Kind):
            return None
        by = data.get("by")
        return cls(Kind(data["kind"]), None if by is None else str(by), str(data.get("evidence") or ""))


OK = Verdict()


def is_block(name: str) -> bool:
    """Whether answers that are counted by this name are blocks."""
    return name.partition(":")[0] in BLOCKS
