"""The archive's object store: a folder or an S3 bucket, through obstore."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from pipelines.failures import ArchiveError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class ArchiveLocation:
    """Where the archive is: its URL, and for S3 the endpoint and region where they are not boto3's own."""

    url: str
    endpoint: str | None = None
    region: str | None = None


class Archive:
    """Objects below one URL. A name is a relative path with slashes; a URI is the archive's URL, a slash, the name."""

    def __init__(self, location: ArchiveLocation) -> None:
        self.location = location
        self._folder = local_folder(location.url)
        self._store: ObjectStore = _local_store(self._folder) if self._folder else _s3_store(location)

    def uri(self, name: str) -> str:
        """The address of an object, as rows hold it."""
        return f"{self.location.url}/{name}"

    async def put(self, name: str, data: bytes) -> None:
        """Write one whole object, durably.

        Raises:
            ArchiveError: the store refused it.
        """
        try:
            await obstore.put_async(self._store, name, data)
            if self._folder:
                await asyncio.to_thread(_sync_to_disk, self._folder / name)
        except (BaseError, OSError, ValueError) as error:
            raise ArchiveError(f"The archive refused {self.uri(name)}: {_reason(error)}.") from error

    def read(self, uri: str, offset: int, length: int) -> bytes:
        """``length`` bytes at ``offset`` of an object of this archive.

        Raises:
            ArchiveError: the object is not there, or is not of this archive.
        """
        prefix = f"{self.location.url}/"
        if not uri.startswith(prefix):
            raise ArchiveError(f"{uri} is not in {self.location.url}. Set LONGLINE_ARCHIVE_URL to its archive.")
        try:
            return bytes(obstore.get_range(self._store, uri.removeprefix(prefix), start=offset, length=length))
        except (BaseError, OSError, ValueError) as error:
            raise ArchiveError(f"{uri} cannot be read: {_reason(error)}.") from error


def local_folder(url: str) -> Path | None:
    """The folder of a ``file://`` URL, or None for another kind."""
    parts = urlsplit(url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _local_store(folder: Path) -> LocalStore:
    try:
        return LocalStore(folder, mkdir=True)
    except (BaseError, OSError, ValueError) as error:
        raise ArchiveError(f"LONGLINE_ARCHIVE_URL: {folder} cannot be made: {_reason(error)}.") from error


def _s3_store(location: ArchiveLocation) -> S3Store:
    from obstore.auth.boto3 import Boto3CredentialProvider  # noqa: PLC0415 - boto3 is slow to import

    parts = urlsplit(location.url)
    try:
        credentials = Boto3CredentialProvider()
    except ValueError as error:
        raise ArchiveError(
            "LONGLINE_ARCHIVE_URL names an S3 bucket, but there are no credentials. "
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or any other that boto3 reads."
        ) from error
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        endpoint=location.endpoint,
        region=location.region or credentials.config.get("region") or DEFAULT_REGION,
        virtual_hosted_style_request=location.endpoint is None,
        client_options={"allow_http": (location.endpoint or "").startswith("http://")},
        credential_provider=credentials,
    )


def check(location: ArchiveLocation) -> None:
    """Refuse an archive that cannot be written to.

    Raises:
        ArchiveError: one sentence that names the bucket or folder, the reason and what to do.
    """
    folder = local_folder(location.url)
    if folder:
        _check_folder(folder)
    else:
        from pipelines.s3 import check_bucket  # noqa: PLC0415 - boto3 is slow to import

        check_bucket(location)


def _check_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"longline")
        probe.unlink()
    except OSError as error:
        raise ArchiveError(
            f"LONGLINE_ARCHIVE_URL: {folder} cannot be written to: {error.strerror}. Make room, or choose another."
        ) from error


def _sync_to_disk(path: Path) -> None:
    """A row must not outlive its bytes, after a power cut either: the file first, then its name."""
    for target in (path, path.parent):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _reason(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
