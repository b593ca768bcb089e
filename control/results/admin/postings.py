"""Postings in the admin: as they are and as they were, and what proves that one is gone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from control.readonly import NEWEST, ReadOnlyAdmin, link
from control.results.models import (
    Listing,
    Posting,
    PostingVersion,
)


@admin.register(Posting)
class PostingAdmin(ReadOnlyAdmin):
    """Found by words of their title or company, or from a page."""

    list_display = ("id", "title", "company", "platform", "status", "workplace_type", "date_posted", "last_seen")
    list_display_links = ("id", "title")
    list_filter = ("status", "workplace_type")
    list_select_related = False
    search_fields = ("title", "company")
    search_help_text = f"Part of a title or company. {NEWEST}"
    heavy = (
        "locations",
        "applicant_scope",
        "salary",
        "skills",
        "description_html",
        "description_text",
        "provenance",
        "conflicts",
        "evidence",
    )
    links = ("versions",)

    @admin.display(description="versions")
    def versions(self, posting: Posting) -> str:
        """The way to what became of it."""
        return link(f"{reverse('admin:results_postingversion_changelist')}?q={posting.pk}", "versions of this posting")


@admin.register(PostingVersion)
class PostingVersionAdmin(ReadOnlyAdmin):
    """What became of a posting; found from it, or by its number."""

    list_display = ("id", "posting", "seen_at", "changes", "status")
    list_display_links = ("id", "posting")
    list_select_related = ("posting",)
    search_fields = ("posting__id",)
    search_help_text = f"A posting's number. {NEWEST}"
    heavy = tuple(f"posting__{name}" for name in PostingAdmin.heavy)

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        """Versions of one posting."""
        if not search_term:
            return queryset, False
        number = search_term.strip()
        found = number.isascii() and number.isdigit() and len(number) < len(str(2**63))
        return (queryset.filter(posting_id=int(number)) if found else queryset.none()), False

    @admin.display(description="changed")
    def changes(self, version: PostingVersion) -> str:
        """The fields that changed."""
        return ", ".join(version.changed) or "first seen"

    @admin.display(description="status")
    def status(self, version: PostingVersion) -> str:
        """Its state, and why."""
        reason = version.data.get("close_reason")
        return f"{version.data.get('status', '')}{f' ({reason})' if reason else ''}"


@admin.register(Listing)
class ListingAdmin(ReadOnlyAdmin):
    """What jobs saw of lists of postings, and what speaks against it; found by tenant, or from a job."""

    list_display = ("id", "platform", "tenant", "seen_at", "declared_total", "listed", "complete", "reasons")
    list_display_links = ("id", "tenant")
    list_filter = ("complete",)
    list_select_related = False
    search_fields = ("tenant",)
    search_help_text = f"A tenant of a platform, or a host. {NEWEST}"

    @admin.display(description="problems")
    def reasons(self, listing: Listing) -> str:
        """Why it is no proof."""
        return " ".join(listing.problems)
