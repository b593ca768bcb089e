"""The table ``job``."""

from __future__ import annotations

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
    url = models.TextField()
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
