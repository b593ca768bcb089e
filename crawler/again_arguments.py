"""The arguments of ``crawl archive``: refused before anything starts where they are unknown or of the wrong type."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crawler.arguments import ArgumentError, scrapyd_job
from schemas.site import EXTRACTS

TAKES = {
    "job": "the id of a job, whose pages are read",
    "site": "the slug of a stored site",
    "since": "a date such as 2026-01-31: pages that were fetched from then on (UTC)",
    "extract": "some of page, posting, text, with commas between them",
    "processes": "a whole number of at least 1",
    "celery": "true or false: whether Celery's workers do it",
    "dry_run": "true or false",
}
_WORDS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class AgainArguments:
    """Whose pages are read again, and what is read from them; ``extract`` None: what their site's config says."""

    job: UUID | None = None
    site: str | None = None
    since: datetime | None = None
    extract: tuple[str, ...] | None = None
    processes: int = 1
    celery: bool = False
    dry_run: bool = False
    job_id: UUID | None = None
    """By which Scrapyd knows it."""


def read_arguments(values: dict[str, str], *, dry_run: bool = False) -> AgainArguments:
    """Check ``-a`` arguments. Names that begin with an underscore are Scrapyd's own.

    Raises:
        ArgumentError: names the argument, its value, and what it takes.
    """
    job_id = scrapyd_job(values)
    values = {name: value for name, value in values.items() if not name.startswith("_")}
    for name, value in values.items():
        if name not in TAKES:
            raise ArgumentError(f"-a {name}={value}: there is no such argument. There are: {', '.join(TAKES)}.")
    read = {name: _read(name, value) for name, value in values.items()}
    if not {"job", "site", "since"} & set(read):
        raise ArgumentError("Say whose pages: -a job=ID, -a site=SLUG or -a since=DATE.")
    read.setdefault("processes", len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
    read["dry_run"] = dry_run or read.get("dry_run", False)
    if read["dry_run"] and read.get("celery"):
        raise ArgumentError(
            "-a celery=true: a dry run is done here, where its result is printed. Leave one of them out."
        )
    return AgainArguments(**read, job_id=job_id)


def _read(name: str, value: str) -> Any:
    try:
        return _READERS[name](value)
    except (ValueError, KeyError):
        raise ArgumentError(f"-a {name}={value}: it takes {TAKES[name]}.") from None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _extract(text: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    if not words or not set(words) <= set(EXTRACTS):
        raise ValueError(text)
    return words


def _processes(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError(text)
    return count


def _slug(text: str) -> str:
    if not text:
        raise ValueError(text)
    return text


_READERS: dict[str, Callable[[str], Any]] = {
    "job": UUID,
    "site": _slug,
    "since": _moment,
    "extract": _extract,
    "processes": _processes,
    "celery": lambda text: _WORDS[text.strip().lower()],
    "dry_run": lambda text: _WORDS[text.strip().lower()],
}
