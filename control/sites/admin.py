"""Sites in the admin: the one table that people write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse

from control.jobs.models import Job
from control.readonly import link
from control.sites.forms import SiteForm
from control.sites.models import Site
from control.sites.services import has_results

if TYPE_CHECKING:
    SiteModelAdmin = admin.ModelAdmin[Site]
else:
    SiteModelAdmin = admin.ModelAdmin


@admin.register(Site)
class SiteAdmin(SiteModelAdmin):
    """Each field of the configuration has a field of its own."""

    form = SiteForm
    list_display = ("slug", "url", "ad_hoc", "last_job", "updated_at")
    list_filter = ("ad_hoc",)
    search_fields = ("slug", "config__url")
    search_help_text = "Part of a slug or a URL."
    sortable_by = ("slug", "updated_at")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Site]:
        """With the state of each site's newest job."""
        newest = Job.objects.filter(site=OuterRef("pk")).order_by("-created_at")
        return super().get_queryset(request).annotate(newest_state=Subquery(newest.values("state")[:1]))

    def get_readonly_fields(self, request: HttpRequest, obj: Site | None = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's
        """What crawls and the database fill in."""
        return ("ad_hoc", "created_at", "updated_at") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Site | None = None) -> bool:
        """A site that was crawled stays: its rows refer to it."""
        return super().has_delete_permission(request, obj) and not (obj and has_results(obj))

    def save_model(self, request: HttpRequest, obj: Site, form: Form, change: bool) -> None:
        """A site that somebody has configured is no longer ad hoc."""
        obj.ad_hoc = False
        super().save_model(request, obj, form, change)

    @admin.display(description="URL")
    def url(self, site: Site) -> Any:
        """Where the crawl starts."""
        return site.config.get("url")

    @admin.display(description="newest job")
    def last_job(self, site: Site) -> str:
        """Its state, and the way to all of them."""
        state = getattr(site, "newest_state", None)
        return link(f"{reverse('admin:jobs_job_changelist')}?site__id__exact={site.pk}", state) if state else ""
