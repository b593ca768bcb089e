"""What is done with sites: reading and writing their configurations."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from control.sites.configs import InvalidConfigError, checked_config, config_json
from control.sites.models import Site
from schemas.site import SiteConfig


class UnknownSiteError(LookupError):
    """No site has this slug."""


class StoredConfigError(ValueError):
    """A stored configuration is not valid in this version."""


@dataclass(slots=True)
class Imported:
    """How many sites an import has made, changed, and left as they were."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


@transaction.atomic
def import_configs(configs: dict[str, SiteConfig]) -> Imported:
    """Make and change sites, by slug: all or none. A site that an import names is no longer ad hoc."""
    stored = {site.slug: site for site in Site.objects.filter(slug__in=configs).select_for_update()}
    written = {slug: config for slug, config in configs.items() if _differs(stored.get(slug), config)}
    Site.objects.bulk_create(
        [Site(slug=slug, config=config_json(config)) for slug, config in written.items()],
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=["config", "ad_hoc", "updated_at"],
    )
    created = len(written.keys() - stored.keys())
    return Imported(created, len(written) - created, len(configs) - len(written))


def _differs(site: Site | None, config: SiteConfig) -> bool:
    if site is None or site.ad_hoc:
        return True
    try:
        return checked_config(site.config) != config
    except InvalidConfigError:
        return True


def export_configs(slugs: Collection[str]) -> dict[str, SiteConfig]:
    """The configurations of these sites, or of all but the ad-hoc ones, by slug.

    Raises:
        UnknownSiteError: names the slugs that no site has.
        StoredConfigError: names the site and its fields.
    """
    sites = Site.objects.order_by("slug")
    chosen = list(sites.filter(slug__in=slugs) if slugs else sites.filter(ad_hoc=False))
    unknown = set(slugs) - {site.slug for site in chosen}
    if unknown:
        raise UnknownSiteError(f"No site has the slug {', '.join(sorted(unknown))}.")
    return {site.slug: stored_config(site) for site in chosen}


def stored_config(site: Site) -> SiteConfig:
    """What is stored, checked again: an older version may have written it.

    Raises:
        StoredConfigError: names the site and its fields.
    """
    try:
        return checked_config(site.config)
    except InvalidConfigError as error:
        raise StoredConfigError(f"The stored configuration of {site.slug} is not valid: {error}.") from error


def has_results(site: Site) -> bool:
    """Has the site jobs, pages or records? Then its row must stay."""
    return site.jobs.exists() or site.pages.exists() or site.records.exists()
