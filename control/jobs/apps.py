"""The app's name."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Jobs."""

    name = "control.jobs"
    label = "jobs"
