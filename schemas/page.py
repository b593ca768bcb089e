"""A page: one fetched document, on its way from the spider to the database."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.selectors import PostingSelectors
from schemas.verdicts import Verdict

Fence = tuple[int, int]
"""(the job's sequence, the delivery): an older fence never overwrites a newer one."""


@dataclass(slots=True)
class Record:
    """Something that was read from a page: its text, a posting."""

    kind: str
    data: dict[str, Any]


@dataclass(slots=True)
class RejectedRecord:
    """A record that failed validation, with the reasons: one entry for each bad field."""

    kind: str
    data: dict[str, Any]
    problems: list[dict[str, str]]


@dataclass(slots=True)
class OwnItem:
    """An item of somebody's own spider: a row of the table ``record``, or with ``problems`` of ``rejected_record``.

    ``url`` is that of the page that it came from, or None; ``delivery`` is the second part of its fence. ``leased``:
    it is counted where its page's lease is acknowledged, and not where its row is written. ``cleaned``: how many of its
    texts had characters in them that PostgreSQL refuses.
    """

    kind: str
    key: str
    data: dict[str, Any]
    problems: list[dict[str, str]]
    job_id: UUID
    delivery: int
    url: str | None
    seen: datetime
    leased: bool = False
    cleaned: int = 0


@dataclass(slots=True)
class PageMetadata:
    """What a page says of itself. ``open_graph`` maps ``og:`` names, without the prefix, to their first value."""

    title: str | None = None
    description: str | None = None
    language: str | None = None
    canonical_url: str | None = None
    open_graph: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class ArchivePointer:
    """Where a page's response record is: ``length`` bytes (one gzip member) at ``offset`` of ``uri``."""

    uri: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Archived:
    """A body that is archived: its digest, and where the record is that holds it."""

    body_sha256: bytes
    pointer: ArchivePointer


@dataclass(frozen=True, slots=True)
class Unchanged:
    """What is known of a page that its site says is as it was (304): its row is renewed, and nothing is read anew.

    ``fetched_at`` is when its bytes were fetched, ``headers`` are those of the 304; ``postings`` and ``texts`` count
    what was read from it then. ``original_url``: whose record has the bytes, where it is another page's.
    """

    fetched_at: datetime
    body_sha256: bytes
    headers: list[tuple[str, str]]
    postings: int = 0
    texts: int = 0
    original_url: str = ""


@dataclass(slots=True)
class Page:
    """The envelope that goes down the pipelines; each stage fills its own part once.

    ``body`` is the decoded document (no content encoding). ``tree`` is its lexbor tree where it is HTML. Both are
    let go once they are archived and read. ``verdict``: what the answer turned out to be; None: it was not judged.
    ``leased``: it is counted where its lease is acknowledged, and not where its rows are written. ``agent``: the name
    by which a page may say ``noindex`` to this crawl; empty where that is not obeyed. ``proxy``: through which it came,
    ``host:port``. ``rendered``: a browser has made the body. ``known``: the body that it had when it was last seen.
    ``selectors``: where its site's config says that postings have their fields.
    ``method``: by which it was asked for.
    """

    url: str
    final_url: str
    status: int
    request_headers: list[tuple[str, str]]
    headers: list[tuple[str, str]]
    body: bytes
    content_type: str
    fetched_at: datetime
    site_id: int
    job_id: UUID
    fence: Fence
    site: str
    extract: frozenset[str]
    tree: Any = None
    tier: str = "direct"
    verdict: Verdict | None = None
    leased: bool = False
    agent: str = ""
    unchanged: Unchanged | None = None
    proxy: str = ""
    rendered: bool = False
    known: Archived | None = None
    method: str = "GET"
    selectors: PostingSelectors | None = None
    # spider and extract: noindex and nofollow, as far as they are obeyed
    directives: frozenset[str] = frozenset()
    # archive
    body_sha256: bytes = b""
    body_bytes: int = 0
    archived_bytes: int = 0
    archived: asyncio.Future[ArchivePointer] | None = None
    # store; what else came from the page waits for ``stored``
    pointer: ArchivePointer | None = None
    stored: asyncio.Future[None] | None = None
    # extract
    metadata: PageMetadata = field(default_factory=PageMetadata)
    records: list[Record] = field(default_factory=list)
    # The words in its head that say that its posting is closed.
    closed: str | None = None
    # validate
    rejected: list[RejectedRecord] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    # validate and store: how many of its texts had characters in them that PostgreSQL refuses
    cleaned: int = 0
