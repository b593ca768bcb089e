"""The archive's objects, in a folder, or in a bucket of S3, GCS or Azure, through obstore."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import obstore
from obstore.exceptions import BaseError, NotFoundError

from pipelines.failures import ArchiveAwayError, ArchiveError, MissingObjectError
from pipelines.location import ArchiveLocation, local_folder
from pipelines.store_troubles import passing_trouble, reason
from pipelines.stores import check, open_store
from schemas.environment import without_password

__all__ = ["PART_BYTES", "Archive", "ArchiveLocation", "check"]

PART_BYTES = 8 * 1024 * 1024
"""What is larger is uploaded in parts of this size, a few at a time; a part that fails is sent again by itself."""
_PARTS_AT_A_TIME = 4


class Archive:
    """Objects below one URL. A name is a relative path with slashes; a URI is the archive's URL, a slash, the name."""

    def __init__(self, location: ArchiveLocation) -> None:
        self.location = location
        self._folder = local_folder(location.url)
        self._store = open_store(location)
        self._options = location.put_options()

    def uri(self, name: str) -> str:
        """The address of an object, as rows hold it."""
        return f"{self.location.url}/{name}"

    async def put(self, name: str, data: bytes) -> None:
        """Write one whole object, durably.

        Raises:
            ArchiveAwayError: the store does not answer, or says that it is overloaded or broken: it may pass.
            ArchiveError: the store refused it.
        """
        try:
            await obstore.put_async(
                self._store, name, data, chunk_size=PART_BYTES, max_concurrency=_PARTS_AT_A_TIME, **self._options
            )
            if self._folder:
                await asyncio.to_thread(_sync_to_disk, self._folder / name)
        except (BaseError, OSError, ValueError) as error:
            if trouble := passing_trouble(error):
                raise ArchiveAwayError(f"{self._whereabouts(self.uri(name))}: {trouble}") from error
            raise ArchiveError(f"The archive refused {self.uri(name)}: {reason(error)}.") from error

    def read(self, uri: str, offset: int, length: int) -> bytes:
        """``length`` bytes at ``offset`` of an object of this archive.

        Raises:
            ArchiveError: the object is not there, or is not of this archive.
        """
        try:
            return bytes(obstore.get_range(self._store, self._name(uri), start=offset, length=length))
        except (BaseError, OSError, ValueError) as error:
            raise ArchiveError(f"{uri} cannot be read: {reason(error)}.") from error

    async def read_async(self, uri: str, offset: int, length: int) -> bytes:
        """The same for the event loop.

        Raises:
            ArchiveAwayError: the store does not answer, or says that it is overloaded or broken: it may pass.
            ArchiveError: as ``read``.
        """
        try:
            return bytes(await obstore.get_range_async(self._store, self._name(uri), start=offset, length=length))
        except (BaseError, OSError, ValueError) as error:
            if trouble := passing_trouble(error):
                raise ArchiveAwayError(f"{self._whereabouts(uri)}: {trouble}") from error
            raise ArchiveError(f"{uri} cannot be read: {reason(error)}.") from error

    def whole(self, uri: str) -> bytes:
        """All of an object of this archive.

        Raises:
            MissingObjectError: there is none of that name.
            ArchiveError: it cannot be read, or is not of this archive.
        """
        try:
            return bytes(obstore.get(self._store, self._name(uri)).bytes())
        except (NotFoundError, FileNotFoundError) as error:
            raise MissingObjectError(f"{uri} is not in the archive.") from error
        except (BaseError, OSError, ValueError) as error:
            raise ArchiveError(f"{uri} cannot be read: {reason(error)}.") from error

    def names(self, folder: str) -> list[str]:
        """The names of all objects below a folder, sorted. One request for each thousand.

        Raises:
            ArchiveError: they cannot be listed.
        """
        try:
            return sorted(entry["path"] for batch in obstore.list(self._store, folder) for entry in batch)
        except (BaseError, OSError, ValueError) as error:
            raise ArchiveError(f"{self.uri(folder)} cannot be listed: {reason(error)}.") from error

    def replace(self, uri: str, data: bytes) -> None:
        """Write one whole object, durably, for those who wait for it.

        Raises:
            ArchiveError: the store refused it, or does not answer.
        """
        name = self._name(uri)
        try:
            obstore.put(self._store, name, data, chunk_size=PART_BYTES, **self._options)
            if self._folder:
                _sync_to_disk(self._folder / name)
        except (BaseError, OSError, ValueError) as error:
            raise ArchiveError(f"The archive refused {uri}: {reason(error)}.") from error

    def delete(self, uri: str) -> None:
        """Take an object away; one that is not there is as good as taken.

        Raises:
            ArchiveError: the store refused it, or does not answer.
        """
        try:
            obstore.delete(self._store, self._name(uri))
        except (NotFoundError, FileNotFoundError):
            return
        except (BaseError, OSError, ValueError) as error:
            raise ArchiveError(f"The archive does not let go of {uri}: {reason(error)}.") from error

    def _whereabouts(self, uri: str) -> str:
        at = f" at {without_password(self.location.endpoint)}" if self.location.endpoint else ""
        return f"{uri}{at}"

    def _name(self, uri: str) -> str:
        prefix = f"{self.location.url}/"
        if not uri.startswith(prefix):
            raise ArchiveError(f"{uri} is not in {self.location.url}. Set LONGLINE_ARCHIVE_URL to its archive.")
        return uri.removeprefix(prefix)


def _sync_to_disk(path: Path) -> None:
    """A row must not outlive its bytes, after a power cut either: the file first, then its name."""
    for target in (path, path.parent):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
