"""The lock on a site: one crawl at a time, and never one that is stuck."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest

from crawler.site_lock import SiteBusyError, SiteLock
from tests.support.processes import ROOT
from tests.support.tables import add_job, reading, tables

if TYPE_CHECKING:
    from crawler.embedded import Servers

HOLDER = """
import sys
from crawler.site_lock import SiteLock
lock = SiteLock.take(sys.argv[1], int(sys.argv[2]), "acme")
print("taken", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def url(servers: Servers) -> Iterator[str]:
    with tables(servers) as url:
        yield url


def test_a_site_is_locked_once_and_the_refusal_names_the_job(url: str) -> None:
    with reading(url) as rows:
        job = add_job(rows, "acme")
        rows.execute("UPDATE job SET started_at = '2026-03-02 12:30:00+00'")
    first = SiteLock.take(url, job.site_id, "acme")
    with pytest.raises(SiteBusyError) as refusal:
        SiteLock.take(url, job.site_id, "acme")
    first.release()
    SiteLock.take(url, job.site_id, "acme").release()

    since = "since 2026-03-02 12:30 UTC"
    assert str(refusal.value) == f"acme is being crawled already by job {job.id} {since}: let that end first."


def test_sites_do_not_hold_each_other_up(url: str) -> None:
    first, second = SiteLock.take(url, 1, "one"), SiteLock.take(url, 2, "two")
    first.release()
    second.release()


def test_a_process_that_is_killed_lets_go(url: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, url, "1"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "taken\n"
        with pytest.raises(SiteBusyError, match=r"^acme is being crawled already: let that end first\.$"):
            SiteLock.take(url, 1, "acme")
        holder.kill()
    # The server finds out by itself, a moment later.
    with psycopg.connect(url, autocommit=True) as waiting:
        waiting.execute("SET lock_timeout = '120s'")
        waiting.execute("SELECT pg_advisory_lock(hashtextextended('longline site 1', 0))")


def test_a_pooler_may_hand_out_servers_by_the_transaction(url: str) -> None:
    """Then a lock of the session would stay behind on a server; ours goes with its transaction."""
    lock = SiteLock.take(url, 1, "acme")
    state = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
    with psycopg.connect(url) as other:
        held = other.execute(state).fetchone()
        lock.release()

    assert held == (1,)
