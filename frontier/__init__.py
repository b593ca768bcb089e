"""The queue of requests and what was seen, in Redis; knows nothing of Scrapy."""
