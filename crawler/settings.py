"""The wiring on one page: every component, its order, and why that order.

Where things are stands in the environment (``schemas/environment.py``); what one site needs, in its ``SiteConfig``.
"""

BOT_NAME = "longline"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
COMMANDS_MODULE = "crawler.commands"
USER_AGENT = "Longline/0.1.0"

# The event loop: asyncio throughout, on uvloop; aiohttp instead of Twisted's own client, which takes more
# processor time. To go back: DOWNLOAD_HANDLERS = {} and ASYNCIO_EVENT_LOOP = None. Names are then checked for private
# addresses before Twisted resolves them once more, not as it connects.
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
ASYNCIO_EVENT_LOOP = "crawler.event_loop.Loop"
DOWNLOAD_HANDLERS = {
    "http": "crawler.fetch.http.HttpDownloadHandler",
    "https": "crawler.fetch.http.HttpDownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024
DOWNLOAD_DELAY_JITTER = 0
CONCURRENT_REQUESTS = 32
CONCURRENT_REQUESTS_PER_DOMAIN = 8
# Whom delays and concurrency spare: each host, or each address with all hosts there. A site's config may say otherwise.
LONGLINE_POLITE_TO = "host"

# Nobody speaks to a crawl from outside.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# The frontier: scrapy-redis' scheduler, queue and dupefilter, with msgpack in place of its own encoding.
SCHEDULER = "crawler.scheduler.Scheduler"
SCHEDULER_QUEUE_CLASS = "crawler.queues.JobQueue"
SCHEDULER_SERIALIZER = "frontier.codec"
DUPEFILTER_CLASS = "crawler.queues.SeenFilter"
REQUEST_FINGERPRINTER_CLASS = "crawler.fingerprint.UrlKeyFingerprinter"

DOWNLOADER_MIDDLEWARES = {
    # Engine side. Before all others: it counts what none of them could mend, for people's own spiders.
    "crawler.fetch.unfetched.UnfetchedMiddleware": 10,
    # First what needs no network: is it on the site at all?
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "crawler.fetch.boundary.BoundaryMiddleware": 50,
    # Then robots.txt, before a request gets headers or a place in a queue.
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.fetch.robots.RobotsMiddleware": 100,
    # Who asks: before Scrapy fills in the headers that are missing (400, 500).
    "crawler.fetch.identity.IdentityMiddleware": 300,
    # A page that is empty without a browser is asked for once more: when its retries are over, and it is unpacked.
    "crawler.fetch.render.RenderMiddleware": 540,
    # Outside of retries, whose requests need not be asked about once more; inside of rendering, which sees the page.
    "crawler.fetch.revalidate.RevalidateMiddleware": 545,
    # Retries stand outside of decompression, so that a broken body counts as a failure too.
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "crawler.fetch.retry.BackoffRetryMiddleware": 550,
    # Says what each answer is, once that is unpacked; what is blocked is tried again by the rules of retries.
    "crawler.fetch.blocked.BlockedMiddleware": 560,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.fetch.redirect.BoundedRedirectMiddleware": 600,
    # A meta refresh is read as a link, from the one tree that there is.
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    # Scrapy's own takes a bomb for a page that somebody left out, and half a page for a whole one.
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.fetch.compression.CompressionMiddleware": 590,
    # Chooses the way that those behind it obey. Inside of all that asks again or unpacks, so that each answer counts,
    # with its bytes as they came; and behind robots.txt and what makes a request ready, so that nothing is paid before.
    "crawler.fetch.tier.TierMiddleware": 605,
    # Proxies stand inside of retries: one that fails is no failure of the site's, and what the smart proxy calls a ban
    # is tried again. And before Scrapy's HttpProxyMiddleware (750), which takes the key or password out of the URL.
    # Where both are set, the smart proxy comes first, and the others are for sites with tiers.
    "crawler.fetch.smartproxy.SmartProxyMiddleware": 610,
    "crawler.fetch.proxy.ProxyMiddleware": 620,
    # Behind whatever may give a request a proxy, Scrapy's own too (750).
    "crawler.fetch.proxy_demand.ProxyDemand": 760,
    # Innermost: it must know which way the request goes, and nobody may change that behind it.
    "crawler.fetch.guard.GuardMiddleware": 990,
    # Downloader side.
}
# Longline's own name; a site's config may ask for a browser's headers.
LONGLINE_IDENTITY = "robot"
# auto: https with a browser's identity is spoken as that browser speaks it, which curl_cffi does where it is installed.
LONGLINE_IMPERSONATE = "never"
# A site's config may say otherwise.
ROBOTSTXT_OBEY = True
RETRY_TIMES = 3
# Scrapy's own, and 520 and 521: how Zyte's API says that it was banned, and Cloudflare that a site is away for now.
RETRY_HTTP_CODES = [408, 429, 500, 502, 503, 504, 520, 521, 522, 524]
# Scrapy's own, but for what only Twisted's client raises: the name alone loads that client at each start.
RETRY_EXCEPTIONS = [
    "scrapy.exceptions.CannotResolveHostError",
    "scrapy.exceptions.DownloadConnectionRefusedError",
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.DownloadTimeoutError",
    "scrapy.exceptions.ResponseDataLossError",
    "crawler.fetch.decompress.BrokenBodyError",
    "twisted.internet.error.ConnectionDone",
    "twisted.internet.error.ConnectError",
    "twisted.internet.error.ConnectionLost",
    OSError,
]
# The summary names what was given up.
RETRY_GIVE_UP_LOG_LEVEL = "INFO"

# What an answer by each tier costs, and a gigabyte of them, in whatever currency a site's budget is. A browser's page
# takes as much of a machine as many others.
LONGLINE_TIER_COSTS = {
    "direct": {"request": 0, "gb": 0},
    "proxy": {"request": 0, "gb": 3.0},
    "smartproxy": {"request": 0.001, "gb": 0},
    "browser": {"request": 0.0002, "gb": 0},
}

SPIDER_MIDDLEWARES = {
    # Engine side. Outermost: what it counts is what the others let through.
    "crawler.delivery.Delivery": 0,
    # Outside of Scrapy's own, so that what they refuse is a page too: those of people's own spiders.
    "crawler.pages.PageMiddleware": 20,
}

# The browser, which starts at the first page that needs it. A site's config may say otherwise: auto, always, never.
LONGLINE_RENDER = "auto"
# Each page takes memory: so many are open at one time. Another browser takes over after so many pages, or with so much
# memory.
LONGLINE_BROWSER_PAGES = 4
LONGLINE_BROWSER_RECYCLE_PAGES = 1000
LONGLINE_BROWSER_RECYCLE_MB = 2000
# After so many silent seconds a page is taken for finished; after fewer where pages like it show that these will do.
LONGLINE_BROWSER_QUIET = 0.5
PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT = 30_000
# The browser's own headers, which agree with each other; its name and languages are the request's.
PLAYWRIGHT_PROCESS_REQUEST_HEADERS = None

# Tells the stages where an item came from.
ITEM_PROCESSOR = "pipelines.processor.ItemProcessor"
ITEM_PIPELINES = {
    # Nothing is extracted from what is not archived, and nothing is stored that is not valid.
    "pipelines.archive.ArchivePipeline": 100,
    "pipelines.extract.ExtractPipeline": 200,
    "pipelines.validate.ValidatePipeline": 300,
    "pipelines.store.StorePipeline": 400,
}

EXTENSIONS = {
    "crawler.extensions.outcome.Outcome": 100,
    "crawler.extensions.progress.Progress": 200,
    "crawler.extensions.notes.Notes": 300,
    # Ours says it once, in one line.
    "scrapy.extensions.logstats.LogStats": None,
}

# One budget bounds what is in flight. Scrapy's own 5 MB stall with few pages that wait for a commit.
LONGLINE_BUDGET_BYTES = 64_000_000
SCRAPER_SLOT_MAX_ACTIVE_SIZE = LONGLINE_BUDGET_BYTES
# Scrapy makes this many tasks for each response; a page yields one item.
CONCURRENT_ITEMS = 2

# An error answer of a site is a page too: its status is stored.
HTTPERROR_ALLOW_ALL = True

LOG_LEVEL = "WARNING"
LOG_FORMATTER = "crawler.logformatter.QuietLogFormatter"
LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"
LOG_DATEFORMAT = "%H:%M:%S"
