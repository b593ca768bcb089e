"""A site: what to crawl, and how."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from schemas.actions import read_action
from schemas.addresses import normalize_url
from schemas.hosts import check_host, check_user_agent
from schemas.parameters import check_names
from schemas.search import MOST_SEARCHES, check_template, searches
from schemas.selectors import PostingSelectors
from schemas.tiers import Tier, read_tiers

Extract = Literal["page", "posting", "text"]
Identity = Literal["robot", "browser"]
Impersonate = Literal["never", "auto"]
EXTRACTS: tuple[Extract, ...] = ("page", "posting", "text")
ProxyUse = bool | Literal["required"]
Render = Literal["auto", "always", "never"]
RENDERS: tuple[Render, ...] = ("auto", "always", "never")
Decoration = Literal["image", "media", "font", "tracker"]
Money = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=6)]
PoliteTo = Literal["host", "address"]
POLITE_TO: tuple[PoliteTo, ...] = ("host", "address")


class Expectations(BaseModel):
    """The least that a job must yield; less fails it."""

    model_config = ConfigDict(extra="forbid")

    pages: Annotated[int, Field(ge=0)] = 0
    postings: Annotated[int, Field(ge=0)] = 0


class SiteConfig(BaseModel):
    """What one site needs. Stored as JSON in the table ``site``; written by people as YAML."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    url: str = Field(description="Where the crawl starts.")
    max_pages: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="The most pages that a job fetches. Unset: all of them."
    )
    max_depth: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="The most links between a start page or sitemap entry and a page. Unset: 1,000."
    )
    max_pages_per_host: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="The most pages of one host that a worker finds. Unset: any number."
    )
    max_pages_per_shape: Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        description="The most pages a worker finds whose URLs differ in numbers and values alone. Unset: any number.",
    )
    ignore_parameters: tuple[str, ...] = Field(
        default=(),
        description="Parameters of URLs that say nothing about the page, as sid or utm_*. They are taken out of links.",
    )
    extract: tuple[Extract, ...] = Field(
        default=("page", "posting"), description="What is read from each page: page, posting, text."
    )
    render: Render = Field(
        default="auto",
        description="Which pages a browser renders: auto (those that are empty without one), always, never.",
    )
    wait_for: str | None = Field(
        default=None,
        description="What a browser waits for on a page: a CSS selector, or text= with words. Unset: for quiet.",
    )
    actions: tuple[str, ...] = Field(
        default=(),
        description="What a browser does on a page: click SELECTOR; scroll 20; more 20 SELECTOR (clicks while the page "
        "grows); next 20 SELECTOR (the same, and keeps what was there).",
    )
    browser_loads: tuple[Decoration, ...] = Field(
        default=(), description="What a browser loads besides, though it changes no text: image, media, font, tracker."
    )
    browser_blocks: tuple[str, ...] = Field(
        default=(), description="Addresses that a browser does not load, as *://ads.example.com/* or */chat.js*."
    )
    output: str | None = Field(
        default=None, description="A folder that gets the job's rows as JSON lines when it ends."
    )
    dry_run: bool = Field(default=False, description="Fetch robots.txt and sitemaps only, and say what they name.")
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="Hosts that belong to the site beside that of its url, as host or host:port."
    )
    sitemaps: bool = Field(default=True, description="Start from the site's sitemaps too.")
    search_url_template: str | None = Field(
        default=None,
        description="A search of the site where the crawl starts too: a URL with {keyword}, {location} or {days} in "
        "it, as https://example.com/jobs?q={keyword}&where={location}.",
    )
    keywords: tuple[str, ...] = Field(default=(), description="What is searched for, each in each location.")
    locations: tuple[str, ...] = Field(default=(), description="Where it is searched for.")
    posted_within_days: Annotated[int, Field(ge=1, le=365)] | None = Field(
        default=None,
        validate_default=True,
        description="What stands for {days} in searches: how old postings may be. Unset: nothing.",
    )
    obey_robots: bool = Field(default=True, description="Obey robots.txt and its Crawl-delay.")
    obey_directives: bool = Field(
        default=True,
        description="Obey noindex and nofollow: in <meta name=robots>, in X-Robots-Tag, and nofollow on links.",
    )
    revalidate: bool = Field(
        default=True,
        description="Ask a site that was crawled before only for pages that have changed since, where it can tell.",
    )
    delay: Annotated[float, Field(ge=0, le=3600)] = Field(
        default=0.0, description="Seconds between two requests to one host."
    )
    concurrency: Annotated[int, Field(ge=1, le=256)] = Field(
        default=8, description="The most requests to one host at one time."
    )
    polite_to: PoliteTo = Field(
        default="host",
        description=(
            "Whom delay and concurrency spare: each host, or each address, with all hosts that are there. Behind "
            "proxies always each host: they alone know the addresses."
        ),
    )
    user_agent: str | None = Field(default=None, description="The User-Agent header. Unset: Longline's own name.")
    identity: Identity = Field(
        default="robot", description="robot: by Longline's own name. browser: with the headers of a browser."
    )
    impersonate: Impersonate = Field(
        default="never",
        description="auto: https is spoken as the browser of the identity speaks it (TLS and HTTP/2), which curl_cffi "
        "does. never: as Python speaks it.",
    )
    proxy: ProxyUse = Field(
        default=True,
        description="Use the proxies or the smart proxy: true (where there are any), false, required (nothing goes out "
        "without one).",
    )
    tiers: tuple[Tier, ...] = Field(
        default=(),
        description="By which tiers a page may be asked for, the cheapest first: direct, proxy, smartproxy, browser. A "
        "page that is blocked climbs to the next one. Unset: nothing climbs.",
    )
    budget: Money | None = Field(
        default=None,
        description="The most money that a job may spend on tiers, as LONGLINE_TIER_COSTS counts it. Unset: any.",
    )
    shards: Annotated[int, Field(ge=1, le=64)] = Field(
        default=1,
        description="In how many parts Redis keeps the job, so that several nodes of a cluster share a huge one.",
    )
    absence_hours: Annotated[int, Field(ge=1, le=8760)] = Field(
        default=6,
        description="A posting is closed that two complete crawls do not see which are at least so many hours apart.",
    )
    shrink_percent: Annotated[int, Field(ge=0, le=100)] = Field(
        default=50,
        description="A list of postings that fell by more than this is not taken for complete. 100: by any number.",
    )
    retention_days: Annotated[int, Field(ge=1, le=36_500)] | None = Field(
        default=None,
        description="How many days pages are kept that were not seen again: scrapy erase --expired. Unset: for ever.",
    )
    posting_selectors: PostingSelectors = Field(
        default_factory=PostingSelectors,
        description="Where the site's pages say what of a posting, in CSS: these win over all else that is read.",
    )
    expect: Expectations = Field(default_factory=Expectations, description="The least that a job must yield.")

    @field_validator("actions")
    @classmethod
    def _actions(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        for line in lines:
            read_action(line)
        return lines

    @field_validator("search_url_template")
    @classmethod
    def _template(cls, template: str | None) -> str | None:
        if template is not None:
            check_template(template)
            if normalize_url(template.replace("{", "").replace("}", "")) is None:
                raise ValueError("must be a URL that starts with http:// or https:// and names a host")
        return template

    @field_validator("posted_within_days")
    @classmethod
    def _few_searches(cls, days: int | None, others: ValidationInfo) -> int | None:
        said = others.data.get
        count = max(1, len(said("keywords") or ())) * max(1, len(said("locations") or ()))
        if count > MOST_SEARCHES:
            raise ValueError(f"are {count:,} searches, keywords times locations; there may be {MOST_SEARCHES:,}")
        return days

    @property
    def searches(self) -> list[str]:
        """The searches where the crawl starts, beside its url."""
        return searches(self.search_url_template, self.keywords, self.locations, self.posted_within_days)

    @field_validator("extract", "ignore_parameters", "browser_loads", "tiers", "keywords", "locations", mode="before")
    @classmethod
    def _words(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = [word.strip() for word in value.split(",") if word.strip()]
        return value

    @field_validator("ignore_parameters")
    @classmethod
    def _names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        check_names(names)
        return names

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            check_host(host)
        return hosts

    @field_validator("user_agent")
    @classmethod
    def _sendable(cls, user_agent: str | None) -> str | None:
        if user_agent is not None:
            check_user_agent(user_agent)
        return user_agent

    @field_validator("proxy", mode="before")
    @classmethod
    def _proxies(cls, value: Any) -> Any:
        word = str(value).strip().lower()
        if word == "required":
            return word
        if word not in {"true", "on", "yes", "1", "false", "off", "no", "0"}:
            raise ValueError("must be true, false or required")
        return word in {"true", "on", "yes", "1"}

    @field_validator("tiers")
    @classmethod
    def _tiers(cls, tiers: tuple[Tier, ...], others: ValidationInfo) -> tuple[Tier, ...]:
        read_tiers(tiers)
        render, proxy = others.data.get("render"), others.data.get("proxy")
        if tiers == ("browser",) and render == "never":
            raise ValueError("must name another than browser where render is never")
        if tiers == ("direct",) and proxy == "required":
            raise ValueError("must name another than direct where proxy is required")
        return tiers

    @field_validator("identity")
    @classmethod
    def _one_name(cls, identity: Identity, others: ValidationInfo) -> Identity:
        if identity == "browser" and others.data.get("user_agent") is not None:
            raise ValueError("must be robot where user_agent is set: a browser brings a user agent of its own")
        return identity

    @field_validator("impersonate")
    @classmethod
    def _one_self(cls, impersonate: Impersonate, others: ValidationInfo) -> Impersonate:
        if impersonate == "auto" and others.data.get("identity", "browser") != "browser":
            raise ValueError("must be never where identity is robot: who gives its own name imitates nobody")
        return impersonate

    @field_validator("url")
    @classmethod
    def _http(cls, url: str) -> str:

        normal = normalize_url(url)
        if normal is None:
            raise ValueError("must be a URL that starts with http:// or https:// and names a host")
        return normal
