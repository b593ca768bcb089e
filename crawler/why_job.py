"""What holds a job back, the most important first: only what Redis, PostgreSQL and the workers say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from crawler.failures import BUDGET_SPENT
from crawler.why_address import address, addresses_of, pace
from crawler.why_known import KnownJob
from crawler.why_words import Answer, clock, count, duration, named, sentence
from frontier.control import JobControl
from frontier.host_view import HostView, host_views
from frontier.inspection import Holding
from frontier.jobs import SILENCE_SECONDS, Jobs, serves_all
from frontier.model import JobCommand
from frontier.notes import Note, notes_of
from frontier.shard_control import JobStatus

BUSY = 0.9
"""The part of a core from which on a worker has no more to give: its event loop runs on one."""
SHOWN = 3
"""Hosts that are named."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job in Redis at one moment, by the server's clock.

    Args:
        workers: those that live and work on it.
        others: those that live, and serve whatever jobs there are.
        hosts: how its hosts are asked.
        addresses: hosts that share the budget of their address, and how that is asked.
        notes: what its workers say.
        first_due: when the first of the later requests may go out.
        unpaid: requests for which the job's budget had nothing left.
    """

    known: KnownJob
    status: JobStatus
    now: float
    workers: list[str]
    others: list[str]
    holdings: list[Holding]
    hosts: dict[str, HostView]
    addresses: dict[str, HostView]
    notes: dict[str, Note]
    first_due: float | None
    unpaid: int


async def look(server: Any, known: KnownJob) -> Job | None:
    """None where Redis does not know the job."""
    control = JobControl(server, known.id)
    status = await control.status()
    if status is None:
        return None
    alive, members = await Jobs(server).alive(), await control.members()
    workers = [name for name in alive if name in members]
    return Job(
        known=known,
        status=status,
        now=await control.now(),
        workers=workers,
        others=[name for name in alive if name not in members and serves_all(name)],
        holdings=await control.holdings(),
        hosts=await host_views(server, [host.host for host in status.hosts]),
        addresses=await addresses_of(server, known, [host.host for host in status.hosts]),
        notes=await notes_of(server, workers),
        first_due=await control.first_due(),
        unpaid=(await control.failures()).get(BUDGET_SPENT, (0, ""))[0],
    )


async def holds(server: Any, known: KnownJob) -> list[Answer]:
    """What holds it back; at least one answer."""
    if known.ended:
        why = f" {known.error}" if known.error else ""
        return [_answer(known, known.state.value, f"The job is {known.state.value}.{why}")]
    job = await look(server, known)
    if job is None:
        text = "Redis has nothing of the job: it ends or begins just now, or its data are lost, or its processes died."
        return [_answer(known, "gone", text)]
    found = [answer for rule in RULES for answer in rule(job)]
    return found or [_nothing(job)]


def _answer(known: KnownJob, what: str, text: str, **facts: Any) -> Answer:
    return Answer(known.id, known.site, what, sentence(text), facts)


def _told(job: Job) -> Iterator[Answer]:
    """What somebody has told it."""
    leased = count(job.status.leased, "request")
    if job.status.state is JobCommand.PAUSED:
        text = f"It is paused, with {count(job.status.pending, 'request')} that wait. To go on: scrapy frontier resume"
        yield _answer(job.known, "paused", f"{text} {job.known.id}")
    elif job.status.state is JobCommand.CANCELLED:
        yield _answer(job.known, "cancelled", f"It is cancelled, and ends when {leased} under way have ended")


def _nobody(job: Job) -> Iterator[Answer]:
    if job.workers:
        return
    if job.others:
        text = f"None of the {count(len(job.others), 'worker')} that live works on it, as far as Redis was told"
    else:
        text = f"Nobody works on it: no worker has been heard of for {duration(SILENCE_SECONDS)}"
    yield _answer(job.known, "no workers", f"{text}. To have one: scrapy crawl worker", others=job.others)


def _away(job: Job) -> Iterator[Answer]:
    """Servers that workers wait for."""
    servers = {name for note in job.notes.values() for name in note.away}
    for server in sorted(servers):
        waiting = {worker: note.away[server] for worker, note in job.notes.items() if server in note.away}
        who = f"{len(waiting)} of {count(len(job.workers), 'worker')}"
        text = f"{who} cannot reach {server}, for {duration(max(waiting.values()))} now, and what is fetched waits"
        yield _answer(job.known, "away", text, server=server, workers=sorted(waiting))


def _silent(job: Job) -> Iterator[Answer]:
    """Leases of those who are not heard of."""
    for holding in job.holdings:
        if holding.worker in job.workers:
            continue
        left = f"in {duration(holding.until - job.now)}" if holding.until else "at once, since Redis was started again"
        leases = count(holding.leases, "request")
        text = f"The worker {holding.worker} is silent, and has {leases}: the first comes back {left}"
        yield _answer(job.known, "silent worker", text, worker=holding.worker, leases=holding.leases)


def _full(job: Job) -> Iterator[Answer]:
    limit, status = job.status.limit, job.status
    if limit and status.admitted >= limit and status.pending:
        text = f"It has all its {count(limit, 'page')}, and ends when {count(status.leased, 'request')} under way have"
        yield _answer(job.known, "max_pages", f"{text} ended; {status.pending:,} that wait are not asked for")


def _put_off(job: Job) -> Iterator[Answer]:
    """Hosts that have asked to be asked less."""
    hosts = [host for host in job.status.hosts if host.host in job.hosts and job.hosts[host.host].penalty]
    if not hosts:
        return
    words = [f"{host.host} by {duration(job.hosts[host.host].penalty)}" for host in hosts]
    text = f"Hosts have put us off, by 429, 503 or Retry-After: {named(words)} between two requests"
    yield _answer(job.known, "put off", text, hosts={host.host: job.hosts[host.host].penalty for host in hosts})


def _shared(job: Job) -> Iterator[Answer]:
    """Hosts at one address that wait for one another."""
    waiting = {host.host: host.pending for host in job.status.hosts if host.pending and host.host in job.addresses}
    for view in {job.addresses[host].host: job.addresses[host] for host in waiting}.values():
        hosts = [host for host in waiting if job.addresses[host] is view]
        left = sum(waiting[host] for host in hosts)
        if job.status.state is not JobCommand.RUNNING or (len(hosts) == 1 and not view.delay):
            continue
        who = f"{count(len(hosts), 'host')} at {address(view)} ({named(hosts, SHOWN)})"
        takes = f", which takes {duration(left * view.delay)}" if view.delay else ""
        text = f"{who} share one budget, with {count(left, 'request')} that wait: they are asked {pace(view)}{takes}"
        yield _answer(job.known, "address", text, address=address(view), hosts=hosts, delay=view.delay)


def _delays(job: Job) -> Iterator[Answer]:
    """Where each host that has something to be asked for waits for its delay."""
    waiting = [host for host in job.status.hosts if host.pending]
    delays = {host.host: job.hosts[host.host].delay for host in waiting if host.host in job.hosts}
    if not waiting or len(delays) < len(waiting) or not all(delays.values()) or job.status.state != JobCommand.RUNNING:
        return
    left = {host.host: host.pending * delays[host.host] for host in waiting}
    slowest = sorted(waiting, key=lambda host: -left[host.host])
    words = [
        f"{host.host} is asked every {duration(delays[host.host])}, and its {count(host.pending, 'request')} take "
        f"{duration(left[host.host])}"
        for host in slowest
    ]
    first = "Its host waits for its delay" if len(words) == 1 else f"All {len(words)} hosts wait for their delays"
    why = f"The site's config asks for {duration(job.known.config.delay)}; robots.txt or another job may ask for more"
    text = f"{first}: {named(words, SHOWN)}. {why}"
    yield _answer(job.known, "host delay", text, hosts=delays, seconds_left=max(left.values()))


def _later(job: Job) -> Iterator[Answer]:
    if job.status.later and not job.status.pending and job.first_due is not None:
        left = duration(job.first_due - job.now)
        text = f"All that is left waits for its time: {count(job.status.later, 'request')}, the first until"
        yield _answer(job.known, "later", f"{text} {clock(job.first_due)}, which is in {left}", due=job.first_due)


def _of_workers(what: str, text: str, holds_up: Callable[[Note], bool]) -> Callable[[Job], Iterator[Answer]]:
    """A rule about what workers say; ``text`` ends the sentence."""

    def rule(job: Job) -> Iterator[Answer]:
        held = sorted(worker for worker, note in job.notes.items() if holds_up(note))
        if held:
            who = f"{len(held)} of {count(len(job.workers), 'worker')}"
            yield _answer(job.known, what, f"{who} {text}", workers=held)

    return rule


def _proxyless(job: Job) -> Iterator[Answer]:
    held = {worker: note for worker, note in job.notes.items() if note.proxyless}
    if held:
        why = next((f" {note.proxies}" for note in held.values() if note.proxies), "")
        who = f"{len(held)} of {count(len(job.workers), 'worker')}"
        text = f"{who} have requests that wait for a proxy that works.{why}"
        yield _answer(job.known, "proxies", text, workers=sorted(held))


def _unpaid(job: Job) -> Iterator[Answer]:
    """It goes on, by tiers that cost nothing."""
    if job.unpaid:
        text = (
            f"Its budget of {job.known.config.budget} is spent: blocked pages stay blocked, {job.unpaid:,} so far, and"
        )
        yield _answer(job.known, "budget", f"{text} only tiers that cost nothing are used", unpaid=job.unpaid)


def _nothing(job: Job) -> Answer:
    status = job.status
    if not (status.pending or status.later or status.leased):
        return _answer(job.known, "ending", "Nothing is left to do: a worker is about to end it")
    waiting = f"{count(status.pending, 'request')} wait, {status.leased:,} are under way"
    text = f"Nothing holds it back: {waiting}, with {count(len(job.workers), 'worker')}"
    return _answer(job.known, "nothing", text, pending=status.pending, leased=status.leased)


RULES: tuple[Callable[[Job], Iterator[Answer]], ...] = (
    _told,
    _nobody,
    _away,
    _silent,
    _full,
    _put_off,
    _shared,
    _delays,
    _later,
    _of_workers(
        "storing",
        "fetch nothing new until what they have fetched is stored: the archive or PostgreSQL is slow",
        lambda note: 0 < note.most_unstored < note.unstored,
    ),
    _proxyless,
    _unpaid,
    _of_workers(
        "browser",
        "are busy with pages that a browser renders",
        lambda note: note.rendering > 0 and 2 * note.rendering >= note.downloads,
    ),
    _of_workers("CPU", "use all of a processor's core: start more workers", lambda note: note.cpu >= BUSY),
    _of_workers(
        "downloads",
        "fetch as much at once as CONCURRENT_REQUESTS allows",
        lambda note: 0 < note.most_downloads <= note.downloads,
    ),
)
