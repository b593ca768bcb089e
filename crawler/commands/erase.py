"""``scrapy erase``: take pages out of the tables and the archive, for good."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from crawler.database_command import DatabaseCommand, NothingFoundError
from schemas.addresses import normalize_url

if TYPE_CHECKING:
    from pipelines.wishes import Wish


class Command(DatabaseCommand):
    """Erases a page, or all of a site; or what is older than the sites' configs say that it may be kept."""

    def syntax(self) -> str:
        """For the help."""
        return "URL [--site SLUG] | --site SLUG | --expired [--site SLUG]   [--before DATE] [--dry-run] [--yes]"

    def short_desc(self) -> str:
        """For the help."""
        return "Erase pages from the tables and the archive"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Ours beside Scrapy's."""
        super().add_options(parser)
        parser.add_argument("--site", metavar="SLUG", help="all of this site; with a URL, only what is this site's")
        parser.add_argument("--before", metavar="DATE", help="only what was seen last before: 2026-11-22 (UTC)")
        parser.add_argument(
            "--expired", action="store_true", help="what is older than retention_days in sites' configs"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and change nothing")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Find out what is meant, ask, and erase it."""
        from crawler.erasure import Erasure, UnfinishedJobsError, described
        from crawler.site_lock import SiteBusyError

        wishes = self._wishes(args, opts)
        if not (opts.yes or opts.dry_run or sys.stdin.isatty()):
            raise UsageError(
                "Nobody is here to be asked: add --yes, or see by --dry-run what would go.", print_help=False
            )
        if not wishes:
            print("No site's config has retention_days: nothing expires.")
            return
        try:
            with Erasure(self.connection, self.services, wishes) as erasure:
                plan = erasure.plan()
                if opts.dry_run or not opts.yes:
                    print(described(erasure.rehearse(plan), "that would go"))
                if opts.dry_run:
                    return
                if not (opts.yes or _asked()):
                    raise NothingFoundError("Nothing was erased.")
                done = erasure.erase(plan)
        except (SiteBusyError, UnfinishedJobsError) as error:
            raise NothingFoundError(str(error)) from None
        if not (done.captures or done.rows or opts.expired):
            raise NothingFoundError("Nothing of that is stored.")
        print(described(done, "erased"))

    def _wishes(self, args: list[str], opts: argparse.Namespace) -> list[Wish]:
        from datetime import time

        from crawler.commands.page import read_moment
        from crawler.erasure import expired
        from pipelines.wishes import Wish

        if opts.site and not self.connection.execute("SELECT 1 FROM site WHERE slug = %s", [opts.site]).fetchone():
            raise NothingFoundError(f"--site {opts.site}: there is no such site.")
        if opts.expired:
            if args or opts.before:
                raise UsageError("--expired takes no URL and no --before: sites' configs say it.", print_help=False)
            return expired(self.connection, opts.site)
        url = normalize_url(args[0]) if len(args) == 1 else None
        if len(args) > 1 or (args and url is None) or not (args or opts.site):
            raise UsageError("Give one URL that starts with http:// or https://, or --site SLUG.", print_help=False)
        before = read_moment("--before", opts.before, time.min).replace(microsecond=0) if opts.before else None
        return [Wish(opts.site, url, before)]


def _asked() -> bool:
    try:
        return input("Erase that for good? Type yes: ").strip().lower() == "yes"
    except EOFError:
        print()
        return False
