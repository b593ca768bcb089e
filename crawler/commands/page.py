"""``scrapy page``: the archived bytes of a page."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from crawler.database_command import DatabaseCommand, NothingFoundError
from schemas.addresses import normalize_url

if TYPE_CHECKING:
    from pipelines.shown import Shown


class Command(DatabaseCommand):
    """Prints a page's body as it was fetched, decoded; or as it was captured some time ago."""

    def syntax(self) -> str:
        """For the help."""
        return "[--at DATE] [--headers] [--open] [--site SLUG] URL"

    def short_desc(self) -> str:
        """For the help."""
        return "Print the archived bytes of a page"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Ours beside Scrapy's."""
        super().add_options(parser)
        parser.add_argument("--at", metavar="DATE", help="as it was then: 2026-11-22, or 2026-11-22T10:30 (UTC)")
        parser.add_argument("--headers", action="store_true", help="print the status line and the headers too")
        parser.add_argument("--open", action="store_true", help="show it in a browser; its scripts do not run")
        parser.add_argument("--site", metavar="SLUG", help="as this site's jobs have captured it")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Look the page up, and print it."""
        url = normalize_url(args[0]) if len(args) == 1 else None
        if url is None:
            raise UsageError("Give one URL that starts with http:// or https://.", print_help=False)
        moment = read_moment("--at", opts.at, time.max) if opts.at else None
        from pipelines.object_store import Archive
        from pipelines.shown import NoCaptureError, Pages

        pages = Pages(self.connection, Archive(self.services.archive), opts.site)
        try:
            shown = pages.at(url, moment) if moment else pages.newest(url)
        except NoCaptureError as error:
            raise NothingFoundError(str(error)) from None
        if opts.open:
            _open(shown)
        else:
            _print(shown, headers=opts.headers)


def read_moment(option: str, text: str, of_a_day: time) -> datetime:
    """A date, or a date with a time; in UTC, where it does not say another zone.

    Raises:
        UsageError: it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{option} {text}: it takes a date as 2026-11-22, or with a time as 2026-11-22T10:30 (UTC).",
            print_help=False,
        ) from None
    if len(text) == len("2026-11-22"):
        moment = datetime.combine(moment, of_a_day)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _print(shown: Shown, *, headers: bool) -> None:
    if headers:
        lines = [shown.status, *(f"{name}: {value}" for name, value in shown.headers), "", ""]
        sys.stdout.buffer.write("\r\n".join(lines).encode())
    sys.stdout.buffer.write(shown.body)


def _open(shown: Shown) -> None:
    from crawler.shown_file import NotShownError, open_in_browser

    try:
        file = open_in_browser(shown)
    except NotShownError as error:
        raise NothingFoundError(str(error)) from None
    print(file, file=sys.stderr)
