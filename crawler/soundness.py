"""What ``scrapy doctor`` looks at: is each part reachable, sound and configured; if not, what to do."""

from __future__ import annotations

import asyncio
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version

from crawler import services
from crawler.fetch import chromium, impersonation
from crawler.fetch.browsers import OLD, data_age
from crawler.fetch.identity import with_contact
from crawler.fetch.proxy_list import ProxyList
from crawler.settings import USER_AGENT
from frontier import connection, memory
from pipelines import database, object_store
from schemas.environment import Environment, without_password

Check = Callable[[Environment], str]
OLDEST_POSTGRESQL = 14
SHOWN_PROXIES = 5


class UnwellError(RuntimeError):
    """A part answers, but is not as it must be."""


class MissedError(RuntimeError):
    """A part is not there, and crawls go without it."""


def examine(environment: Environment) -> Iterator[tuple[str, bool | None, str]]:
    """For each part its name, whether it is well (None: it is missing, and need not be there), and a sentence."""
    checks: dict[str, Check] = {
        "python": _python,
        "archive": _archive,
        "PostgreSQL": _postgresql,
        "Redis": _redis,
        "browser": _browser,
        "identity": _identity,
        "browser TLS": _impersonation,
        "proxies": _proxies,
    }
    for name, check in checks.items():
        try:
            yield name, True, check(environment)
        except MissedError as error:
            yield name, None, str(error)
        except (*services.CAUSES, services.NotReadyError, UnwellError) as error:
            yield name, False, str(error)


def _python(_: Environment) -> str:
    return f"{platform.python_version()}, Scrapy {version('scrapy')}, on {platform.system()} {platform.machine()}"


def _archive(environment: Environment) -> str:
    location = services.archive_location(environment)
    object_store.check(location)
    return f"{location.url} takes bytes"


def _postgresql(environment: Environment) -> str:
    url = services.attach(environment).database_url
    with database.connect(url) as session:
        server = session.info.server_version
        if server // 10_000 < OLDEST_POSTGRESQL:
            raise UnwellError(f"{without_password(url)} is too old: PostgreSQL {OLDEST_POSTGRESQL} or newer is needed.")
        due = database.migrations_due(session)
    state = "migrations are due: the next crawl applies them" if due else "the schema is up to date"
    return f"{server // 10_000}.{server % 10_000} at {without_password(url)}; {state}"


def _redis(environment: Environment) -> str:
    url = services.attach(environment).redis_url
    connection.check(url)
    memory.check(url)
    services.check_room(url)
    with connection.connect(url) as client:
        server = client.info("server")
    name = server.get("server_name", "redis")
    return f"{name} {server.get(f'{name}_version', server.get('redis_version'))} at {without_password(url)}"


def _proxies(environment: Environment) -> str:
    if environment.proxies is None:
        raise MissedError("none; requests go out directly")
    from crawler.fetch.proxy_check import check_all  # noqa: PLC0415 - most have no proxies

    listed = ProxyList(environment.proxies.get_secret_value())
    asyncio.run(listed.renew())
    failing = asyncio.run(check_all(listed.proxies))
    if failing:
        named = "; ".join(f"{proxy}: {reason}" for proxy, reason in list(failing.items())[:SHOWN_PROXIES])
        raise UnwellError(f"{len(failing)} of {len(listed.proxies)} do not work: {named}")
    return f"{len(listed.proxies)} answer, as far as can be seen without asking a site"


def _browser(_: Environment) -> str:
    found = asyncio.run(chromium.find())
    if found is None:
        raise MissedError(f"none; pages that need one are kept as they are fetched. {chromium.HOW_TO_GET_ONE}")
    return str(found)


def _identity(environment: Environment) -> str:
    name = with_contact(USER_AGENT, environment.contact)
    age = data_age(datetime.now(UTC).date())
    if age > OLD:
        raise MissedError(
            f"the data on browsers are {age.days} days old, and who uses what has changed since. "
            f"Update them: {sys.executable} -m pip install --upgrade fake-useragent"
        )
    if name is None:
        raise MissedError(f"{USER_AGENT}, and sites cannot tell whom to ask. Set LONGLINE_CONTACT to a URL or address.")
    return f"{name}; the data on browsers are {age.days} days old"


def _impersonation(_: Environment) -> str:
    if not impersonation.is_installed():
        raise MissedError(f"none; sites with impersonate: auto are refused. To get it: {impersonation.HOW_TO_GET_IT}")
    return impersonation.newest()
