"""Pages in the admin, and what was read from them that is no posting."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from control.readonly import NEWEST, ReadOnlyAdmin, hexadecimal, link
from control.results.models import (
    Page,
    PageText,
    Record,
    RejectedRecord,
)
from control.sites.models import Site
from schemas.addresses import normalize_url, url_sha256


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
