"""``scrapy crawl``: a whole job, with its servers, summary and status; ``worker`` serves the jobs of others."""

from __future__ import annotations

import argparse
import logging
import sys
from typing import TYPE_CHECKING

from scrapy.commands import crawl
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

if TYPE_CHECKING:
    from crawler.run import JobRun

logger = logging.getLogger(__name__)

FAILURE, USAGE = 1, 2


class Command(crawl.Command):
    """Exit status: 0 finished as expected; 1 failed or fell short; 2 wrong usage or configuration."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's, and ours."""
        super().add_options(parser)
        parser.add_argument(
            "--quiet", action="store_true", help="say nothing unless something is wrong: then one sentence, on stderr"
        )
        parser.add_argument("--dry-run", action="store_true", help="archive: say what would change, and write nothing")
        parser.add_argument("--json", action="store_true", help="archive, with --dry-run: record by record, as JSON")

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
        if args == ["archive"]:
            self._read_again(opts)
            return
        _check(args, opts)
        if args == ["worker"]:
            self._serve()
            return
        from crawler.arguments import ArgumentError
        from crawler.fetch.guard import PrivateAddressError
        from crawler.fetch.impersonation import BadImpersonationError, NotInstalledError
        from crawler.services import NotReadyError
        from crawler.site_lock import SiteBusyError
        from pipelines.database import DatabaseUnavailableError
        from pipelines.outage import OutageError
        from schemas.environment import BadEnvironmentError

        try:
            run = self._start(args[0], opts.spargs, quiet=opts.quiet)
        except (
            ArgumentError,
            NotReadyError,
            BadEnvironmentError,
            BadImpersonationError,
            DatabaseUnavailableError,
            NotInstalledError,
            PrivateAddressError,
        ) as error:
            self._refuse(f"{str(error).removesuffix('.')}.", USAGE)
        except SiteBusyError as error:
            self._refuse(str(error), FAILURE)
        except KeyboardInterrupt:
            self._refuse("Stopped before the crawl began.", FAILURE)
        else:
            assert self.crawler_process
            try:
                self.exitcode = run.crawl(self.crawler_process)
            except OutageError as error:
                self._refuse(f"How the job ended could not be written down: {error}", FAILURE)

    def _start(self, name: str, arguments: dict[str, str], *, quiet: bool) -> JobRun:
        assert self.settings is not None
        from crawler.arguments import ArgumentError, read_arguments
        from crawler.fetch.guard import Guard
        from crawler.fetch.impersonation import SETTING, read_setting
        from crawler.own_run import OwnRun
        from crawler.run import JobRun
        from crawler.services import prepare
        from schemas.environment import read_environment

        read_setting(self.settings[SETTING])
        if name == "site":
            asked = read_arguments(arguments)
            services = prepare(read_environment())
            guard = Guard.from_settings(self.settings, allows_all=services.allows_private_addresses)
            return JobRun.start(asked, services, guard, quiet=quiet)
        spiders = get_spider_loader(self.settings)
        if name not in spiders.list():
            raise ArgumentError(f"There is no spider {name}. There are: {', '.join(sorted(spiders.list()))}.")
        services = prepare(read_environment())
        guard = Guard.from_settings(self.settings, allows_all=services.allows_private_addresses)
        return OwnRun.of(spiders.load(name), arguments, services, guard, quiet=quiet)

    def _serve(self) -> None:
        from crawler.fetch.impersonation import (
            SETTING,
            BadImpersonationError,
            NotInstalledError,
            read_setting,
        )
        from crawler.services import NotReadyError, prepare
        from crawler.worker_run import serve
        from schemas.environment import BadEnvironmentError, read_environment

        assert self.settings is not None
        try:
            read_setting(self.settings[SETTING])
            services = prepare(read_environment())
        except (NotReadyError, BadEnvironmentError, BadImpersonationError, NotInstalledError) as error:
            self._refuse(str(error), USAGE)
        else:
            assert self.crawler_process
            self.exitcode = serve(self.crawler_process, services)

    def _read_again(self, opts: argparse.Namespace) -> None:
        from crawler.again_command import RefusedError, again

        assert self.settings is not None
        level = "CRITICAL" if opts.quiet else self.settings["LOG_LEVEL"]
        try:
            asked = {"dry_run": opts.dry_run, "as_json": opts.json, "quiet": opts.quiet}
            self.exitcode = again(opts.spargs, **asked, log_level=level)
        except RefusedError as error:
            self._refuse(str(error), error.status)

    def _refuse(self, sentence: str, status: int) -> None:
        print(sentence, file=sys.stderr)
        assert self.settings is not None
        if self.settings["LOG_FILE"]:
            logger.error(sentence)
        self.exitcode = status


def _check(args: list[str], opts: argparse.Namespace) -> None:
    if len(args) != 1:
        raise UsageError("Give one spider. To see which there are: scrapy list", print_help=False)
    if opts.dry_run or opts.json:
        raise UsageError("--dry-run and --json are for: scrapy crawl archive. Try -a dry_run=true", print_help=False)
