"""A job as it was, replayed by pywb out of the archive's own segments, by the index that ``scrapy captures`` writes."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines import warc
from pipelines.catalogue import Catalogue, days_between
from pipelines.object_store import Archive, ArchiveLocation
from pipelines.replay import merged, with_originals
from schemas.job import Job
from tests.conftest import missing
from tests.support.nginx import free_port
from tests.support.processes import ROOT
from tests.support.shelf import MONDAY, Shelf, duplicate, not_modified
from tests.support.tables import Rows, add_job

PYWB = ROOT / ".venv-pywb" / "bin" / "wayback"
PATIENCE = 120


@pytest.fixture
def shelf(tmp_path: Path, rows: Rows, job: Job) -> Shelf:
    return Shelf(Archive(ArchiveLocation((tmp_path / "archive with blanks").as_uri())), rows, job)


@contextmanager
def replayed(folder: Path, archive: Path) -> Iterator[str]:
    """The address at which pywb serves the captures of ``job.cdxj``."""
    port = free_port()
    config = f"collections:\n  job:\n    index_paths: {folder}/job.cdxj\n    archive_paths: {archive}/\n"
    (folder / "config.yaml").write_text(config)
    command = [str(PYWB), "-b", "127.0.0.1", "-p", str(port), "-d", str(folder)]
    with (
        (folder / "said.txt").open("wb") as said,
        subprocess.Popen(command, cwd=folder, stdout=said, stderr=said) as pywb,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address, pywb, folder / "said.txt")
            yield f"{address}/job"
        finally:
            pywb.terminate()


def wait_for(address: str, pywb: subprocess.Popen[bytes], said: Path) -> None:
    until = time.monotonic() + PATIENCE
    while pywb.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE):
                return
        except urllib.error.URLError:
            time.sleep(0.05)
    raise AssertionError(said.read_text())


def served(address: str, days: float, url: str) -> tuple[bytes, str]:
    """The bytes of a page as they were archived, and an own header of its answer."""
    stamp = f"{MONDAY + timedelta(days=days):%Y%m%d%H%M%S}"
    with urllib.request.urlopen(f"{address}/{stamp}id_/{url}", timeout=PATIENCE) as answer:
        return answer.read(), answer.headers.get("X-Archive-Orig-X-Own") or answer.headers.get("X-Own") or ""


def test_pywb_serves_a_jobs_pages_and_what_its_revisits_mean(shelf: Shelf, rows: Rows, tmp_path: Path) -> None:
    if not PYWB.exists():
        missing("pywb is not in .venv-pywb (sh scripts/test_tools.sh)")
    later = add_job(rows)
    first, twin = shelf.page("a", b"<p>as it was" * 9), shelf.page("twin?b=1&A=2", b"<p>as it was" * 9, 2, job=later)
    twin.headers = [("Content-Type", "text/html"), ("X-Own", "twin")]
    changed = shelf.page("b", b"<p>changed" * 9, 2, job=later)
    shelf.put("w-1", warc.exchange(first), warc.exchange(shelf.page("b", b"<p>of the first job")))
    same = not_modified(shelf.page("a", first.body, 2, job=later), first)
    shelf.put("w-2", same, duplicate(twin, first), warc.exchange(changed), days=2)
    days = (MONDAY.date(), MONDAY.date() + timedelta(days=3))
    of_job = Catalogue(shelf.archive).captures(days_between(*days), f'"job":"{later.id}"'.encode())

    index = merged(with_originals(shelf.archive, of_job, *days))

    assert len(index) == 4
    (tmp_path / "job.cdxj").write_bytes(b"\n".join(index) + b"\n")
    with replayed(tmp_path, tmp_path / "archive with blanks") as address:
        assert served(address, 2, "https://example.com/b") == (changed.body, "")
        assert served(address, 2, "https://example.com/a") == (first.body, "")
        assert served(address, 2, "https://example.com/twin?b=1&A=2") == (twin.body, "twin")
