"""A spider that reads answers, and what each leads to: no site is asked."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse

from crawler.spiders.site import SiteSpider
from schemas.job import Job
from schemas.page import Page
from schemas.site import SiteConfig

SITE = "https://www.acme.example/"


def make_spider(**config: Any) -> SiteSpider:
    """Of a job of its own."""
    job = Job(id=uuid4(), sequence=1, site_id=1, site="acme", config=SiteConfig.model_validate({"url": SITE} | config))
    spider = SiteSpider(job=job)
    spider.give_back = lambda request: None  # type: ignore[method-assign] # there is no engine that counts places
    return spider


def found(spider: SiteSpider, response: Response) -> tuple[list[Request], dict[str, Any] | None]:
    """The requests that a response leads to, and what it says of a list."""
    output = list(spider.crawl.parse(response))
    pages = [one for one in output if isinstance(one, Page)]
    listings = [record.data for page in pages for record in page.records if record.kind == "listing"]
    return [one for one in output if isinstance(one, Request)], listings[0] if listings else None


def html(spider: SiteSpider, body: str, url: str = f"{SITE}careers", depth: int = 1) -> Response:
    """A page of the site."""
    request = spider.crawl.page_request(url, depth)
    return HtmlResponse(url, body=f"<!doctype html><body>{body}</body>".encode(), encoding="utf-8", request=request)


def data(request: Request, value: Any, status: int = 200) -> Response:
    """What a request is answered: JSON, or a text as it is."""
    body = value if isinstance(value, str) else json.dumps(value)
    kind = "text/html" if body.startswith(("<!doctype", "<html")) else "application/json"
    kind = "application/xml" if body.startswith("<") and kind != "text/html" else kind
    answer = HtmlResponse if kind == "text/html" else TextResponse
    headers = {"Content-Type": f"{kind}; charset=utf-8"}
    return answer(request.url, status, headers, body.encode(), request=request, encoding="utf-8")


def only(requests: list[Request]) -> Request:
    """The one that there is."""
    (request,) = requests
    return request
