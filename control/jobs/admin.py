"""Jobs in the admin: crawls write them, people look."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from control.jobs.models import DeadRequest, Job
from control.readonly import LISTED, ReadOnlyAdmin, link
from schemas.addresses import normalize_url, url_sha256


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Newest first."""

    list_display = ("sequence", "site", "state", "pages", "created_at", "completed_at", "error", "url")
    list_display_links = ("sequence",)
    list_filter = ("state",)
    heavy = ("config",)
    list_select_related = ("site",)
    date_hierarchy = "created_at"
    search_fields = ("site__slug", "url")
    search_help_text = "Part of a site's slug or of a URL."
    ordering = ("-sequence",)
    sortable_by = ("sequence",)
    links = ("pages", "dead_requests")

    @admin.display(description="pages")
    def pages(self, job: Job) -> str:
        """The way to what the job fetched."""
        of_job = f"site__id__exact={job.site_id}&job__id__exact={job.pk}"
        address = f"{reverse('admin:results_page_changelist')}?{of_job}"
        return link(address, str(job.stats.get("pages", "pages")))

    @admin.display(description="dead requests")
    def dead_requests(self, job: Job) -> str:
        """The way to what the job asked for in vain."""
        return link(
            f"{reverse('admin:jobs_deadrequest_changelist')}?job__id__exact={job.pk}", "requests that it gave up"
        )


@admin.register(DeadRequest)
class DeadRequestAdmin(ReadOnlyAdmin):
    """Requests that were given up; found from a job, by its site, or by their URL."""

    list_display = ("id", "url", "cause", "attempts", "died_at", "job")
    list_display_links = ("id", "url")
    list_select_related = ("job",)
    search_fields = ("job__site__slug",)
    search_help_text = f"A whole URL, or a site's slug. The newest {LISTED:,} that match are listed."
    heavy = ("errors", "payload", "job__stats", "job__error", "job__config")
    # Its headers may hold a password.
    hidden = ("payload",)

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        """Requests of a URL, or of a site's jobs."""
        if not search_term:
            return queryset, False
        url = normalize_url(search_term)
        if url:
            # The index begins with the job: naming all of them is what makes it useful.
            return queryset.filter(job__in=Job.objects.values("id"), url_sha256=url_sha256(url)), False
        return queryset.filter(job__site__slug=search_term.strip()), False
