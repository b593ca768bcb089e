"""What the documents say is there, is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:md|py|toml|txt|cfg)|Makefile)`")


@pytest.mark.parametrize("document", ["CONTRIBUTING.md"])
def test_every_path_in_a_document_exists(document: str) -> None:
    named = PATH.findall((ROOT / document).read_text())
    missing = {path for path in named if not (ROOT / path).exists()}

    assert named
    assert not missing


def test_every_make_target_in_the_contributors_guide_exists() -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert named
    assert named <= targets


def test_every_shared_fixture_is_in_the_contributors_guide() -> None:
    fixtures = re.findall(r"@pytest\.fixture.*\ndef (\w+)", (ROOT / "tests" / "conftest.py").read_text())
    guide = (ROOT / "CONTRIBUTING.md").read_text()

    assert not [name for name in fixtures if f"`{name}`" not in guide]
