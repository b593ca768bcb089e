"""The workflows call nothing of their own: what they check, make test checks."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
import yaml

from tests.support.processes import ROOT

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(name: str) -> dict[str, Any]:
    workflow: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text())
    return workflow


@pytest.mark.parametrize("name", [path.name for path in FILES])
def test_a_workflow_may_read_alone_and_takes_actions_by_their_major_version(name: str) -> None:
    workflow = read(name)
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]

    assert workflow["permissions"] == {"contents": "read"}
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]) for step in steps if "uses" in step)


def test_the_tests_run_by_make_test_on_every_python() -> None:
    (job,) = read("test.yml")["jobs"].values()
    runs = [step for step in job["steps"] if "run" in step]
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")

    assert [step["run"] for step in runs] == ["make test"]
    assert runs[0]["env"] == {"PYTHON": "python${{ matrix.python }}"}
    assert job["strategy"]["matrix"]["python"][0] == oldest
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
