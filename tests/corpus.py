"""The one place that knows where recorded pages are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "corpus"


def corpus(name: str) -> Path:
    """The folder ``name`` of recorded pages; skips the test where it is not there."""
    folder = FOLDER / name
    if not folder.is_dir():
        pytest.skip(f"no recorded pages in {folder}")
    return folder
