"""The archive's object store: a folder or an S3 bucket, through obstore."""

from __future__ import annotations

import asyncio
import os
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError, GenericError, NotFoundError
from obstore.store import LocalStore, S3Store

from pipelines.failures import ArchiveAwayError, ArchiveError, MissingObjectError
from schemas.environment import without_password

if TYPE_CHECKING:
    from obstore.store import ObjectStore, RetryConfig
    from scrapy.settings import BaseSettings

DEFAULT_REGION = "us-east-1"
# Too many requests, and all of the server's own errors but "not implemented" and "no room".
PASSING_STATUSES = frozenset({408, 429, *range(500, 600)} - {501, 507})
_STATUS = re.compile(r"status code: (\d+)[^:\n]*")
_SILENCE = re.compile(r"HTTP error: [^\n]*")
_WHY_SILENT = (re.compile(r'(?:message|error): "([^"]+)"'), re.compile(r"kind: (\w+)"))
# Whoever puts waits as long as it should; these bridge a moment.
_RETRIES: RetryConfig = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}


@dataclass(frozen=True, slots=True)
class ArchiveLocation:
    """Where the archive is: its URL, and for S3 the endpoint and region where they are not boto3's own."""

    url: str
    endpoint: str | None = None
    region: str | None = None

    @classmethod
    def of(cls, settings: BaseSettings) -> Self:
        """By LONGLINE_ARCHIVE_URL, LONGLINE_ARCHIVE_ENDPOINT and LONGLINE_ARCHIVE_REGION."""
        return cls(*(settings[f"LONGLINE_ARCHIVE_{name}"] for name in ("URL", "ENDPOINT", "REGION")))


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
            ArchiveAwayError: the store does not answer, or says that it is overloaded or broken: it may pass.
            ArchiveError: the store refused it.
        """
        try:
            await obstore.put_async(self._store, name, data)
            if self._folder:
                await asyncio.to_thread(_sync_to_disk, self._folder / name)
        except (BaseError, OSError, ValueError) as error:
            if trouble := _passing_trouble(error):
                where = without_password(self.location.endpoint or self.location.url)
                raise ArchiveAwayError(f"{where}: {trouble}") from error
            raise ArchiveError(f"The archive refused {self.uri(name)}: {_reason(error)}.") from error

    def read(self, uri: str, offset: int, length: int) -> bytes:
        """``length`` bytes at ``offset`` of an object of this archive.

        Raises:
            ArchiveError: the object is not there, or is not of this archive.
        """
        try:
            return bytes(obstore.get_range(self._store, self._name(uri), start=offset, length=length))
        except (BaseError, OSError, ValueError) as error:
            raise ArchiveError(f"{uri} cannot be read: {_reason(error)}.") from error

    async def read_async(self, uri: str, offset: int, length: int) -> bytes:
        """The same for the event loop.

        Raises:
            ArchiveAwayError: the store does not answer, or says that it is overloaded or broken: it may pass.
            ArchiveError: as ``read``.
        """
        try:
            return bytes(await obstore.get_range_async(self._store, self._name(uri), start=offset, length=length))
        except (BaseError, OSError, ValueError) as error:
            if trouble := _passing_trouble(error):
                where = without_password(self.location.endpoint or self.location.url)
                raise ArchiveAwayError(f"{where}: {trouble}") from error
            raise ArchiveError(f"{uri} cannot be read: {_reason(error)}.") from error

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
            raise ArchiveError(f"{uri} cannot be read: {_reason(error)}.") from error

    def names(self, folder: str) -> list[str]:
        """The names of all objects below a folder, sorted. One request for each thousand.

        Raises:
            ArchiveError: they cannot be listed.
        """
        try:
            return sorted(entry["path"] for batch in obstore.list(self._store, folder) for entry in batch)
        except (BaseError, OSError, ValueError) as error:
            raise ArchiveError(f"{self.uri(folder)} cannot be listed: {_reason(error)}.") from error

    def replace(self, uri: str, data: bytes) -> None:
        """Write one whole object, durably, for those who wait for it.

        Raises:
            ArchiveError: the store refused it, or does not answer.
        """
        name = self._name(uri)
        try:
            obstore.put(self._store, name, data)
            if self._folder:
                _sync_to_disk(self._folder / name)
        except (BaseError, OSError, ValueError) as error:
            raise ArchiveError(f"The archive refused {uri}: {_reason(error)}.") from error

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
            raise ArchiveError(f"The archive does not let go of {uri}: {_reason(error)}.") from error

    def _name(self, uri: str) -> str:
        prefix = f"{self.location.url}/"
        if not uri.startswith(prefix):
            raise ArchiveError(f"{uri} is not in {self.location.url}. Set LONGLINE_ARCHIVE_URL to its archive.")
        return uri.removeprefix(prefix)


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
        retry_config=_RETRIES,
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


def _passing_trouble(error: Exception) -> str | None:
    """What is the matter with a store that may be well a little later; None: waiting does not mend it."""
    if not isinstance(error, GenericError):
        return None
    text = str(error)
    if silence := _SILENCE.search(text):
        # The words for people say nothing; the cause stands in those for programmers.
        said = next(filter(None, (pattern.findall(text) for pattern in _WHY_SILENT)), [silence[0]])
        return str(said[0])
    answer = _STATUS.search(text)
    # S3 says 400 of an upload that came too slowly.
    if answer and (int(answer[1]) in PASSING_STATUSES or "<Code>RequestTimeout</Code>" in text):
        return answer[0]
    return None


def _reason(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
