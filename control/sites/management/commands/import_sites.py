"""``manage.py import_sites FILE…``"""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from control.failures import REFUSED
from control.sites.services import import_configs
from control.sites.sites_file import SitesFileError, read_sites
from schemas.site import SiteConfig


def described_fields() -> str:
    """One line for each field of a site."""
    return "\n".join(f"  {name}: {field.description}" for name, field in SiteConfig.model_fields.items())


class Command(BaseCommand):
    """Makes and changes sites; all or none."""

    help = f"""Make and change sites from YAML files: all of them, or none if one is bad.

A file is a mapping of slugs to the fields of a site:

  acme:
    url: https://acme.example/careers
    max_pages: 500
    extract: [page, posting, text]
    expect: {{postings: 10}}

Sites that no file names stay as they are. The fields:

{described_fields()}"""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the lines of the help as they are."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE…"""
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path, help="A YAML file.")

    def handle(self, *_: Any, files: list[Path], **__: Any) -> None:
        """Exit status 2 with a line for each problem, else 0 with the counts."""
        try:
            configs = read_sites(files)
        except SitesFileError as error:
            self.stderr.write(str(error))
            raise SystemExit(REFUSED) from None
        done = import_configs(configs)
        self.stdout.write(f"{done.created} created, {done.updated} updated, {done.unchanged} unchanged.")
