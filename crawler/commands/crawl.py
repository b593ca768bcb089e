"""``scrapy crawl``: Scrapy's own, and for the spider ``site`` a whole job with its servers, summary and status."""

from __future__ import annotations

import argparse
import sys

from scrapy.commands import crawl

from crawler.arguments import ArgumentError, read_arguments
from schemas.environment import BadEnvironmentError, read_environment

USAGE = 2


class Command(crawl.Command):
    """Exit status of ``crawl site``: 0 finished as expected; 1 failed or fell short; 2 wrong usage or configuration."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run one spider."""
        if args != ["site"]:
            super().run(args, opts)
            return
        # Scrapy imports every command for each: what only this one needs is imported late.
        from crawler.run import JobRun  # noqa: PLC0415
        from crawler.services import NotReadyError, prepare  # noqa: PLC0415

        try:
            arguments = read_arguments(opts.spargs)
            run = JobRun.start(arguments, prepare(read_environment()))
        except (ArgumentError, NotReadyError, BadEnvironmentError) as error:
            print(error, file=sys.stderr)
            self.exitcode = USAGE
        except KeyboardInterrupt:
            print("Stopped before the crawl began.", file=sys.stderr)
            self.exitcode = 1
        else:
            assert self.crawler_process
            self.exitcode = run.crawl(self.crawler_process)
