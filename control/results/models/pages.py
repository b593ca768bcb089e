"""Pages, and what was read from them that is no posting."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.db.models.functions import Now

from control.jobs.models import Job
from control.sites.models import Site


def fence() -> ArrayField[list[int], list[int]]:
    """(the job's sequence, the delivery), compared as PostgreSQL compares arrays. Default: older than any."""
    return ArrayField(models.BigIntegerField(), size=2, db_default=[0, 0])


class Page(models.Model):
    """One fetched document. Its bytes are at (``archive_uri``, ``archive_offset``, ``archive_length``)."""

    site = models.ForeignKey(Site, models.PROTECT, db_index=False, related_name="pages")
    url = models.TextField()
    url_sha256 = models.BinaryField()
    # Without an index: each crawl changes it, and no row could be updated without telling all indexes. A job's pages
    # are found by its site.
    job = models.ForeignKey(Job, models.PROTECT, db_index=False, related_name="pages")
    final_url = models.TextField()
    status = models.SmallIntegerField()
    content_type = models.TextField(db_default="")
    fetched_at = models.DateTimeField(db_default=Now())
    last_seen = models.DateTimeField(db_default=Now())
    tier = models.TextField(db_default="direct")
    body_sha256 = models.BinaryField()
    body_bytes = models.BigIntegerField()
    archive_uri = models.TextField()
    archive_offset = models.BigIntegerField()
    archive_length = models.BigIntegerField()
    etag = models.TextField(null=True)
    last_modified = models.TextField(null=True)
    title = models.TextField(null=True)
    description = models.TextField(null=True)
    language = models.TextField(null=True)
    canonical_url = models.TextField(null=True)
    open_graph = models.JSONField(db_default={})
    extractor = models.TextField(db_default="")
    extracts = ArrayField(models.TextField(), db_default=[])
    directives = ArrayField(models.TextField(), db_default=[])
    fence = fence()
    # What its answer turned out to be where it is no page: kind, by, evidence.
    verdict = models.JSONField(null=True)
    # What stood in its place since, while the row was kept: a verdict, its job, and where it is archived.
    wall = models.JSONField(null=True)

    class Meta:
        db_table = "page"
        indexes = [
            models.Index(fields=["body_sha256"], name="page_body_sha256"),
            # Rows move with their segment's records when an erasure writes it anew.
            models.Index(fields=["archive_uri"], name="page_archive_uri"),
            models.Index(KT("wall__archive_uri"), name="page_wall_archive_uri", condition=Q(wall__isnull=False)),
        ]
        constraints = [models.UniqueConstraint(fields=["site", "url_sha256"], name="page_site_url_key")]

    def __str__(self) -> str:
        return self.url


class PageText(models.Model):
    """The text of a document, as one version of the extractor read it; pages with the same bytes share it."""

    body_sha256 = models.BinaryField()
    extractor = models.TextField()
    markdown = models.TextField()

    class Meta:
        db_table = "page_text"
        # The admin cannot show a table whose primary key has two columns.
        constraints = [models.UniqueConstraint(fields=["body_sha256", "extractor"], name="page_text_key")]

    def __str__(self) -> str:
        return f"text of {bytes(self.body_sha256).hex()[:12]}"


class Record(models.Model):
    """An item that a spider of somebody's own yielded; one that comes again by its key replaces it."""

    site = models.ForeignKey(Site, models.PROTECT, db_index=False, related_name="records")
    kind = models.TextField()
    key = models.TextField()
    data = models.JSONField()
    page = models.ForeignKey(Page, models.CASCADE, null=True, related_name="records")
    first_seen = models.DateTimeField(db_default=Now())
    last_seen = models.DateTimeField(db_default=Now())
    fence = fence()

    class Meta:
        db_table = "record"
        constraints = [models.UniqueConstraint(fields=["site", "kind", "key"], name="record_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class RejectedRecord(models.Model):
    """A record that did not pass, with its reasons."""

    page = models.ForeignKey(Page, models.CASCADE, db_index=False, related_name="rejected_records")
    kind = models.TextField()
    data = models.JSONField()
    problems = models.JSONField(db_default=[])
    data_sha256 = models.BinaryField()
    first_seen = models.DateTimeField(db_default=Now())
    last_seen = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "rejected_record"
        constraints = [models.UniqueConstraint(fields=["page", "kind", "data_sha256"], name="rejected_record_key")]

    def __str__(self) -> str:
        return f"{self.kind} of page {self.page_id}"
