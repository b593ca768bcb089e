"""Every key in Redis: its type, who writes it, who reads it, and when it goes.

A job's keys share one hash tag (the braces), so that a cluster keeps them in one slot and a script may touch them all.
"""

from __future__ import annotations

from uuid import UUID

JOBS = "longline:jobs"
"""A hash: job id → the job, encoded. Whoever makes a job writes it, and whoever ends it takes it away; workers read
which jobs there are."""

WORKERS = "longline:workers"
"""A sorted set: worker → the server's time, in seconds, when it last said that it lives. Each worker writes its own.
An entry goes when its worker ends, or when it has been silent for an hour."""


def worker_note(worker: str) -> str:
    """msgpack: what a worker waits for. Each worker writes its own, every few seconds; commands read it. Gone by itself
    when the worker has been silent for a while."""
    return f"longline:worker:{worker}:note"


JOB_KEYS = {
    "meta": "a hash: state, limit, epoch, and counts of what the other keys hold",
    "hosts": "a hash: host → how many of its entries wait",
    "levels:<host>": "a sorted set: the levels that have entries (twice the priority, and one where they have a place)",
    "queue:<level>:<host>": "a list of entries",
    "later": "a sorted set: entry → when it may be handed out, µs",
    "leases": "a hash: lease → worker and entry",
    "expiry": "a sorted set: lease → when it runs out, µs",
    "stale": "a sorted set: leases from before a restart, which are being taken back",
    "seen:<bucket>": "a set of fingerprints, 64-bit integers",
    "replies": "a hash: worker → what its last batch led to; gone an hour after the worker",
    "stats": "a hash: the job's counts",
    "failures": "a hash: 'count ' and cause → how often; 'first ' and cause → an example",
    "dead": "a hash: token → an entry that nobody will try again, and why",
    "unburied": "a sorted set: tokens of the dead that PostgreSQL may not have yet",
    "ranks": "a sorted set: host → how much it is preferred to others",
    "removing": "a hash: ``meta`` while the job is being removed",
}
"""A job's keys. The scripts of ``frontier/lua`` write and read them, ``frontier/control.py`` reads them; all are gone
when the job is removed."""


def job_key(job: UUID, name: str, shard: int = 0) -> str:
    """A key of ``JOB_KEYS``, with what stands for its ``<…>``."""
    return _of_job(job, shard, name)


def job_meta(job: UUID, shard: int = 0) -> str:
    """The key by which scripts know the job."""
    return _of_job(job, shard, "meta")


def _of_job(job: UUID, shard: int, name: str) -> str:
    return f"longline:{{{job}:{shard}}}:{name}"


def host_budget(host: str) -> str:
    """msgpack: which workers ask for the host, what each may do, and until when. The script of budgets writes and
    reads; gone by itself when nobody has asked for a while."""
    return f"longline:host:{{{host}}}:budget"


_ADDRESS = "address/"


def address_name(address: str) -> str:
    """By which the hosts at an address that share a budget are known, in the place of a host's name."""
    return f"{_ADDRESS}{address}"


def address_named(name: str) -> str:
    """The address in ``address_name``."""
    return name.removeprefix(_ADDRESS)


def host_robots(origin: str) -> str:
    """msgpack: the robots.txt of an origin (``https://example.com``), and when it was read. Whoever reads it from the
    site writes it; gone after an hour, or after a minute where it could not be read."""
    scheme, _, host = origin.partition("://")
    return f"longline:host:{{{host}}}:robots:{scheme}"


PROXY_HEALTH = "longline:proxy:{health}:host:"
"""And a host's name, or none for what is known of proxies alone. A hash: digest of a proxy → msgpack, how it fares
there and until when it rests. Workers write and read them by one script; gone after a day without news."""

PROXY_EVENTS = "longline:proxy:{health}:events"
"""A sorted set: digest of a proxy and host → when its rest there began or ended, µs. The same script; what is older
than an hour goes."""


TIER_POLICY = "longline:tier:{policy}:host:"
"""And a host's name. A hash: template of URLs → msgpack, by which tiers its pages came, and when a cheaper one is tried
again. Workers write and read them by one script; gone after a week without news."""


RENDERING = "longline:render:{templates}:host:"
"""And a host's name. A hash, of 500 templates of URLs at the most: template → msgpack, what a browser has added to its
pages, and how they rest while they are made. Workers write and read them by one script; gone after a week without news.
"""


def tier_purse(job: UUID) -> str:
    """A number: what a job with a budget has spent, in millionths. Workers take from it before they spend; gone after a
    month."""
    return f"longline:tier:{{purse:{job}}}"


def tier_held(job: UUID) -> str:
    """A sorted set: name and amount of what an answer that is under way may cost beside → when it is let go, by the
    server's seconds. Workers write it with the purse; what is there longer than any answer takes goes by itself."""
    return f"longline:tier:{{purse:{job}}}:held"


def start_urls_taken(key: str) -> str:
    """A sorted set: what workers have taken from a key of start URLs → when it may be taken again, µs. Its worker takes
    it away when it is queued."""
    # In the slot of the key itself.
    return f"{key}:taken" if "{" in key else f"{{{key}}}:taken"


def start_urls_bad(key: str) -> str:
    """A list of JSON: entries of a key of start URLs that could not be used, and why. People read and delete it."""
    return f"{key}:bad"
