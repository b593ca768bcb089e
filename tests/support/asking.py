"""A plain spider that asks for URLs and prints what came of each as JSON: for middlewares in a project of their own.

``scrapy runspider asking.py -a file=REQUESTS.json``: a list of ``{"url": …, "meta": {…}, "headers": {…}}``.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response


class Asking(Spider):
    name = "asking"
    custom_settings = {"HTTPERROR_ALLOW_ALL": True, "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False}

    def __init__(self, file: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asked = json.loads(Path(file).read_text())

    async def start(self) -> AsyncIterator[Any]:
        for number, line in enumerate(self.asked):
            line["meta"] = {"number": number} | line.get("meta", {})
            yield Request(**line, callback=self.parse, errback=self.failed, dont_filter=True)

    def parse(self, response: Response, **_: Any) -> None:
        assert response.request
        kept = {name.decode() for name in response.request.headers}
        self.say(response.request, status=response.status, kept=sorted(kept), proxy=response.meta.get("proxy"))

    def failed(self, failure: Any) -> None:
        self.say(failure.request, error=str(failure.value))

    def say(self, request: Request, **what: Any) -> None:
        verdict = {"verdict": request.meta["verdict"]} if "verdict" in request.meta else {}
        print(json.dumps({"url": request.url, "tier": request.meta.get("tier")} | verdict | what), flush=True)
