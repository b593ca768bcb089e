"""Postings: as they are and as they were, which are one job, and what proves that one is not there any more."""

from __future__ import annotations

from typing import get_args

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.db.models.functions import Now

from control.jobs.models import Job
from control.results.models.pages import Page, fence
from schemas.posting import Status, WorkplaceType

WORKPLACE_TYPES = list(get_args(WorkplaceType))
POSTING_STATUSES = list(get_args(Status))


class Posting(models.Model):
    """One job advertisement."""

    platform = models.TextField()
    tenant = models.TextField()
    source_id = models.TextField()
    page = models.ForeignKey(Page, models.CASCADE, related_name="postings")
    requisition_id = models.TextField(null=True)
    url = models.TextField()
    apply_url = models.TextField(null=True)
    title = models.TextField()
    company = models.TextField(null=True)
    locations = models.JSONField(db_default=[])
    workplace_type = models.TextField(null=True, choices=[(word, word) for word in WORKPLACE_TYPES])
    applicant_scope = models.JSONField(db_default=[])
    employment_types = ArrayField(models.TextField(), db_default=[])
    salary = models.JSONField(null=True)
    skills = models.JSONField(db_default=[])
    description_html = models.TextField(null=True)
    description_text = models.TextField(null=True)
    language = models.TextField(null=True)
    date_posted = models.DateTimeField(null=True)
    date_precision = models.TextField(null=True)
    valid_through = models.DateTimeField(null=True)
    status = models.TextField(choices=[(word, word) for word in POSTING_STATUSES], db_default="open")
    provenance = models.JSONField(db_default={})
    conflicts = models.JSONField(db_default=[])
    extractor = models.TextField(db_default="")
    content_sha256 = models.BinaryField()
    first_seen = models.DateTimeField(db_default=Now())
    last_seen = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    close_reason = models.TextField(null=True)
    # What shows that it is closed or expired.
    evidence = models.JSONField(null=True)
    # Its page is its own, and no list that names it.
    own_page = models.BooleanField(db_default=False)
    fence = fence()

    class Meta:
        db_table = "posting"
        indexes = [
            models.Index(fields=["status"], name="posting_status"),
            models.Index(fields=["last_seen"], name="posting_last_seen"),
            models.Index(
                KT("evidence__archive__uri"), name="posting_evidence_uri", condition=Q(evidence__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["platform", "tenant", "source_id"], name="posting_key"),
            models.CheckConstraint(condition=Q(status__in=POSTING_STATUSES), name="posting_status_check"),
            models.CheckConstraint(
                condition=Q(workplace_type__in=WORKPLACE_TYPES), name="posting_workplace_type_check"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PostingVersion(models.Model):
    """A posting as it was from ``seen_at`` on; a row is never changed. ``changed`` names the fields that differ."""

    posting = models.ForeignKey(Posting, models.CASCADE, db_index=False, related_name="versions")
    content_sha256 = models.BinaryField()
    seen_at = models.DateTimeField()
    data = models.JSONField()
    changed = ArrayField(models.TextField(), db_default=[])
    page = models.ForeignKey(Page, models.SET_NULL, null=True, related_name="posting_versions")
    archive_uri = models.TextField()
    archive_offset = models.BigIntegerField()
    archive_length = models.BigIntegerField()

    class Meta:
        db_table = "posting_version"
        indexes = [
            models.Index(fields=["archive_uri"], name="posting_version_archive_uri"),
            models.Index(
                KT("data__evidence__archive__uri"),
                name="posting_version_evidence_uri",
                condition=Q(data__has_key="evidence"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["posting", "content_sha256", "seen_at"], name="posting_version_key")
        ]

    def __str__(self) -> str:
        return f"{self.posting_id} at {self.seen_at}"


class PostingGroup(models.Model):
    """One job that is advertised in several places."""

    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "posting_group"

    def __str__(self) -> str:
        return f"group {self.pk}"


class PostingGroupMember(models.Model):
    """A posting of a group, by which rule, and how sure that is (0 to 1). One that was split off keeps its row."""

    group = models.ForeignKey(PostingGroup, models.CASCADE, db_index=False, related_name="members")
    posting = models.ForeignKey(Posting, models.CASCADE, related_name="groups")
    rule = models.TextField()
    score = models.FloatField()
    created_at = models.DateTimeField(db_default=Now())
    split_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "posting_group_member"
        constraints = [models.UniqueConstraint(fields=["group", "posting"], name="posting_group_member_key")]

    def __str__(self) -> str:
        return f"posting {self.posting_id} in group {self.group_id}"


class PostingSign(models.Model):
    """A number by which postings that may be the same job are found: of employer, title and town, or of an address."""

    pk = models.CompositePrimaryKey("posting_id", "sign")
    # The constraint is the migration's own: ON DELETE CASCADE in the database.
    posting = models.ForeignKey(Posting, models.CASCADE, db_index=False, db_constraint=False, related_name="signs")
    sign = models.BigIntegerField()

    class Meta:
        db_table = "posting_sign"
        # The newest of those with one sign are read, and no more.
        indexes = [models.Index(fields=["sign", "posting"], name="posting_sign_found")]

    def __str__(self) -> str:
        return f"{self.sign} of posting {self.posting_id}"


class PostingCompared(models.Model):
    """What a posting said when it was last compared with others, and by which version of the rules."""

    posting = models.OneToOneField(
        Posting, models.CASCADE, db_constraint=False, primary_key=True, related_name="compared"
    )
    content_sha256 = models.BinaryField()
    rules = models.SmallIntegerField()

    class Meta:
        db_table = "posting_compared"

    def __str__(self) -> str:
        return f"posting {self.posting_id}"


class Listing(models.Model):
    """What one job saw of one list of postings: how many it declares, how many it listed, and whether that is all."""

    job = models.ForeignKey(Job, models.CASCADE, db_index=False, related_name="listings")
    url = models.TextField()
    url_sha256 = models.BinaryField()
    platform = models.TextField(null=True)
    tenant = models.TextField(null=True)
    declared_total = models.BigIntegerField(null=True)
    listed = models.BigIntegerField(db_default=0)
    complete = models.BooleanField(db_default=False)
    problems = ArrayField(models.TextField(), db_default=[])
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "listing"
        indexes = [models.Index(fields=["platform", "tenant", "url_sha256"], name="listing_board")]
        constraints = [models.UniqueConstraint(fields=["job", "url_sha256"], name="listing_key")]

    def __str__(self) -> str:
        return self.url
