"""``scrapy captures``: what the archive has of a page, a job or a site, as an index for replay."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from scrapy.exceptions import UsageError

from crawler.database_command import DatabaseCommand, NothingFoundError, read_job_id
from schemas.addresses import normalize_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.catalogue import Capture

_DAYS = """
SELECT min(job.created_at) AS first, max(coalesce(job.completed_at, now())) AS last
FROM job JOIN site ON site.id = job.site_id
WHERE (%(job)s::uuid IS NULL OR job.id = %(job)s) AND (%(site)s::text IS NULL OR slug = %(site)s)
"""
_FIRST = """
SELECT min(created_at) AS first FROM job
WHERE %(job)s::uuid IS NULL OR site_id = (SELECT site_id FROM job WHERE id = %(job)s)
"""


class Command(DatabaseCommand):
    """Prints, or writes to a file, the lines of all indexes that are about a page, a job or a site."""

    def syntax(self) -> str:
        """For the help."""
        return "URL | --job ID | --site SLUG   [--to FILE.cdxj]"

    def short_desc(self) -> str:
        """For the help."""
        return "List captures in the archive, as an index (CDXJ) for replay"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Ours beside Scrapy's."""
        super().add_options(parser)
        parser.add_argument("--job", metavar="ID", help="what a job captured, and the older captures that it refers to")
        parser.add_argument("--site", metavar="SLUG", help="what all jobs of a site captured")
        parser.add_argument("--to", metavar="FILE", help="write to this file")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Find them, and write them."""
        url = normalize_url(args[0]) if len(args) == 1 else None
        if len(args) > 1 or (args and url is None) or not (url or opts.job or opts.site):
            text = "Give one URL that starts with http:// or https://, --job ID or --site SLUG."
            raise UsageError(text, print_help=False)
        from pipelines.replay import merged

        lines = merged(self._captures(url, read_job_id(opts.job), opts.site))
        if not lines:
            raise NothingFoundError("The archive has no capture of that.")
        self._write(b"\n".join(lines) + b"\n", opts.to)
        if opts.to:
            print(f"{len(lines):,} captures in {opts.to}", file=sys.stderr)

    def _captures(self, url: str | None, job: UUID | None, site: str | None) -> Iterator[Capture]:
        from pipelines.catalogue import Catalogue, days_between
        from pipelines.object_store import Archive
        from pipelines.replay import with_originals

        archive = Archive(self.services.archive)
        first, last = self._days(job, site)
        days = days_between(first, last)
        if url:
            found = Catalogue(archive).captures_of(url, days, site)
        elif job:
            found = Catalogue(archive).captures(days, f'"job":"{job}"'.encode())
        else:
            found = Catalogue(archive).captures(days, f'"site":"{site}"'.encode())
        return with_originals(archive, found, self._first(job), last)

    def _days(self, job: UUID | None, site: str | None) -> tuple[date, date]:
        row = self.connection.execute(_DAYS, {"job": job, "site": site}).fetchone()
        if row is None or row["first"] is None:
            nothing = f"There is no job of {site or 'any site'}."
            raise NothingFoundError(f"--job {job}: there is no such job. See: scrapy jobs" if job else nothing)
        return _day(row["first"]), _day(row["last"])

    def _first(self, job: UUID | None) -> date:
        row = self.connection.execute(_FIRST, {"job": job}).fetchone()
        return _day(row["first"]) if row else _day(datetime.now(UTC))

    def _write(self, data: bytes, file: str | None) -> None:
        if file is None:
            sys.stdout.buffer.write(data)
            return
        try:
            Path(file).write_bytes(data)
        except OSError as error:
            raise UsageError(f"--to {file} cannot be written: {error.strerror}.", print_help=False) from None


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
