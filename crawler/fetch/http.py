"""The HTTP client."""

from __future__ import annotations

from crawler.fetch.client import Client


class HttpDownloadHandler(Client):
    """The handler of http and https; ``settings.py`` says how to go back to Twisted's."""
