"""Addresses: the admin, and the files that it is drawn with."""

from __future__ import annotations

from pathlib import Path

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView
from django.views.static import serve

admin.site.site_header = admin.site.site_title = "Longline"
admin.site.index_title = "Sites, jobs and what they found"
admin.site.site_url = None

# The admin's own few style sheets come from Django's package, so that it looks the same under any server,
# with nothing to collect first.
ADMIN_FILES = Path(admin.__file__).parent / "static"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("static/<path:path>", serve, {"document_root": ADMIN_FILES}),
]
