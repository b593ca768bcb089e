"""Where an export goes: a file, or an object of a store. It is there when it is whole, and not before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError

from pipelines.failures import ArchiveError
from pipelines.location import ArchiveLocation
from pipelines.store_troubles import reason
from pipelines.stores import ARCHIVE_URL, open_store

SCHEMES = ("s3", "gs", "az")
_PART_BYTES = 8 * 1024 * 1024
_PARTS_AT_A_TIME = 4


class DestinationError(ValueError):
    """Nothing can be written there."""


def write(to: str, chunks: Iterator[bytes], archive: ArchiveLocation | None = None) -> None:
    """Write all chunks to a path, a ``file://`` URL, or an object: ``s3://bucket/folder/name``, ``gs://``, ``az://``.

    An object is reached as the ``archive`` is, where that is of the same kind: by its endpoint, with its encryption.

    Raises:
        DestinationError: one sentence that names it, and the reason.
    """
    parts = urlsplit(to)
    if parts.scheme in SCHEMES and parts.netloc:
        _upload(to, chunks, archive)
    elif parts.scheme == "file":
        _to_file(to, Path(unquote(parts.path)), chunks)
    elif "://" in to:
        raise DestinationError(f"--to {to}: give a file, or a URL with file, {', '.join(SCHEMES)}.")
    else:
        _to_file(to, Path(to), chunks)


def _to_file(to: str, path: Path, chunks: Iterator[bytes]) -> None:
    """Beside its place first: who reads it meanwhile sees the old one, or none."""
    try:
        path = path.resolve()
        if path.exists() and not path.is_file():
            # A pipe, or a device: what is in its place is to be written to.
            _into(path, chunks)
            return
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            _into(part, chunks)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise DestinationError(f"--to {to} cannot be written: {error.strerror}.") from error


def _into(path: Path, chunks: Iterator[bytes]) -> None:
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)


def _upload(to: str, chunks: Iterator[bytes], archive: ArchiveLocation | None) -> None:
    """In parts, as they come. Where one of them fails, or ``chunks`` do, the store keeps none of them."""
    folder, _, name = to.rpartition("/")
    same = archive is not None and archive.scheme == urlsplit(to).scheme
    location = replace(archive, url=folder) if archive and same else ArchiveLocation(folder)
    try:
        obstore.put(
            open_store(location),
            name,
            chunks,
            use_multipart=True,
            chunk_size=_PART_BYTES,
            max_concurrency=_PARTS_AT_A_TIME,
            **location.put_options(),
        )
    except ArchiveError as error:
        # Another variable's name would lead astray: this object is not the archive's.
        raise DestinationError(f"--to {to}: {str(error).removeprefix(f'{ARCHIVE_URL}: ')}") from error
    except (BaseError, OSError) as error:
        raise DestinationError(f"--to {to} cannot be written: {reason(error)}.") from error
