"""The app's name."""

from __future__ import annotations

from django.apps import AppConfig


class SitesConfig(AppConfig):
    """Sites."""

    name = "control.sites"
    label = "sites"
