"""One job of a spider of somebody's own: as a job of ``site``, in a site that is named by the spider."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import psycopg
from scrapy import Spider
from scrapy.crawler import Crawler, CrawlerProcessBase
from scrapy.settings import SETTINGS_PRIORITIES

from crawler.arguments import BY_SCRAPYD, UNKNOWN_URL, ArgumentError, SiteArguments, scrapyd_job
from crawler.aside import run_aside
from crawler.fetch.guard import Guard
from crawler.fetch.impersonation import SETTING, read_setting
from crawler.fetch.typed import of_urls
from crawler.jobs import find_spider_site, name_url
from crawler.pages import PageMiddleware
from crawler.run import JobRun, begin, console
from crawler.services import Services
from pipelines import database
from pipelines.database import Row
from pipelines.records import KeyDeclarationError, Keys
from schemas.addresses import normalize_url
from schemas.job import Job
from schemas.networks import endpoint_of

DEFAULTS = {
    "ROBOTSTXT_OBEY": True,
    # As in Scrapy: callbacks are given what is no error, unless the spider says otherwise.
    "HTTPERROR_ALLOW_ALL": False,
    # A page of such a spider yields many items, and each waits for its commit.
    "CONCURRENT_ITEMS": 32,
}
"""What a spider may change by its ``custom_settings``."""
OF_CONFIG = {
    "obey_robots": "ROBOTSTXT_OBEY",
    "delay": "DOWNLOAD_DELAY",
    "concurrency": "CONCURRENT_REQUESTS_PER_DOMAIN",
    "polite_to": "LONGLINE_POLITE_TO",
    "user_agent": "USER_AGENT",
    "max_pages": "LONGLINE_MAX_PAGES",
    "render": "LONGLINE_RENDER",
    "wait_for": "LONGLINE_BROWSER_WAIT_FOR",
    "actions": "LONGLINE_BROWSER_ACTIONS",
    "browser_loads": "LONGLINE_BROWSER_LOADS",
    "browser_blocks": "LONGLINE_BROWSER_BLOCKS",
    "identity": "LONGLINE_IDENTITY",
    "impersonate": "LONGLINE_IMPERSONATE",
    "tiers": "LONGLINE_TIERS",
    "budget": "LONGLINE_BUDGET",
}
"""What a stored site of the spider's name says wins."""


@dataclass(slots=True)
class OwnRun(JobRun):
    """The spider is given the arguments as they came."""

    spider: type[Spider]
    arguments: dict[str, str]

    @classmethod
    def of(
        cls, spider: type[Spider], arguments: dict[str, str], services: Services, guard: Guard, *, quiet: bool = False
    ) -> OwnRun:
        """Make the job.

        Raises:
            ArgumentError: the spider's ``keys`` name no fields, or its stored site is not valid.
            BadImpersonationError, NotInstalledError: as ``read_setting``.
            PrivateAddressError: it is to start on a private address, as somebody says by an API.
            SiteBusyError: the spider is running already.
        """
        try:
            Keys.declared(getattr(spider, "keys", None))
        except KeyDeclarationError as error:
            raise ArgumentError(f"The spider {spider.name}: {error}") from error
        read_setting((spider.custom_settings or {}).get(SETTING))
        url = start_url(spider, arguments)
        by_code = spider.custom_settings and spider.custom_settings.get("LONGLINE_ALLOW_PRIVATE_ADDRESSES")
        if url and BY_SCRAPYD in arguments and not by_code:
            run_aside(guard.start(url, typed=endpoint_of(url) in of_urls(getattr(spider, "start_urls", None))))
        asked = SiteArguments(url, None, {}, scrapyd_job(arguments))
        with database.connect(services.database_url) as connection:
            site = find_spider_site(connection, spider.name, url or UNKNOWN_URL)
            job, lock = begin(connection, services, site, asked)
        job = replace(job, spider=spider.name, arguments=arguments)
        return cls(job, services, lock, console(quiet=quiet), spider, arguments)

    def _settings(self) -> dict[str, Any]:
        return own_settings(self.job, self.services)

    def _schedule(self, process: CrawlerProcessBase) -> Crawler:
        process.settings.update(DEFAULTS, priority="project")
        # Items of other processes would be missing from a file that the command line asks for.
        alone = process.settings.getpriority("FEEDS") == SETTINGS_PRIORITIES["cmdline"]
        process.settings.set("LONGLINE_ALONE", alone, priority="cmdline")
        crawler = process.create_crawler(self.spider)
        process.crawl(crawler, **self.arguments)
        return crawler

    def _named(self, connection: psycopg.Connection[Row], crawler: Crawler) -> None:
        pages = crawler.get_spider_middleware(PageMiddleware) if crawler.spider else None
        if self.job.config.url == UNKNOWN_URL and pages and pages.first_url:
            name_url(connection, self.job, pages.first_url)


def own_settings(job: Job, services: Services) -> dict[str, Any]:
    """What the environment and the site's config say, in the words of the components."""
    config = job.config
    said = {name: getattr(config, field) for field, name in OF_CONFIG.items() if field in config.model_fields_set}
    own = {"LONGLINE_JOB_ID": str(job.id), "LONGLINE_JOB": job.encode().decode()}
    proxies = {} if config.proxy else dict.fromkeys(services.proxies)
    if config.proxy == "required":
        proxies = {"LONGLINE_PROXY_REQUIRED": True}
    return services.settings() | proxies | own | said


def start_url(spider: type[Spider], arguments: dict[str, str]) -> str | None:
    """Where a spider starts, as far as its arguments and its class say it."""
    said = [arguments.get(name, "").partition(",")[0] for name in ("url", "start_url", "start_urls")]
    declared = getattr(spider, "start_urls", None)
    said += [url for url in declared if isinstance(url, str)] if isinstance(declared, list | tuple) else []
    return next(filter(None, map(normalize_url, said)), None)
