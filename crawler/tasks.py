"""Celery's tasks: ``celery --app crawler.tasks worker``. Each reads one segment of the archive again.

Messages are JSON, and say which segment of which job; all else is in PostgreSQL. A message is acknowledged when its
segment is done: what a worker had that was killed comes again.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

from celery import Celery

from crawler.again_job import HeldError
from crawler.again_work import OUTAGES, read_segment
from crawler.services import CAUSES, attach
from pipelines.reread import Place
from schemas.environment import Environment, read_environment

QUEUE = "longline"
PASSING_SECONDS, RETRY_SECONDS = 30, 1
PASSING = (*OUTAGES, *CAUSES)


def make_app(environment: Environment) -> Any:
    """The application, on the broker that the environment names."""
    broker, limit = environment.celery_broker_url, environment.celery_task_time_limit
    made = Celery("longline", broker=broker.get_secret_value() if broker else None, set_as_current=False)
    made.conf.update(
        task_default_queue=QUEUE,
        task_serializer="json",
        result_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        # One whose time was up comes again, and is given up by its job after a few times.
        task_acks_on_failure_or_timeout=False,
        task_time_limit=limit,
        task_soft_time_limit=max(1, limit - max(1, limit // 10)),
        worker_prefetch_multiplier=1,
        # Memory that an extractor has lost goes with its process.
        worker_max_tasks_per_child=200,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        # With Redis as broker, what a worker had that died comes again after this time: when no task can run any more.
        broker_transport_options={"visibility_timeout": 2 * limit, "global_keyprefix": "longline:celery:"}
        if broker and broker.get_secret_value().startswith(("redis", "sentinel"))
        else {},
    )
    return made


def read(task: Any, job: str, uri: str) -> None:
    """Read a segment for a job. Twice is as good as once.

    While servers are away it is tried again without an end; the job counts other failures, and gives the segment up.
    """
    limit = task.app.conf.task_time_limit
    try:
        read_segment(_place(), UUID(job), uri, task.request.id, limit)
    except HeldError as error:
        raise task.retry(exc=error, countdown=min(error.seconds, limit)) from None
    except PASSING as error:
        raise task.retry(exc=error, countdown=PASSING_SECONDS) from error
    except Exception as error:
        raise task.retry(exc=error, countdown=RETRY_SECONDS) from error


app = make_app(read_environment())
read_task = app.task(bind=True, name="longline.read_segment", max_retries=None)(read)


def send(job: UUID, uris: Iterable[str]) -> None:
    """Hand segments of a job to whoever has them read."""
    with app.connection_for_write() as connection, app.amqp.Producer(connection) as producer:
        for uri in uris:
            read_task.apply_async([str(job), uri], producer=producer)


@cache
def _place() -> Place:
    """Where rows and bytes are; Longline's own servers are kept for as long as this process lives."""
    environment = read_environment()
    services = attach(environment)
    return Place(services.database_url, services.archive, environment.outage_seconds)
