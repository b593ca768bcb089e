"""The app's name."""

from __future__ import annotations

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    """Results."""

    name = "control.results"
    label = "results"
