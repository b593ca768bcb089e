"""What commands that look at stored data share."""

from __future__ import annotations

import argparse
import sys
from abc import abstractmethod
from typing import TYPE_CHECKING
from uuid import UUID

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

if TYPE_CHECKING:
    import psycopg

    from crawler.services import Services
    from pipelines.database import Row

FAILURE, USAGE = 1, 2


class NothingFoundError(LookupError):
    """What was asked for is not there."""


class DatabaseCommand(ScrapyCommand):
    """Reaches the servers, then does its ``work``.

    Exit status: 0; 1 nothing found, or not done; 2 wrong usage or configuration.
    """

    requires_project = True
    requires_crawler_process = False
    services: Services
    connection: psycopg.Connection[Row]

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Have the work done, and turn what stops it into one sentence and a status."""
        import psycopg

        from crawler.services import NotReadyError, prepare
        from pipelines import database
        from pipelines.failures import ArchiveError
        from pipelines.refusals import first_line
        from schemas.environment import BadEnvironmentError, read_environment

        try:
            self.services = prepare(read_environment())
            with database.connect(self.services.database_url) as self.connection:
                self.work(args, opts)
        except NothingFoundError as error:
            self._end(error, FAILURE)
        except psycopg.Error as error:
            self._end(f"PostgreSQL did not do it: {first_line(error)}.", FAILURE)
        except KeyboardInterrupt:
            self._end("Stopped before it was done.", FAILURE)
        except (NotReadyError, BadEnvironmentError, database.DatabaseUnavailableError, ArchiveError) as error:
            self._end(error, USAGE)

    def _end(self, error: object, status: int) -> None:
        print(error, file=sys.stderr)
        self.exitcode = status

    @abstractmethod
    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """What the command does, with ``services`` and ``connection`` at hand.

        Raises:
            UsageError, NothingFoundError: with one sentence.
        """


def read_job_id(text: str | None) -> UUID | None:
    """What stands after ``--job``, if anything does.

    Raises:
        UsageError: it is no id.
    """
    try:
        return UUID(text) if text else None
    except ValueError:
        raise UsageError(f"--job {text}: it takes a job's id. See: scrapy jobs", print_help=False) from None
