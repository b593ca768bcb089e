"""The Dockerfile without an engine: linted, read, and its steps run in a clean folder by a user without rights."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest

from tests.conftest import missing
from tests.support.dockerfile import DATA, FILE, WORK, CleanFolder, cannot_build, entry, stages
from tests.support.nginx import free_port
from tests.support.postgres import postgres
from tests.support.processes import ROOT
from tests.support.web import RunningWeb

TARGETS = ("crawler", "crawler-browser", "control")


def test_hadolint_has_nothing_to_say() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, FILE], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_no_image_runs_as_root() -> None:
    found = stages()
    users = {name: found[name].last("USER") or found[found[name].base].last("USER") for name in TARGETS}

    assert users == dict.fromkeys(TARGETS, "10001")


def test_the_image_has_every_package() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    copied = {words.split()[0] for name, words in stages()["crawler"].steps if name == "COPY"}

    assert set(packages) <= copied


def test_the_stages_agree_on_where_things_are() -> None:
    found = stages()

    assert found["packages"].last("WORKDIR") == found["crawler"].last("WORKDIR") == WORK
    assert found["crawler"].last("VOLUME") == DATA
    assert f"LONGLINE_HOME={DATA} " in (found["crawler"].last("ENV") or "")


@pytest.fixture(scope="module")
def image() -> Iterator[CleanFolder]:
    """What the steps of the target crawler leave. Not in pytest's own folders: those are for their owner alone."""
    reason = cannot_build()
    if reason is not None:
        missing(reason)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        built = CleanFolder.make(Path(folder))
        built.build(stages()["packages"])
        built.build(stages()["crawler"])
        yield built


def test_the_crawler_crawls(image: CleanFolder, web: RunningWeb) -> None:
    words = [*entry(stages()["crawler"], "ENTRYPOINT"), "crawl", "site", "-a", f"url={web.url('plain')}"]
    done = subprocess.run(
        image.command(*words),
        cwd=image.work,
        env=image.environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "completed" in done.stdout
    assert (image.data / "archive" / "warc").is_dir()


def test_the_control_makes_the_tables_and_serves_the_admin_with_its_style(image: CleanFolder) -> None:
    command = entry(stages()["control"], "CMD")
    assert "0.0.0.0:8000" in command[-1]
    assert stages()["control"].last("EXPOSE") == "8000"
    port = free_port()
    with postgres() as url:
        process = subprocess.Popen(
            image.command(*command[:-1], command[-1].replace("0.0.0.0:8000", f"127.0.0.1:{port}")),
            cwd=image.work,
            env=image.environment | {"DATABASE_URL": url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            page = served(process, f"http://127.0.0.1:{port}/admin/login/")
            style = served(process, f"http://127.0.0.1:{port}/static/admin/css/base.css")
        finally:
            process.terminate()
            process.wait(timeout=120)

    assert b"Longline" in page
    assert b"body" in style


def served(process: subprocess.Popen[bytes], url: str) -> bytes:
    """What is at a URL, once the server answers."""
    deadline = time.monotonic() + 240
    while True:
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                content: bytes = answer.read()
                return content
        except URLError:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, f"{url} did not answer"
            time.sleep(0.1)
