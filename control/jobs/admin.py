"""Jobs in the admin: crawls write them, people look."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse

from control.jobs.models import Job
from control.readonly import ReadOnlyAdmin, link


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Newest first."""

    list_display = ("sequence", "site", "state", "pages", "created_at", "completed_at", "error", "url")
    list_display_links = ("sequence",)
    list_filter = ("state",)
    list_select_related = ("site",)
    date_hierarchy = "created_at"
    search_fields = ("site__slug", "url")
    search_help_text = "Part of a site's slug or of a URL."
    ordering = ("-sequence",)
    sortable_by = ("sequence",)
    links = ("pages",)

    @admin.display(description="pages")
    def pages(self, job: Job) -> str:
        """The way to what the job fetched."""
        address = f"{reverse('admin:results_page_changelist')}?job__id__exact={job.pk}"
        return link(address, str(job.stats.get("pages", "pages")))
