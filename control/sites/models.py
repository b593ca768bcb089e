"""The table ``site``."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from control.sites.slugs import validate_slug


class Site(models.Model):
    """What to crawl, and how. Crawls started with a URL alone make an ad-hoc one."""

    slug = models.TextField(validators=[validate_slug])
    config = models.JSONField()
    ad_hoc = models.BooleanField(default=False, db_default=False)
    schedule = models.TextField(null=True, blank=True)
    enabled = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), auto_now=True)

    class Meta:
        db_table = "site"
        ordering = ["slug"]
        # Not unique=True on the field: for a text that makes a second index, for LIKE.
        constraints = [
            models.UniqueConstraint(
                fields=["slug"], name="site_slug_key", violation_error_message="A site with this slug exists."
            )
        ]

    def __str__(self) -> str:
        return self.slug
