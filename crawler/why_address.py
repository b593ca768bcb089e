"""Which of a job's hosts share the budget of their address, and how that is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

from crawler.address_book import resolve
from crawler.why_known import KnownJob
from crawler.why_words import count, duration
from frontier.control import JobControl
from frontier.host_view import HostView, host_views
from schemas.redis_keys import address_name, address_named


async def addresses_of(server: Any, job: KnownJob, hosts: Collection[str]) -> dict[str, HostView]:
    """The hosts whose address is asked as one by workers of the job, and how.

    Raises:
        RedisUnavailableError: Redis cannot be used now.
    """
    # A spider of somebody's own may say it in its settings, which nobody else knows.
    if job.ended or not (job.own or job.config.polite_to == "address"):
        return {}
    found = dict(zip(hosts, await asyncio.gather(*map(resolve, hosts)), strict=True))
    views = await host_views(server, {address_name(address) for address in found.values() if address})
    members = await JobControl(server, job.id).members()
    theirs = {name: view for name, view in views.items() if members & {*view.holders, *view.waiting}}
    names = {host: address_name(address) for host, address in found.items()}
    return {host: theirs[name] for host, name in names.items() if name in theirs}


def address(view: HostView) -> str:
    """As people write it."""
    return address_named(view.host)


def pace(view: HostView) -> str:
    """How it is asked: ``every 0.2 s by worker@…``."""
    often = f"every {duration(view.delay)}" if view.delay else f"{view.concurrency} at once"
    if not view.holders:
        return often
    return f"{often} by {view.holders[0] if len(view.holders) == 1 else count(len(view.holders), 'worker')}"
