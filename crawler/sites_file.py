"""A file of sites, as people write it in YAML: what it says of one page's site."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from schemas.addresses import site_host
from schemas.selectors import PostingSelectors
from schemas.site import SiteConfig


class SitesFileError(ValueError):
    """The file cannot be read, or has no such site."""


def selectors_for(file: Path, url: str) -> PostingSelectors:
    """The selectors of the site that has the page's host; of the only one, where the file has but one.

    Raises:
        SitesFileError: says what is wrong with the file.
    """
    try:
        said: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        sites = [SiteConfig.model_validate(one) for one in dict(said or {}).values()]
    except (OSError, ValueError, TypeError, yaml.YAMLError) as error:
        raise SitesFileError(f"{file} is no file of sites: {_short(error)}") from error
    found = sites if len(sites) == 1 else [one for one in sites if site_host(one.url) == site_host(url)]
    if not found:
        raise SitesFileError(f"{file} has no site of {site_host(url)}.")
    return found[0].posting_selectors


def _short(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False))
    return " ".join(str(error).split())
