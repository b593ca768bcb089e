"""``scrapy crawl archive``, as its command calls it: what was typed, the servers, and what refuses it."""

from __future__ import annotations

import psycopg

from crawler.again_arguments import AgainArguments, read_arguments
from crawler.again_run import AgainRun, Elsewhere
from crawler.arguments import ArgumentError
from crawler.run import console
from crawler.services import NotReadyError, prepare
from crawler.site_lock import SiteBusyError
from pipelines.database import DatabaseUnavailableError
from pipelines.failures import StorageError
from pipelines.outage import OutageError
from pipelines.refusals import first_line
from schemas.environment import BadEnvironmentError, Environment, read_environment

FAILURE, USAGE = 1, 2


class RefusedError(RuntimeError):
    """It did not start, or could not go on; ``status``: that of the process."""

    def __init__(self, reason: object, status: int) -> None:
        super().__init__(f"{str(reason).removesuffix('.')}.")
        self.status = status


def again(values: dict[str, str], *, dry_run: bool, as_json: bool, quiet: bool, log_level: str) -> int:
    """Extract again what was asked for, to its end.

    Returns:
        The exit status: 0 where each job was completed, else 1.

    Raises:
        RefusedError: with one sentence.
    """
    try:
        asked = read_arguments(values, dry_run=dry_run)
        if as_json and not asked.dry_run:
            raise ArgumentError("--json is for --dry-run. For a job's row: scrapy jobs ID --json")
        environment = read_environment()
        celery = _celery(asked, environment)
        services = prepare(environment)
    except (ArgumentError, BadEnvironmentError, NotReadyError) as error:
        raise RefusedError(error, USAGE) from None
    try:
        return AgainRun(asked, services, console(quiet=quiet), celery, as_json, log_level).run()
    except ArgumentError as error:
        raise RefusedError(error, USAGE) from None
    except (SiteBusyError, DatabaseUnavailableError, StorageError, OutageError, psycopg.Error) as error:
        raise RefusedError(first_line(error), FAILURE) from None
    except KeyboardInterrupt:
        raise RefusedError("Stopped before it was done", FAILURE) from None


def _celery(asked: AgainArguments, environment: Environment) -> Elsewhere | None:
    """How segments reach Celery's workers; None where this command reads them."""
    if not asked.celery:
        return None
    if environment.celery_broker_url is None:
        raise ArgumentError("-a celery=true: CELERY_BROKER_URL is not set. Name a Redis or RabbitMQ that has workers.")
    try:
        from crawler.tasks import send  # noqa: PLC0415 - Celery is slow to load, and not everywhere
    except ModuleNotFoundError as error:
        if error.name != "celery":
            raise
        raise ArgumentError("-a celery=true: Celery is not installed. Run: pip install 'celery[redis]'") from None
    return Elsewhere(send, 3 * environment.celery_task_time_limit)
