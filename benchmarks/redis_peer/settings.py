"""The other peer: the plain one, with its queue and what it has seen in Redis, as scrapy-redis' own example has it.

``REDIS_URL`` comes with the command. The encoding is scrapy-redis' own, pickle; its priority queue is its default.
"""

from benchmarks.plain.settings import *  # noqa: F403 - all that the plain peer has

SCHEDULER = "scrapy_redis.scheduler.Scheduler"
DUPEFILTER_CLASS = "scrapy_redis.dupefilter.RFPDupeFilter"
