"""``scrapy export``: rows into a file, or into an object of a store."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from crawler.database_command import DatabaseCommand, NothingFoundError, read_job_id

if TYPE_CHECKING:
    from pipelines.location import ArchiveLocation


class Command(DatabaseCommand):
    """Writes tables, or views for analysts, as JSON lines, CSV or Parquet."""

    def syntax(self) -> str:
        """For the help."""
        from pipelines.export import QUERIES

        return f"{'|'.join(QUERIES)} --to FILE|URL [--job ID]"

    def short_desc(self) -> str:
        """For the help."""
        return "Write stored rows to a file, or to S3 and the like"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Ours beside Scrapy's."""
        from pipelines.destination import SCHEMES
        from pipelines.export import FORMATS

        super().add_options(parser)
        text = f"a file, or a URL (file, {', '.join(SCHEMES)}); its name ends in {', '.join(FORMATS)}"
        parser.add_argument("--to", metavar="FILE|URL", help=text)
        parser.add_argument("--job", metavar="ID", help="only rows of this job")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write the file, and say how many rows it has."""
        from pipelines.export import QUERIES, ExportError, export

        if len(args) != 1 or args[0] not in QUERIES:
            raise UsageError(f"Give one of {', '.join(QUERIES)}.", print_help=False)
        if not opts.to:
            raise UsageError("Give --to FILE.", print_help=False)
        job = read_job_id(opts.job)
        if job and not self.connection.execute("SELECT 1 FROM job WHERE id = %s", [job]).fetchone():
            raise NothingFoundError(f"--job {job}: there is no such job. See: scrapy jobs")
        try:
            count = export(self.connection, args[0], opts.to, job, self._reached(opts.to))
        except ExportError as error:
            raise UsageError(str(error), print_help=False) from None
        print(f"{count:,} {args[0]} in {opts.to}", file=sys.stderr)

    def _reached(self, to: str) -> ArchiveLocation:
        """How a store is reached: as the archive is, or by boto3's own variables."""
        from pipelines.location import ArchiveLocation
        from schemas.environment import read_environment

        archive = self.services.archive
        if not to.startswith("s3:") or archive.scheme == "s3":
            return archive
        environment = read_environment()
        return ArchiveLocation("s3://", environment.aws_endpoint_url, environment.aws_region)
