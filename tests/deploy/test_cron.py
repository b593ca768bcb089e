"""The crontab line and the timer's command, read from their files and run as they stand, but for where Longline is."""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawler.embedded import attach
from tests.support.processes import ROOT
from tests.support.web import RunningWeb

FILES = ROOT / "deploy" / "cron"
PLACE = "/opt/longline"
SITE = "acme"
ALLOWED = "LONGLINE_ALLOW_PRIVATE_ADDRESSES=true\n"
"""The site of these tests is on a private address, and nobody types it."""


@dataclass(frozen=True)
class Start:
    """A command as a scheduler starts it."""

    command: list[str]
    folder: str
    environment: dict[str, str]

    def begin(self) -> subprocess.Popen[str]:
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        return subprocess.Popen(self.command, cwd=self.folder, env=self.environment, text=True, **pipes)

    def run(self) -> tuple[int, str, str]:
        """Its exit status, and what it said on standard output and standard error."""
        with self.begin() as process:
            stdout, stderr = process.communicate(timeout=240)
        return process.returncode, stdout, stderr


@dataclass(frozen=True)
class Install:
    """Longline in a folder of its own, as the files expect it in /opt/longline."""

    folder: Path

    def store(self, url: str) -> None:
        """Make ``url`` the site that the files name."""
        sites = self.folder / "sites.yaml"
        sites.write_text(f"{SITE}:\n  url: {url}\n")
        self.run("manage.py", "import_sites", str(sites))

    def last_job(self) -> dict[str, Any]:
        jobs = json.loads(self.run("-m", "scrapy", "jobs", "--json"))
        newest: dict[str, Any] = jobs[0]
        return newest

    def run(self, *words: str) -> str:
        """Run Longline's Python: what it printed."""
        done = subprocess.run(
            [self.folder / ".venv" / "bin" / "python", *words],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def install(tmp_path_factory: pytest.TempPathFactory) -> Install:
    folder = tmp_path_factory.mktemp("cron") / "longline"
    folder.mkdir()
    (folder / ".venv").symlink_to(sys.prefix)
    for name in ("schemas", "extractors", "frontier", "pipelines", "crawler", "control", "manage.py", "scrapy.cfg"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".env").write_text(ALLOWED)
    attach(folder / ".longline")  # else each command would start the servers, and stop them
    made = Install(folder)
    made.run("manage.py", "migrate", "--verbosity=0")
    return made


def crontab(install: Install) -> Start:
    """As cron reads the file: assignments, then five fields and the rest of the line for the shell."""
    lines = (FILES / "longline.cron").read_text().splitlines()
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    assignments = dict(line.split("=", 1) for line in lines if re.match(r"\w+ *=", line))
    (line,) = (line for line in lines if not re.match(r"\w+ *=", line))
    command = line.split(maxsplit=5)[5]
    assert "%" not in command, "cron reads it as the end of the line"
    assert assignments["LONGLINE"] == PLACE
    environment = {"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "HOME": "/"}
    return Start(["/bin/sh", "-c", command], "/", environment | assignments | {"LONGLINE": str(install.folder)})


def timer(install: Install) -> Start:
    """As systemd reads the timer and the service that it names."""
    name = unit("longline-crawl@.timer", install)["Timer"]["Unit"]
    service = unit(name.replace(SITE, ""), install)["Service"]
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8"}
    return Start(shlex.split(service["ExecStart"]), service["WorkingDirectory"], environment)


def unit(name: str, install: Install) -> configparser.ConfigParser:
    read = configparser.ConfigParser(interpolation=None, strict=False)
    read.optionxform = str  # type: ignore[assignment,method-assign] # the documented way to keep capitals
    read.read_string((FILES / name).read_text().replace("%i", SITE).replace(PLACE, str(install.folder)))
    return read


@pytest.fixture(params=[crontab, timer], ids=["crontab", "timer"])
def start(request: pytest.FixtureRequest, install: Install) -> Start:
    made: Start = request.param(install)
    return made


def test_a_crawl_that_goes_well_says_nothing(start: Start, install: Install, web: RunningWeb) -> None:
    install.store(web.url("plain"))

    assert start.run() == (0, "", "")
    assert install.last_job()["state"] == "completed"


def test_a_crawl_that_fails_says_why_in_one_sentence(start: Start, install: Install) -> None:
    install.store("http://127.0.0.1:1/")
    status, stdout, stderr = start.run()

    reason = "http://127.0.0.1:1/ cannot be reached: connection refused."
    assert (status, stdout) == (1, "")
    assert stderr == f"acme failed (job {install.last_job()['id']}): {reason}\n"


def test_a_start_that_is_refused_says_why_in_one_sentence(start: Start, install: Install) -> None:
    (install.folder / ".env").write_text("REDIS_URL=redis://:secret@127.0.0.1:1/0\n")
    status, stdout, stderr = start.run()
    (install.folder / ".env").write_text(ALLOWED)

    assert (status, stdout) == (2, "")
    assert stderr.startswith("REDIS_URL: redis://:***@127.0.0.1:1/0 cannot be reached (")
    assert len(stderr.splitlines()) == 1


def test_of_two_starts_one_runs(start: Start, install: Install, web: RunningWeb) -> None:
    install.store(web.url("crawl-delay"))
    web.reset()
    with start.begin() as first:
        deadline = time.monotonic() + 120
        while not web.visits("crawl-delay"):
            assert time.monotonic() < deadline, "the first start did not begin"
            time.sleep(0.05)
        second = start.run()
        said = first.communicate(timeout=240)

    assert (first.returncode, *said) == (0, "", "")
    job = install.last_job()
    assert second[:2] == (1, "")
    assert re.fullmatch(
        f"acme is being crawled already by job {job['id']} since .+ UTC: let that end first.\n", second[2]
    )
    assert job["state"] == "completed"


def test_systemd_takes_the_units(install: Install, tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed")
    for kind in ("service", "timer"):
        text = (FILES / f"longline-crawl@.{kind}").read_text().replace(PLACE, str(install.folder))
        for name in ("longline-crawl@", "longline-crawl@acme"):
            (tmp_path / f"{name}.{kind}").write_text(text)
    units = [str(tmp_path / f"longline-crawl@acme.{kind}") for kind in ("service", "timer")]
    done = subprocess.run([tool, "verify", *units], capture_output=True, text=True, timeout=240, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
