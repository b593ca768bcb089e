"""What the tables know of a URL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from crawler.why_known import Connection, KnownJob
from crawler.why_payload import read_payload
from crawler.why_words import Answer, count, day, sentence
from pipelines.cleaning import row_key
from pipelines.database import Row
from schemas.verdicts import Verdict

_PAGE = """
SELECT url, job_id, status, final_url, fetched_at, last_seen, tier, directives, archive_uri, archive_offset,
    archive_length, body_bytes, verdict, wall
FROM page WHERE site_id = %s AND url_sha256 = %s
"""
_DEAD = "SELECT cause, attempts, errors, payload, died_at FROM dead_request WHERE job_id = %s AND url_sha256 = %s"
# A site's URLs are found by its own rules, so the digests are of each form that some site gives the URL.
_KNOWING = """
SELECT job_id FROM page WHERE url_sha256 = ANY(%(digests)s)
UNION SELECT (wall->>'job_id')::uuid FROM page WHERE url_sha256 = ANY(%(digests)s) AND wall IS NOT NULL
UNION SELECT job_id FROM dead_request WHERE url_sha256 = ANY(%(digests)s)
"""
_IGNORED = """
SELECT config->'ignore_parameters' AS names FROM site WHERE config ? 'ignore_parameters'
UNION SELECT config->'ignore_parameters' FROM job WHERE config ? 'ignore_parameters'
"""
REDIRECTS = range(300, 400)


class Stored:
    """Rows of ``page`` and ``dead_request``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def knowing(self, urls: Iterable[str]) -> set[UUID]:
        """Jobs that have a row of one of the URLs."""
        rows = self._connection.execute(_KNOWING, {"digests": [row_key(url) for url in urls]}).fetchall()
        return {row["job_id"] for row in rows}

    def ignored(self) -> list[tuple[str, ...]]:
        """The parameters that sites ignore, or jobs of theirs."""
        return [tuple(row["names"]) for row in self._connection.execute(_IGNORED).fetchall()]

    def page(self, job: KnownJob, url: str) -> Row | None:
        """The row of a URL in a job's site."""
        return self._connection.execute(_PAGE, [job.site_id, row_key(url)]).fetchone()

    def redirected_to(self, job: KnownJob, url: str) -> str | None:
        """Where a page of a job's site led, if it did."""
        row = self.page(job, url)
        return str(row["final_url"]) if row and row["status"] in REDIRECTS else None

    def dead(self, job: KnownJob, url: str) -> Answer | None:
        """The end of a request that nobody tries any more."""
        row = self._connection.execute(_DEAD, [job.id, row_key(url)]).fetchone()
        if row is None:
            return None
        tries = row["attempts"] + retries(row["payload"])
        return dead(job, tries, row["errors"] or [row["cause"]], f" since {day(row['died_at'])}")


def retries(payload: bytes | None) -> int:
    """How often a request was tried before: each retry is another request, which takes the place of the first."""
    queued = read_payload(payload) if payload else None
    return int(queued.meta.get("retry_times", 0)) if queued else 0


def dead(job: KnownJob, attempts: int, causes: list[str], since: str = "") -> Answer:
    """A request that nobody tries any more, with its causes."""
    tries = count(attempts, "try", "tries")
    text = f"It is dead{since}, after {tries}: {'; '.join(causes) or 'nobody said why'}."
    return Answer(job.id, job.site, "dead", text, {"attempts": attempts, "causes": causes})


def done(job: KnownJob, url: str, row: Row) -> Answer:
    """What became of a page."""
    what, text = _outcome(row)
    if row["url"] != url:
        text = f"It is the same page as {row['url']}. {text}"
    where = f"Its bytes: {row['archive_uri']}, {row['archive_length']} bytes from {row['archive_offset']} on."
    return Answer(job.id, job.site, what, f"{text} {where}", _facts(row))


def _outcome(row: Row) -> tuple[str, str]:
    when, status = day(row["fetched_at"]), row["status"]
    verdict = Verdict.decode(row["verdict"])
    if verdict and verdict.is_wall:
        return verdict.kind.value, f"It {verdict}. That is kept as evidence (fetched {when}, {row['tier']})."
    if status in REDIRECTS and row["final_url"] != row["url"]:
        return "redirected", f"It is redirected to {row['final_url']} (status {status}, fetched {when})."
    if status >= 400:
        return "error", sentence(f"The site answered {status}, and that is kept (fetched {when})")
    since = f", unchanged {day(row['last_seen'])}" if row["last_seen"] > row["fetched_at"] else ""
    text = f"It is done: status {status}, fetched {when} ({row['tier']}){since}.{_reserved(row['directives'])}"
    return "done", f"{text} It {verdict}." if verdict else text


def walled(job: KnownJob, row: Row) -> Answer | None:
    """What stood in the place of a page in a job, while its older row was kept."""
    wall, verdict = row["wall"] or {}, Verdict.decode(row["wall"])
    if verdict is None or wall["job_id"] != str(job.id):
        return None
    when = day(datetime.fromisoformat(wall["fetched_at"]))
    where = f"{wall['archive_uri']}, {wall['archive_length']} bytes from {wall['archive_offset']} on"
    kept = f"The row of the page, fetched {day(row['fetched_at'])} by job {row['job_id']}, is kept."
    text = f"It {verdict}, fetched {when}. The evidence: {where}. {kept}"
    return Answer(job.id, job.site, verdict.kind.value, text, _facts(row) | {"verdict": verdict.encode(), "wall": wall})


def _reserved(directives: list[str]) -> str:
    read = " It is kept, but not read: it says noindex." if "noindex" in directives else ""
    links = " Its links, or some of them, are not followed: it says nofollow." if "nofollow" in directives else ""
    return read + links


def _facts(row: Row) -> dict[str, Any]:
    names = ("url", "status", "fetched_at", "last_seen", "final_url", "tier", "directives", "verdict")
    return {name: row[name] for name in (*names, "archive_uri", "archive_offset", "archive_length")}
