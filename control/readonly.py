"""What the admin's pages for results have in common: they are looked at, and their tables are huge."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import BinaryField, Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Model]
    AnyPaginator = Paginator[Model]
    Rows = QuerySet[Model]
else:
    ModelAdmin = admin.ModelAdmin
    AnyPaginator = Paginator

LISTED = 10_000
"""Rows that a list leads to. PostgreSQL counts by reading, and further pages are skipped by reading too."""
NEWEST = f"The newest {LISTED:,} that match are listed."


class BoundedPaginator(AnyPaginator):
    """The first ``LISTED`` rows."""

    @cached_property
    def count(self) -> int:
        """Rows, ``LISTED`` at most."""
        rows: Any = self.object_list
        return int(rows.order_by()[:LISTED].count())


class LightChangeList(ChangeList):
    """Leaves the admin's ``heavy`` columns unread."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: list[str | None] | None = None) -> Rows:
        """The rows to list."""
        return super().get_queryset(request, exclude_parameters).defer(*getattr(self.model_admin, "heavy", ()))


class ReadOnlyAdmin(ModelAdmin):
    """Every column but the ``hidden`` ones can be seen, none changed. Lists do without the ``heavy`` ones."""

    heavy: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    """Methods that show what a row leads to, below its columns."""

    ordering = ("-pk",)
    # By a column without an index, PostgreSQL would sort the whole table.
    sortable_by: ClassVar[tuple[str, ...]] = ()
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Crawls add rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's
        """Crawls change rows."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's
        """Nobody deletes rows here."""
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002 - Django's
        """Lists do without the heavy columns."""
        return LightChangeList

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:  # noqa: ARG002 - Django's
        """Every column, digests in hexadecimal, then the links."""
        columns = [column for column in self.opts.concrete_fields if column.name not in self.hidden]
        return [*(hexadecimal(c.name) if isinstance(c, BinaryField) else c.name for c in columns), *self.links]

    get_readonly_fields = get_fields


def hexadecimal(name: str) -> Callable[[Model], str]:
    """How the admin shows the digest in the column ``name``."""

    @admin.display(description=name.replace("_", " "))
    def shown(row: Model) -> str:
        return bytes(getattr(row, name)).hex()

    return shown


def link(url: str, text: str) -> str:
    """HTML of a link; both are escaped."""
    return format_html('<a href="{}">{}</a>', url, text)
