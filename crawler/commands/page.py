"""``scrapy page``: the archived bytes of a page."""

from __future__ import annotations

import argparse
import sys

from scrapy.exceptions import UsageError

from crawler.database_command import DatabaseCommand, NothingFoundError
from pipelines.object_store import Archive
from pipelines.warc import read_http
from schemas.addresses import normalize_url, url_sha256

_NEWEST = """
SELECT archive_uri, archive_offset, archive_length FROM page WHERE url_sha256 = %s ORDER BY fetched_at DESC LIMIT 1
"""


class Command(DatabaseCommand):
    """Prints a page's body as it was fetched, decoded."""

    def syntax(self) -> str:
        """For the help."""
        return "[--headers] URL"

    def short_desc(self) -> str:
        """For the help."""
        return "Print the archived bytes of a page"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Ours beside Scrapy's."""
        super().add_options(parser)
        parser.add_argument("--headers", action="store_true", help="print the status line and the headers too")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Look the page up, and read one range of one object."""
        url = normalize_url(args[0]) if len(args) == 1 else None
        if url is None:
            raise UsageError("Give one URL that starts with http:// or https://.", print_help=False)
        row = self.connection.execute(_NEWEST, [url_sha256(url)]).fetchone()
        if row is None:
            raise NothingFoundError(f"{url} is not stored. Crawl it, or look for its URL with: scrapy export pages")
        member = Archive(self.services.archive).read(row["archive_uri"], row["archive_offset"], row["archive_length"])
        status, headers, body = read_http(member)
        if opts.headers:
            lines = [status, *(f"{name}: {value}" for name, value in headers), "", ""]
            sys.stdout.buffer.write("\r\n".join(lines).encode())
        sys.stdout.buffer.write(body)
