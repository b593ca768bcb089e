"""Where in the frontier a request is, in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from crawler.why_address import address as spoken
from crawler.why_address import pace
from crawler.why_known import KnownJob
from crawler.why_payload import read_payload
from crawler.why_stored import dead, retries
from crawler.why_words import Answer, clock, count, duration, sentence
from frontier.host_view import HostView
from frontier.inspection import Place
from frontier.jobs import SILENCE_SECONDS
from frontier.model import MAX_DELIVERIES, JobCommand
from frontier.shard_control import JobStatus


@dataclass(frozen=True, slots=True)
class Scene:
    """A job as it stands: by the server's clock, with the workers that live, and how the request's host is asked; where
    it shares a budget with the other hosts at its address, how that is."""

    job: KnownJob
    status: JobStatus
    now: float
    alive: Collection[str]
    host: HostView | None
    address: HostView | None


def told(place: Place, url: str, scene: Scene) -> Answer:
    """Where it is, and what it waits for."""
    words = {"pending": _pending, "leased": _leased, "later": _later}
    if place.where == "dead":
        return dead(scene.job, place.deliveries + retries(place.payload), place.causes)
    what, sentences = words[place.where](place, scene)
    queued = read_payload(place.payload)
    if queued and queued.url != url:
        sentences.insert(0, f"it is the same request as {queued.url}")
    if place.causes and place.where != "leased":
        sentences.append(f"it was tried {count(place.deliveries, 'time')} in vain: {'; '.join(place.causes)}")
    facts = _facts(place, scene) | ({"depth": queued.depth} if queued else {})
    return Answer(scene.job.id, scene.job.site, what, " ".join(map(sentence, sentences)), facts)


def _pending(place: Place, scene: Scene) -> tuple[str, list[str]]:
    number = (place.ahead or 0) + 1
    sentences = [f"it waits as number {number:,} in the queue of {place.host}"]
    status, limit = scene.status, scene.status.limit
    if status.state is JobCommand.PAUSED:
        sentences.append("the job is paused")
    elif status.state is JobCommand.CANCELLED:
        sentences.append("the job is cancelled: it will not be asked for")
    elif not scene.alive:
        sentences.append("nobody asks for it: no worker is alive")
    elif limit and status.admitted >= limit:
        sentences.append(f"the job has all its {count(limit, 'page')}: it is asked for if another one fails")
    else:
        sentences += _turn(number, scene.host, scene.address)
    return "waiting", sentences


def _turn(number: int, host: HostView | None, address: HostView | None) -> list[str]:
    """How its host and its address are asked."""
    if address is None:
        return _turn_of_host(number, host)
    as_one = f"all hosts at {spoken(address)} share one budget, and are asked {pace(address)}"
    if host is None or not host.holders:
        return [as_one, "it waits for its host's turn among them"]
    return [*_turn_of_host(number, host, "no less than"), as_one]


def _turn_of_host(number: int, host: HostView | None, about: str = "about") -> list[str]:
    if host is None or not (host.holders or host.waiting):
        return ["no worker asks its host now"]
    holder = f" by {host.holders[0]}" if len(host.holders) == 1 else ""
    if not host.delay:
        workers = "" if holder else f" by {count(len(host.holders), 'worker')}"
        return [f"its host is asked without a pause{holder}{workers}, {host.concurrency} at once"]
    left = f": its turn comes in {about} {duration(number * host.delay)}"
    sentences = [f"its host is asked every {duration(host.delay)}{holder}{left}"]
    if host.penalty:
        sentences.append(f"of that, {duration(host.penalty)} are what the host's answers have asked for")
    return sentences


def _leased(place: Place, scene: Scene) -> tuple[str, list[str]]:
    since = duration(scene.now - (place.since or scene.now))
    delivery = f"delivery {place.deliveries + 1} of {MAX_DELIVERIES}"
    sentences = [f"it is leased by {place.worker}, for {since} now ({delivery})"]
    if place.causes:
        sentences.append(f"before that: {'; '.join(place.causes)}")
    if place.until is None:
        sentences.append("Redis was started again since, and takes it back")
    elif place.worker not in scene.alive:
        left = duration(place.until - scene.now)
        sentences.append(
            f"that worker was not heard of for {duration(SILENCE_SECONDS)}: another one may have it in {left}"
        )
    return "leased", sentences


def _later(place: Place, scene: Scene) -> tuple[str, list[str]]:
    due = place.due or scene.now
    queued = read_payload(place.payload)
    tries = queued.meta.get("retry_times") if queued else None
    why = f", for its retry {tries}" if tries else ""
    sentences = [f"it waits until {clock(due)}{why}, which is in {duration(due - scene.now)}"]
    if scene.status.state is JobCommand.PAUSED:
        sentences.append("the job is paused")
    return "waiting for its time", sentences


def _facts(place: Place, scene: Scene) -> dict[str, Any]:
    facts = asdict(place)
    del facts["payload"], facts["where"]
    if place.where == "pending":
        facts["number"] = (place.ahead or 0) + 1
        facts["delay"] = scene.host.delay if scene.host else None
        facts["holders"] = list(scene.host.holders) if scene.host else []
        if scene.address:
            facts["address"], facts["address_delay"] = spoken(scene.address), scene.address.delay
            facts["address_holders"] = list(scene.address.holders)
    return {name: value for name, value in facts.items() if value is not None}
