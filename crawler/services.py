"""What a crawl needs before it starts: servers that answer, a schema that is up to date, a working archive."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

from crawler import embedded
from crawler.aside import run_aside
from crawler.fetch.proxy_list import ProxyList, ProxyListError
from frontier import connection, memory
from pipelines import database, object_store
from pipelines.failures import ArchiveError
from schemas.environment import BadEnvironmentError, Environment, without_password


class NotReadyError(RuntimeError):
    """Something that a crawl needs is missing or out of reach; nothing was started."""


@dataclass(frozen=True, slots=True)
class Services:
    """Where everything is."""

    database_url: str
    redis_url: str
    archive: object_store.ArchiveLocation
    embedded: bool
    """Whether PostgreSQL is Longline's own."""
    proxies: dict[str, Any] = field(default_factory=dict, repr=False)
    """What says through which proxies requests go out, in the words of Scrapy's settings."""
    times: dict[str, float] = field(default_factory=dict)
    """How long a crawl waits for this and that, in seconds, in the words of Scrapy's settings."""
    allows_private_addresses: bool = False
    contact: str | None = None

    def settings(self) -> dict[str, Any]:
        """The same in the words of Scrapy's settings."""
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            **self.archive.settings(),
            "LONGLINE_CONTACT": self.contact,
            **self.times,
            **self.proxies,
            # A spider may say so, too, by its custom_settings.
            **({"LONGLINE_ALLOW_PRIVATE_ADDRESSES": True} if self.allows_private_addresses else {}),
        }


CAUSES = (
    BadEnvironmentError,
    connection.RedisUnavailableError,
    memory.EvictingRedisError,
    database.DatabaseUnavailableError,
    embedded.EmbeddedError,
    ArchiveError,
    ProxyListError,
)


def prepare(environment: Environment) -> Services:
    """Reach or start the servers, migrate where that is due, and try the archive.

    Raises:
        NotReadyError: one sentence that names the variable at fault, and what to do.
    """
    try:
        # What is given is checked first: nothing is started where it cannot be reached.
        _check_given(environment)
        object_store.check(archive_location(environment))
        services = attach(environment)
        _migrate(services.database_url)
    except CAUSES as error:
        raise NotReadyError(str(error)) from error
    return services


def check_room(redis_url: str) -> None:
    """See that Redis takes a new job.

    Raises:
        NotReadyError: it is full, or cannot say it.
    """
    try:
        full = run_aside(_memory(redis_url)).full
    except CAUSES as error:
        raise NotReadyError(str(error)) from error
    if full:
        raise NotReadyError(f"REDIS_URL: {without_password(redis_url)} {full}")


async def _memory(redis_url: str) -> memory.Memory:
    server = connection.connect_async(redis_url)
    try:
        return await memory.read(server)
    finally:
        await server.aclose()


def attach(environment: Environment) -> Services:
    """The servers that the environment names; Longline's own where it names none."""
    given_database, given_redis = environment.database_url, environment.redis_url
    own = embedded.attach(environment.home) if given_database is None or given_redis is None else None
    return Services(
        database_url=given_database.get_secret_value() if given_database else own.database_url if own else "",
        redis_url=given_redis.get_secret_value() if given_redis else own.redis_url if own else "",
        archive=archive_location(environment),
        embedded=given_database is None,
        proxies=proxy_settings(environment),
        times={
            "LONGLINE_OUTAGE_SECONDS": environment.outage_seconds,
            "LONGLINE_LEASE_SECONDS": environment.lease_seconds,
            "LONGLINE_DRAIN_SECONDS": environment.drain_seconds,
        },
        contact=environment.contact,
        allows_private_addresses=environment.allow_private_addresses,
    )


def archive_location(environment: Environment) -> object_store.ArchiveLocation:
    """Where the environment puts the archive."""
    in_s3 = environment.archive.startswith("s3:")
    return object_store.ArchiveLocation(
        environment.archive,
        environment.archive_endpoint or (environment.aws_endpoint_url if in_s3 else None),
        environment.archive_region or environment.aws_region,
        environment.archive_path_style,
        environment.archive_encryption,
        environment.archive_kms_key,
        environment.archive_storage_class,
        environment.archive_tags,
        environment.archive_answer_seconds,
    )


def proxy_settings(environment: Environment) -> dict[str, Any]:
    """What the middlewares in ``crawler/fetch`` need that send requests through proxies."""
    settings: dict[str, Any] = {}
    if environment.proxies:
        settings["LONGLINE_PROXIES"] = environment.proxies.get_secret_value()
    if environment.smartproxy_apikey:
        settings["ZYTE_SMARTPROXY_ENABLED"] = True
        settings["ZYTE_SMARTPROXY_APIKEY"] = environment.smartproxy_apikey.get_secret_value()
        if environment.smartproxy_url:
            settings["ZYTE_SMARTPROXY_URL"] = environment.smartproxy_url
    return settings


def _check_given(environment: Environment) -> None:
    if environment.proxies:
        ProxyList(environment.proxies.get_secret_value())
    if environment.database_url:
        database.check(environment.database_url.get_secret_value())
    if environment.redis_url:
        connection.check(environment.redis_url.get_secret_value())
        memory.check(environment.redis_url.get_secret_value())


def _migrate(database_url: str) -> None:
    with database.connect(database_url) as session:
        if not database.migrations_due(session):
            return
    location = database.control_location()
    if location is None:
        raise NotReadyError(
            "The database needs migrations, but the package control is not here. Run: manage.py migrate"
        )
    # Django is slow to load: only where it has something to do, and in a process of its own. That finds the package
    # where we did, be it a folder or an egg, and nothing in the folder that we happen to be in.
    path = os.pathsep.join(filter(None, (str(location), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, "-P", "-m", "control.migrate"],
        env={**os.environ, "DATABASE_URL": database_url, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotReadyError(f"The database could not be migrated: {(done.stderr.strip() or done.stdout.strip())}")
