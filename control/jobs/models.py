"""The table ``job``; of its requests ``dead_request`` and ``waiting_request``; of its segments ``job_segment``."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Now

from control.sites.models import Site
from schemas.job import JobState

STATES = [state.value for state in JobState]
NEXT_IN_SEQUENCE = Func(Value("job_sequence_seq"), function="nextval", output_field=models.BigIntegerField())


class Job(models.Model):
    """One crawl of one site. ``sequence`` grows from job to job, and orders what they write."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    sequence = models.BigIntegerField(unique=True, db_default=NEXT_IN_SEQUENCE, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, db_index=False, related_name="jobs")
    # What a spider of somebody's own asks for first may not be known.
    url = models.TextField(null=True)
    # With what it was started with; older jobs have none.
    config = models.JSONField(null=True)
    mode = models.TextField(db_default="default")
    owner = models.TextField(null=True)
    state = models.TextField(choices=[(state, state) for state in STATES], db_default=JobState.PENDING.value)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    stats = models.JSONField(db_default={})
    error = models.TextField(null=True)

    class Meta:
        db_table = "job"
        ordering = ["-sequence"]
        indexes = [models.Index(fields=["site", "-created_at"], name="job_newest_of_site")]
        constraints = [models.CheckConstraint(condition=Q(state__in=STATES), name="job_state_check")]

    def __str__(self) -> str:
        return f"job {self.sequence}"


class DeadRequest(models.Model):
    """A request that nobody will try again, with what went wrong at each try."""

    job = models.ForeignKey(Job, models.CASCADE, db_index=False, related_name="dead_requests")
    url = models.TextField()
    url_sha256 = models.BinaryField()
    cause = models.TextField()
    attempts = models.IntegerField(db_default=1)
    errors = models.JSONField(db_default=[])
    payload = models.BinaryField(null=True)
    died_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "dead_request"
        constraints = [models.UniqueConstraint(fields=["job", "url_sha256"], name="dead_request_key")]

    def __str__(self) -> str:
        return self.url


class WaitingRequest(models.Model):
    """A request for which Redis has no room. Higher priorities leave first, and the oldest of each."""

    job = models.ForeignKey(Job, models.CASCADE, db_index=False, related_name="waiting_requests")
    payload = models.BinaryField()
    host = models.TextField()
    priority = models.BigIntegerField(db_default=0)
    fingerprint = models.BigIntegerField(null=True)
    page = models.BooleanField(db_default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "waiting_request"
        indexes = [models.Index(fields=["job", "-priority", "id"], name="waiting_request_order")]
        constraints = [models.UniqueConstraint(fields=["job", "fingerprint"], name="waiting_request_key")]

    def __str__(self) -> str:
        return f"request for {self.host}"


class JobSegment(models.Model):
    """A segment of the archive that a job of mode ``archive`` reads, once, and the pages whose bytes it wants of it.

    ``claimed_by`` has it until ``claimed_until``. ``missing``: postings that were not found again.
    """

    job = models.ForeignKey(Job, models.CASCADE, db_index=False, related_name="segments")
    uri = models.TextField()
    page_ids = ArrayField(models.BigIntegerField())
    attempts = models.SmallIntegerField(db_default=0)
    claimed_by = models.TextField(null=True)
    claimed_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    missing = ArrayField(models.BigIntegerField(), db_default=[])

    class Meta:
        db_table = "job_segment"
        constraints = [models.UniqueConstraint(fields=["job", "uri"], name="job_segment_key")]

    def __str__(self) -> str:
        return self.uri


class ArchiveMove(models.Model):
    """A segment that an erasure writes anew. The row goes with one of both objects: the old one where ``moved``."""

    old_uri = models.TextField()
    new_uri = models.TextField()
    moved = models.BooleanField(db_default=False)

    class Meta:
        db_table = "archive_move"

    def __str__(self) -> str:
        return self.old_uri
