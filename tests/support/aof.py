"""The tail of Valkey's append-only file, as it is lost when a machine loses its power."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def last_file(folder: Path) -> Path:
    """The file that Valkey, whose data are in ``folder``, appends to."""
    files = folder / "appendonlydir"
    manifest = (files / "appendonly.aof.manifest").read_text().splitlines()
    # A line: file appendonly.aof.1.incr.aof seq 1 type i
    return files / [line.split()[1] for line in manifest if line.split()[5] == "i"][-1]


def cut(file: Path, lost: int, floor: int, *, whole: bool) -> int:
    """Lose the last ``lost`` bytes, or fewer: what stands before ``floor`` is kept.

    Args:
        whole: end the file behind a whole command, where that loses a little more.

    Returns:
        How many bytes were lost.
    """
    size = file.stat().st_size
    end = max(size - lost, min(floor, size))
    if whole:
        end = max(start for start in commands(file.read_bytes()) if start <= end)
    os.truncate(file, end)
    return size - end


def commands(data: bytes) -> Iterator[int]:
    """Where each command of an append-only file begins, and where the last whole one ends."""
    at = 0
    while at <= len(data):
        yield at
        try:
            words, at = _number(data, at)
            for _ in range(words):
                length, at = _number(data, at)
                at += length + 2
        except ValueError:
            return  # the file ends here, or within a command


def _number(data: bytes, at: int) -> tuple[int, int]:
    """The number of a line as ``*3`` or ``$12``, and where the next line begins."""
    end = data.index(b"\r\n", at)
    return int(data[at + 1 : end]), end + 2
