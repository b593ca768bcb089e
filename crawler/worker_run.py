"""A process that serves every job until it is told to stop."""

from __future__ import annotations

import sys

from scrapy.crawler import CrawlerProcessBase

from crawler import stop_signals
from crawler.extensions.outcome import Outcome
from crawler.recruits import Recruits
from crawler.run import spare_the_collector
from crawler.services import Services
from crawler.spiders.worker import WorkerSpider


def serve(process: CrawlerProcessBase, services: Services) -> int:
    """Work until SIGTERM or Ctrl-C, which lets what is under way be finished and stored.

    Returns:
        0 where it was told to stop, 1 where it could not go on; the reason stands on standard error.
    """
    spare_the_collector()
    stop_signals.hold()
    process.settings.update(services.settings(), priority="cmdline")
    crawler = process.create_crawler(WorkerSpider)
    process.crawl(crawler, recruits=Recruits(process, services))
    process.start()
    outcome = None if process.bootstrap_failed else crawler.get_extension(Outcome)
    if outcome is None:
        print("The worker could not start; the log says why.", file=sys.stderr)
        return 1
    if outcome.events.storage_problem:
        print(outcome.events.storage_problem, file=sys.stderr)
        return 1
    return 0
