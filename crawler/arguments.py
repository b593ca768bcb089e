"""The arguments of ``crawl site``: refused before anything starts where they are unknown or of the wrong type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from schemas.addresses import normalize_url
from schemas.site import SiteConfig

TAKES = {
    "url": "a URL such as https://example.com",
    "site": "the slug of a stored site",
    "max_pages": "a whole number of at least 1",
    "max_depth": "a whole number of at least 0",
    "ignore_parameters": "names of parameters with commas between them, as sid,utm_*",
    "extract": "some of page, posting, text, with commas between them",
    "render": "auto, always or never",
    "output": "a folder",
    "revalidate": "true or false",
    "tiers": "some of direct, proxy, smartproxy, browser, each once, with commas between them",
    "budget": "an amount of money of at least 0, as 2.50",
    "shards": "a whole number from 1 to 64",
    "dry_run": "true or false",
}


BY_SCRAPYD = "_job"
"""The argument that Scrapyd adds to those that came by its API."""


UNKNOWN_URL = "http://unknown.invalid/"
"""Stands in a job's config until it is known where a spider starts that says it only when it runs."""


class ArgumentError(ValueError):
    """An argument is unknown, missing, or has a value that it does not take."""


@dataclass(frozen=True, slots=True)
class SiteArguments:
    """What was asked for: a URL or a stored site, changes to its config, and the id that Scrapyd gave the job.

    ``typed``: a person typed it at a prompt; else it came by Scrapyd's API.
    """

    url: str | None
    site: str | None
    changes: dict[str, Any]
    job_id: UUID | None = None
    typed: bool = False

    def applied_to(self, config: SiteConfig) -> SiteConfig:
        """The config with the changes, and with the URL where one was given."""
        url = {"url": self.url} if self.url else {}
        return config.model_copy(update={**self.changes, **url})


def read_arguments(values: dict[str, str]) -> SiteArguments:
    """Check ``-a`` arguments. Names that begin with an underscore are Scrapyd's own: only its ``_job`` counts.

    Raises:
        ArgumentError: names the argument, its value, and what it takes.
    """
    job_id, typed = scrapyd_job(values), BY_SCRAPYD not in values
    values = {name: value for name, value in values.items() if not name.startswith("_")}
    for name, value in values.items():
        if name not in TAKES:
            raise ArgumentError(f"-a {name}={value}: there is no such argument. There are: {', '.join(TAKES)}.")
    url, site = values.pop("url", None), values.pop("site", None)
    if (url is None) == (site is None):
        raise ArgumentError("Give either -a url=URL or -a site=SLUG.")
    if url is not None and normalize_url(url) is None:
        raise ArgumentError(_refusal("url", url))
    return SiteArguments(url and normalize_url(url), site, _changes(values), job_id, typed)


def scrapyd_job(values: dict[str, str]) -> UUID | None:
    """Scrapyd's id of a job, so that both have one; a name that somebody chose instead is not one of ours."""
    try:
        return UUID(values.get(BY_SCRAPYD, ""))
    except ValueError:
        return None


def _changes(values: dict[str, str]) -> dict[str, Any]:
    try:
        config = SiteConfig.model_validate({"url": "http://localhost/", **values})
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise ArgumentError(_refusal(name, values[name])) from None
    if not config.extract:
        raise ArgumentError(_refusal("extract", values["extract"]))
    return {name: getattr(config, name) for name in values}


def _refusal(name: str, value: str) -> str:
    return f"-a {name}={value}: it takes {TAKES[name]}."
