#!/usr/bin/env python
"""Django's commands: ``python manage.py help`` lists them. Without DATABASE_URL they use Longline's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from control.failures import REFUSED, ManagementError, explained
from schemas.environment import read_environment


def main() -> int:
    """Run a command. The exit status: the command's own, or 2 with one sentence on stderr."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "control.settings")
    try:
        environment = read_environment()
        if environment.database_url is None:
            use_own_servers(environment.home)
        execute_from_command_line(sys.argv)
    except Exception as error:
        reason = explained(error)
        if reason is None:
            raise
        print(reason, file=sys.stderr)
        return REFUSED
    return 0


def use_own_servers(home: Path) -> None:
    """Start Longline's own servers, or join them, until this process ends; Django gets their PostgreSQL.

    Raises:
        ManagementError: they cannot be used.
    """
    from crawler.embedded import EmbeddedError, attach  # noqa: PLC0415 - not needed with a DATABASE_URL

    try:
        os.environ["DATABASE_URL"] = attach(home).database_url
    except EmbeddedError as error:
        raise ManagementError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
