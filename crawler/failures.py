"""What went wrong in a job, counted by cause, with the first example of each."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

from schemas.traps import WORDS, Trap

_WORDS: dict[type[BaseException], str] = {
    CannotResolveHostError: "its host name is unknown",
    DownloadConnectionRefusedError: "connection refused",
    DownloadTimeoutError: "no answer in time",
    ResponseDataLossError: "the connection was cut in the middle of the answer",
}
SAID = 80
"""Characters of what a client says of an answer; the answer itself may be in it."""


def cause(error: BaseException | None) -> str:
    """Why a download failed, in a few words."""
    before: Any = getattr(error, "__cause__", None)
    system = getattr(before, "os_error", None)
    if isinstance(before, ssl.CertificateError):
        return f"its certificate is not to be trusted ({_of_certificate(before)})"
    if isinstance(error, DownloadConnectionRefusedError) and system is not None and system.errno:
        return os.strerror(system.errno).lower()
    if isinstance(error, DownloadFailedError) and hasattr(before, "message"):  # aiohttp's of what it cannot read
        said = " ".join(before.message.split())
        return f"its answer is no sound HTTP ({said[:SAID]})"
    for kind, words in _WORDS.items():
        if isinstance(error, kind):
            return words
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _of_certificate(error: Any) -> str:
    inner = getattr(error, "certificate_error", error)
    return str(getattr(inner, "verify_message", inner))


REFUSED = "refused: private address"
"""The cause of requests that would have gone to a private address."""
DISALLOWED = "disallowed"
"""The cause of requests that robots.txt does not allow: no error of anybody's."""
UNRENDERED = "unrendered"
"""The cause of pages that are kept as they were fetched, though only a browser would have shown what they say."""
BUDGET_SPENT = "budget spent"
"""The cause of pages that stayed blocked, since the job had no money left for a dearer tier."""
TRAPPED = {trap: f"trap: {trap}" for trap in Trap}
"""The causes of links that are not followed, so that a site without an end has one."""
NO_ERRORS = frozenset({DISALLOWED, UNRENDERED, BUDGET_SPENT, *TRAPPED.values()})
WALLED = "walled:"
"""What the cause of an answer begins with that was no page: its example. Those are counted among the job's verdicts."""


SHOWN = 200
"""Characters of a link; one that is too long would fill the screen."""


UNPROCESSED = "unprocessed:"
"""What the cause of a failure begins with that is no site's, but that of a callback or a pipeline."""


@dataclass(slots=True)
class Failures:
    """Requests that ended without a page. ``tell`` hears of each, too: it counts those of all workers."""

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    tell: Callable[[str, str], None] | None = None

    @classmethod
    def of(cls, counted: dict[str, tuple[int, str]], prefix: str = "") -> Failures:
        """Those of a job, by cause: how many, and the first; with a prefix, those whose cause begins with it."""
        chosen = {cause: found for cause, found in counted.items() if cause.startswith(UNPROCESSED) == bool(prefix)}
        names = {cause: cause.removeprefix(prefix) for cause in chosen}
        return cls(
            {names[cause]: count for cause, (count, _) in chosen.items()},
            {names[cause]: first for cause, (_, first) in chosen.items()},
        )

    def add(self, cause: str, example: str) -> None:
        """Count one failure; ``example`` is a sentence about it."""
        self.counts[cause] = self.counts.get(cause, 0) + 1
        self.first.setdefault(cause, example)
        if self.tell:
            self.tell(cause, example)

    def add_trap(self, trap: Trap, link: str) -> None:
        """Count a link that is not followed."""
        self.add(TRAPPED[trap], f"{link[:SHOWN]} is not followed: {WORDS[trap]}.")

    @property
    def total(self) -> int:
        """How many errors there were."""
        return sum(n for cause, n in self.counts.items() if cause not in NO_ERRORS and not cause.startswith(WALLED))

    def sentence(self) -> str | None:
        """The first example of the most frequent cause."""
        if not self.counts:
            return None
        return self.first[max(self.counts, key=lambda cause: self.counts[cause])]
