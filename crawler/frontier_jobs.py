"""The jobs in Redis, as ``scrapy frontier`` shows them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from redis.asyncio import Redis, RedisCluster
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crawler.why_address import address, addresses_of, pace
from crawler.why_known import KnownJob
from crawler.why_words import count
from frontier.control import JobControl
from frontier.host_view import HostView
from frontier.jobs import Jobs
from frontier.shard_control import JobStatus

HOSTS_SHOWN = 3
SHORT_ID = 8
UNBOUNDED = 200
"""Columns of the table where nobody looks at a terminal."""
COLOURS = {"running": "cyan", "paused": "yellow", "cancelled": "yellow"}
COLUMNS = ("pending", "leased", "later", "seen", "dead")

Shared = dict[str, HostView]
"""Hosts that share the budget of their address, and how that is asked."""
Found = list[tuple[KnownJob, JobStatus, Shared]]


async def jobs_in_redis(server: Redis | RedisCluster, known: list[KnownJob]) -> Found:
    """Those of the jobs that Redis has, with what it has of them.

    Raises:
        RedisUnavailableError: it cannot be used now.
    """
    statuses = [(job, await JobControl(server, job.id).status()) for job in known]
    return [(job, status, await _shared(server, job, status)) for job, status in statuses if status]


async def _shared(server: Redis | RedisCluster, job: KnownJob, status: JobStatus) -> Shared:
    return await addresses_of(server, job, [host.host for host in status.hosts if host.pending])


async def workers_alive(server: Redis | RedisCluster) -> list[str]:
    """Names of processes that have said lately that they live.

    Raises:
        RedisUnavailableError: it cannot be used now.
    """
    return sorted(await Jobs(server).alive())


def plain(found: Found, workers: list[str]) -> dict[str, Any]:
    """For JSON."""
    return {"jobs": [_plain(*one) for one in found], "workers": workers}


def _plain(job: KnownJob, status: JobStatus, shared: Shared) -> dict[str, Any]:
    values = asdict(status)
    named = {"id": job.id, "site": job.site, "state": status.state.value, "max_pages": values.pop("limit")}
    named |= {name: value for name, value in values.items() if name not in {"state", "epoch"}}
    return named | {"addresses": {host: address(view) for host, view in shared.items()}}


def console() -> Console:
    """As wide as the terminal; wide enough for all where there is none."""
    terminal = Console(highlight=False)
    return terminal if terminal.is_terminal else Console(highlight=False, width=UNBOUNDED, soft_wrap=True)


def show(console: Console, found: Found, workers: list[str]) -> None:
    """A table, and who is alive."""
    if found:
        console.print(_table(found))
    else:
        console.print("No job is alive. Start one: scrapy crawl site -a url=https://example.com")
    names = f": {', '.join(workers)}" if workers else ""
    console.print(f"{count(len(workers), 'worker')} alive{escape(names)}")


def _table(found: Found) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("id", "site", "state"):
        table.add_column(name, no_wrap=True)
    for name in (*COLUMNS, "memory"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("hosts that wait", overflow="fold")
    for job, status, shared in found:
        numbers = (f"{getattr(status, name):,}" for name in COLUMNS)
        state = f"[{COLOURS[status.state]}]{status.state}[/]"
        site, hosts = escape(job.site), escape(_hosts(status, shared))
        # Commands take the beginning of an id.
        table.add_row(str(job.id)[:SHORT_ID], site, state, *numbers, _bytes(status.redis_bytes), hosts)
    return table


def _hosts(status: JobStatus, shared: Shared) -> str:
    waiting = [host for host in status.hosts if host.pending]
    shown = ", ".join(f"{host.host} {host.pending:,}" for host in waiting[:HOSTS_SHOWN])
    asked = {address(view): f"all at {address(view)} {pace(view)}" for view in shared.values()}
    as_one = f" ({'; '.join(list(asked.values())[:HOSTS_SHOWN])})" if asked else ""
    return shown + (", …" if len(waiting) > HOSTS_SHOWN else "") + as_one


def _bytes(number: int) -> str:
    for unit, name in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")):
        if number >= unit:
            return f"{number / unit:.1f} {name}"
    return f"{number} B"
