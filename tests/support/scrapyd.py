"""A Scrapyd of a test's own, with our scrapyd.conf, a user and a password."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.nginx import answers, free_port
from tests.support.processes import ROOT

USER, PASSWORD = "operator", "sesame"
PROJECT = "longline"
PATIENCE = 120.0


class ScrapydStartError(RuntimeError):
    """Scrapyd ended before it answered; the text is its output."""


@dataclass(frozen=True)
class Scrapyd:
    """A running Scrapyd, and the folder that it was started in."""

    url: str
    folder: Path

    def ask(self, name: str, **parameters: str) -> dict[str, Any]:
        """``GET name.json``."""
        return self._open(f"{name}.json?{urlencode(parameters)}")

    def tell(self, name: str, **parameters: str) -> dict[str, Any]:
        """``POST name.json``; the answer's status must be ok."""
        answer = self._open(f"{name}.json", urlencode({"project": PROJECT, **parameters}).encode())
        assert answer["status"] == "ok", answer
        return answer

    def schedule(self, **arguments: str) -> str:
        """Schedule the spider ``site``: the job's id in Scrapyd."""
        job: str = self.tell("schedule", spider="site", **arguments)["jobid"]
        return job

    def crawl(self, **arguments: str) -> str:
        """Schedule the spider ``site``, and wait until Scrapyd says that it is finished."""
        job = self.schedule(**arguments)
        self.wait(job, "finished")
        return job

    def wait(self, job: str, state: str) -> None:
        """Wait until Scrapyd says this of the job."""
        self.until(lambda: self.ask("status", job=job)["currstate"] == state, f"job {job} is {state}")

    def until(self, there: Callable[[], bool], what: str) -> None:
        """Scrapyd tells nobody when something changes: ask until it is so."""
        deadline = time.monotonic() + PATIENCE
        while not there():
            assert time.monotonic() < deadline, f"Waited {PATIENCE:g} s until {what}."
            time.sleep(0.1)

    def log(self, job: str) -> str:
        """The job's log, as Scrapyd serves it."""
        return self._request(f"logs/{PROJECT}/site/{job}.log").decode()

    def _open(self, path: str, body: bytes | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._request(path, body))
        return answer

    def _request(self, path: str, body: bytes | None = None) -> bytes:
        word = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        request = urllib.request.Request(self.url + path, body, {"Authorization": f"Basic {word}"})
        with urllib.request.urlopen(request, timeout=120) as response:
            content: bytes = response.read()
        return content


@contextmanager
def scrapyd(folder: Path, environment: dict[str, str]) -> Iterator[Scrapyd]:
    """Run Scrapyd in a folder that is given our scrapyd.conf, on a free port of 127.0.0.1."""
    folder.mkdir()
    text = (ROOT / "deploy" / "scrapyd" / "scrapyd.conf").read_text()
    assert "username     =\npassword     =\n" in text
    secrets = f"username = {USER}\npassword = {PASSWORD}\n"
    (folder / "scrapyd.conf").write_text(text.replace("username     =\npassword     =\n", secrets))
    process, port = _start(folder, environment)
    try:
        yield Scrapyd(f"http://127.0.0.1:{port}/", folder)
    finally:
        process.terminate()
        process.wait(timeout=120)


def _start(folder: Path, environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], int]:
    """A port may be taken between our choice of it and Scrapyd's start: then another one."""
    output = folder / "output"
    for _ in range(5):
        port = free_port()
        with output.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "scrapyd"],
                cwd=folder,
                env=environment | {"SCRAPYD_HTTP_PORT": str(port)},
                stdout=file,
                stderr=file,
            )
        if answers(process, port):
            return process, port
    raise ScrapydStartError(output.read_text())
