"""Results in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse

from control.readonly import LISTED, ReadOnlyAdmin, hexadecimal, link
from control.results.models import (
    Listing,
    Page,
    PageText,
    Posting,
    PostingGroup,
    PostingGroupMember,
    PostingVersion,
    Record,
    RejectedRecord,
)
from control.sites.models import Site
from pipelines.group_rows import SPLIT, UNDO
from schemas.addresses import normalize_url, url_sha256

NEWEST = f"The newest {LISTED:,} that match are listed."


class StatusFilter(admin.SimpleListFilter):
    """By the first digit: to list the statuses that occur, the whole table would be read."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002 - Django's
        """The choices."""
        return [("2", "2xx"), ("3", "3xx"), ("4", "4xx"), ("5", "5xx")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 - Django's
        """Pages of the chosen hundred."""
        value = self.value()
        if value is None or value not in "2345":
            return queryset
        return queryset.filter(status__gte=int(value) * 100, status__lt=int(value) * 100 + 100)


@admin.register(Page)
class PageAdmin(ReadOnlyAdmin):
    """Found by URL, by site, or from a job."""

    list_display = ("id", "url", "status", "body_bytes", "last_seen", "title")
    list_display_links = ("id", "url")
    list_filter = (StatusFilter,)
    list_select_related = False
    search_fields = ("site__slug",)
    search_help_text = f"A page's whole URL, or a site's slug. {NEWEST}"
    heavy = ("open_graph", "description")
    links = ("texts", "postings", "records")

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        """Pages of a URL, or of a site."""
        url = normalize_url(search_term)
        if url:
            # The index begins with the site: naming all of them is what makes it useful.
            return queryset.filter(site__in=Site.objects.order_by(), url_sha256=url_sha256(url)), False
        return (queryset.filter(site__slug=search_term.strip()) if search_term else queryset), False

    @admin.display(description="text")
    def texts(self, page: Page) -> str:
        """The way to the texts of a page's document."""
        digest = bytes(page.body_sha256).hex()
        return link(f"{reverse('admin:results_pagetext_changelist')}?q={digest}", "texts of this document")

    @admin.display(description="postings")
    def postings(self, page: Page) -> str:
        """The way to the postings that a page yielded."""
        return link(f"{reverse('admin:results_posting_changelist')}?page__id__exact={page.pk}", "postings of this page")

    @admin.display(description="records")
    def records(self, page: Page) -> str:
        """The way to what a spider of somebody's own made of a page."""
        return link(f"{reverse('admin:results_record_changelist')}?page__id__exact={page.pk}", "records of this page")


@admin.register(PageText)
class PageTextAdmin(ReadOnlyAdmin):
    """Found from a page."""

    list_display = ("id", hexadecimal("body_sha256"), "extractor")
    search_fields = ("extractor",)
    search_help_text = f"The document's SHA-256 in hexadecimal digits. {NEWEST}"
    heavy = ("markdown",)

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        """Texts of one document."""
        if not search_term:
            return queryset, False
        try:
            return queryset.filter(body_sha256=bytes.fromhex(search_term)), False
        except ValueError:
            return queryset.none(), False


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


@admin.register(PostingGroup)
class PostingGroupAdmin(ReadOnlyAdmin):
    """One job in several places; its members are split there."""

    list_display = ("id", "title", "created_at")
    list_display_links = ("id", "title")
    links = ("members",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With a title."""
        first = PostingGroupMember.objects.filter(group=OuterRef("pk")).order_by("posting_id")
        groups: QuerySet[Any] = super().get_queryset(request)
        titled: QuerySet[Any] = groups.annotate(first_title=Subquery(first.values("posting__title")[:1]))
        return titled

    @admin.display(description="title")
    def title(self, group: PostingGroup) -> str:
        """That of its first posting."""
        return str(getattr(group, "first_title", None) or "")

    @admin.display(description="members")
    def members(self, group: PostingGroup) -> str:
        """The way to its postings."""
        address = reverse("admin:results_postinggroupmember_changelist")
        return link(f"{address}?group__id__exact={group.pk}", "postings of this group")


@admin.register(PostingGroupMember)
class PostingGroupMemberAdmin(ReadOnlyAdmin):
    """Postings in groups: the one thing among results that people decide."""

    list_display = ("id", "group", "title", "company", "platform", "rule", "score", "split_at")
    list_display_links = ("id", "title")
    list_filter = ("rule", ("split_at", admin.EmptyFieldListFilter))
    list_select_related = ("posting", "group")
    search_fields = ("posting__title", "posting__company")
    search_help_text = f"Part of a title or company. {NEWEST}"
    heavy = tuple(f"posting__{name}" for name in PostingAdmin.heavy)
    actions = ("split", "undo")

    def has_split_permission(self, request: HttpRequest) -> bool:
        """Who may change memberships."""
        return request.user.has_perm("results.change_postinggroupmember")

    @admin.action(description="Split: take these out of their groups, for good", permissions=["split"])
    def split(self, request: HttpRequest, queryset: QuerySet[PostingGroupMember]) -> None:
        """No rule puts them back."""
        self._do(request, queryset, SPLIT, "taken out of their groups")

    @admin.action(description="Undo: put these back where they were split off", permissions=["split"])
    def undo(self, request: HttpRequest, queryset: QuerySet[PostingGroupMember]) -> None:
        """As they were."""
        self._do(request, queryset, UNDO, "put back")

    def _do(self, request: HttpRequest, chosen: QuerySet[PostingGroupMember], query: str, done: str) -> None:
        number = 0
        with connection.cursor() as cursor:
            for member in chosen.order_by("pk"):
                cursor.execute(query, {"postings": [member.posting_id], "group": member.group_id})
                number += cursor.rowcount
        self.message_user(request, f"{number} {done}.")

    @admin.display(description="title")
    def title(self, member: PostingGroupMember) -> str:
        """The posting's."""
        return member.posting.title

    @admin.display(description="company")
    def company(self, member: PostingGroupMember) -> str | None:
        """The posting's."""
        return member.posting.company

    @admin.display(description="platform")
    def platform(self, member: PostingGroupMember) -> str:
        """Where it was seen."""
        return f"{member.posting.platform} {member.posting.tenant}"


@admin.register(Record)
class RecordAdmin(ReadOnlyAdmin):
    """What spiders of people's own yielded; found by site, or from a page."""

    list_display = ("id", "site", "kind", "key", "last_seen")
    list_display_links = ("id", "key")
    list_select_related = ("site",)
    search_fields = ("site__slug",)
    search_help_text = f"A site's slug: for an ad-hoc one, the spider's name. {NEWEST}"
    heavy = ("data", "site__config")

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        """Records of a site."""
        return (queryset.filter(site__slug=search_term.strip()) if search_term else queryset), False


@admin.register(RejectedRecord)
class RejectedRecordAdmin(ReadOnlyAdmin):
    """What did not pass, and why."""

    list_display = ("id", "kind", "page", "reasons", "last_seen")
    list_select_related = ("page",)
    search_fields = ("kind",)
    search_help_text = f"A kind of record, or a part of the word. {NEWEST}"
    heavy = ("data", "page__open_graph", "page__description")

    @admin.display(description="problems")
    def reasons(self, record: RejectedRecord) -> str:
        """The first reasons of the refusal."""
        return "; ".join(f"{p.get('field', '')}: {p.get('problem', '')}" for p in record.problems[:3])
