"""Groups of postings in the admin, where people take them apart."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse

from control.readonly import NEWEST, ReadOnlyAdmin, link
from control.results.admin.postings import PostingAdmin
from control.results.models import (
    PostingGroup,
    PostingGroupMember,
)
from pipelines.group_rows import SPLIT, UNDO


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
