"""``manage.py export_sites [SLUG…] [--to FILE]``"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from control.failures import REFUSED, ManagementError
from control.sites.services import StoredConfigError, UnknownSiteError, export_configs
from control.sites.sites_file import sites_text


class Command(BaseCommand):
    """Writes sites as ``import_sites`` reads them."""

    help = (
        "Write sites as YAML, as import_sites reads it: a mapping of slugs to the fields that differ "
        "from their defaults. Without a SLUG: all sites but those that a crawl of a bare URL has made."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """[SLUG…] [--to FILE]"""
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="A site.")
        parser.add_argument("--to", metavar="FILE", type=Path, help="The file to write. Without: standard output.")

    def handle(self, *_: Any, slugs: list[str], to: Path | None, **__: Any) -> None:
        """Exit status 2 with one sentence where a site is unknown or FILE cannot be written, else 0."""
        try:
            self._write(sites_text(export_configs(slugs)), to)
        except (UnknownSiteError, StoredConfigError, ManagementError) as error:
            self.stderr.write(str(error))
            raise SystemExit(REFUSED) from None

    def _write(self, text: str, to: Path | None) -> None:
        if to is None:
            self.stdout.write(text, ending="")
            return
        try:
            to.write_text(text, encoding="utf-8")
        except OSError as error:
            raise ManagementError(f"{to} cannot be written: {error.strerror}.") from error
