"""The Scrapy project."""

import os

# Scrapy's cookies would have a list of domains fetched at the first of them: past proxies and the guard, and with the
# event loop waiting. The list that came with the library is used instead.
os.environ.setdefault("TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS", "")
