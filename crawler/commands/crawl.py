"""``scrapy crawl``: Scrapy's own, and for the spider ``site`` a whole job with its servers, summary and status."""

from __future__ import annotations

import argparse
import logging
import sys

from scrapy.commands import crawl

from crawler.arguments import ArgumentError, read_arguments
from schemas.environment import BadEnvironmentError, read_environment

logger = logging.getLogger(__name__)

FAILURE, USAGE = 1, 2


class Command(crawl.Command):
    """Exit status of ``crawl site``: 0 finished as expected; 1 failed or fell short; 2 wrong usage or configuration."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's, and ours."""
        super().add_options(parser)
        parser.add_argument(
            "--quiet", action="store_true", help="say nothing unless something is wrong: then one sentence, on stderr"
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Say how much is said, and where."""
        super().process_options(args, opts)
        assert self.settings is not None
        if self.settings["LOG_FILE"]:
            # Nobody watches: the file tells it all, with days. What the command line says still wins.
            self.settings.update({"LOG_LEVEL": "INFO", "LOG_DATEFORMAT": "%Y-%m-%d %H:%M:%S"}, priority="project")
        elif opts.quiet:
            self.settings.set("LOG_ENABLED", value=False, priority="cmdline")
        if opts.quiet:
            self.settings.set("LONGLINE_PROGRESS_SECONDS", 0, priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run one spider."""
        if args != ["site"]:
            super().run(args, opts)
            return
        # Scrapy imports every command for each: what only this one needs is imported late.
        from crawler.run import JobRun  # noqa: PLC0415
        from crawler.services import NotReadyError, prepare  # noqa: PLC0415
        from crawler.site_lock import SiteBusyError  # noqa: PLC0415
        from pipelines.database import DatabaseUnavailableError  # noqa: PLC0415

        try:
            arguments = read_arguments(opts.spargs)
            run = JobRun.start(arguments, prepare(read_environment()), quiet=opts.quiet)
        except (ArgumentError, NotReadyError, BadEnvironmentError, DatabaseUnavailableError) as error:
            self._refuse(str(error), USAGE)
        except SiteBusyError as error:
            self._refuse(str(error), FAILURE)
        except KeyboardInterrupt:
            self._refuse("Stopped before the crawl began.", FAILURE)
        else:
            assert self.crawler_process
            self.exitcode = run.crawl(self.crawler_process)

    def _refuse(self, sentence: str, status: int) -> None:
        print(sentence, file=sys.stderr)
        assert self.settings is not None
        if self.settings["LOG_FILE"]:
            logger.error(sentence)
        self.exitcode = status
