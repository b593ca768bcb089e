"""The peer: Scrapy as it comes, but for what would make the comparison unequal."""

BOT_NAME = "plain"
SPIDER_MODULES = ["benchmarks.plain.spider"]

# Scrapy's defaults, written down: the same load on the server as Longline's, and no wait.
CONCURRENT_REQUESTS_PER_DOMAIN = 8
DOWNLOAD_DELAY = 0
ROBOTSTXT_OBEY = False

# A line for each request, and two ports to listen on, would make it slower.
LOG_LEVEL = "WARNING"
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
