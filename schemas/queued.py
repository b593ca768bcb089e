"""Requests that are kept outside of the frontier: those that nobody will try again, and those that have no room."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DeadRequest:
    """A row of the table ``dead_request``: nobody will try it again, unless somebody asks for it.

    Args:
        cause: why it was given up, in one sentence.
        attempts: how often it was tried.
        errors: what went wrong at each try that is known, the oldest first.
        payload: the request as the frontier had it, to be queued again; None: it is not known.
    """

    url: str
    cause: str
    attempts: int
    errors: list[str] = field(default_factory=list)
    payload: bytes | None = None


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """A row of the table ``waiting_request``: an entry of the frontier, as that would have it.

    Args:
        payload: the request, encoded.
        host: who is asked for it, as in URLs.
        priority: the higher leaves first.
        fingerprint: signed, 64 bit; a job has each once. None: it may come again.
        page: counts among the pages that the job may fetch.
    """

    payload: bytes
    host: str
    priority: int = 0
    fingerprint: int | None = None
    page: bool = False
