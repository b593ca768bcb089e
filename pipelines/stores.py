"""The object stores that an archive may be in: how each is opened, and tried before a crawl."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import obstore
from obstore.exceptions import BaseError, GenericError, PermissionDeniedError, UnauthenticatedError
from obstore.store import AzureStore, GCSStore, LocalStore, S3Store

from pipelines.failures import ArchiveError
from pipelines.location import ArchiveLocation, local_folder
from pipelines.store_troubles import passing_trouble, reason
from schemas.environment import without_password

if TYPE_CHECKING:
    from obstore.store import AzureConfig, ClientConfig, GCSConfig, ObjectStore, RetryConfig, S3Config

DEFAULT_REGION = "us-east-1"
PROBE = ".longline-probe"
ARCHIVE_URL = "LONGLINE_ARCHIVE_URL"
"""The variable that names the archive, by which each refusal of it begins."""
# Whoever puts waits as long as it should; these bridge a moment.
_RETRIES: RetryConfig = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}
_ONCE: RetryConfig = {"max_retries": 0, "retry_timeout": timedelta(seconds=10)}
_NAMES = {"gs": "bucket", "az": "container"}
_KEYS = {
    "gs": "GOOGLE_APPLICATION_CREDENTIALS, or what gcloud auth application-default login has left",
    "az": "AZURE_STORAGE_ACCOUNT_NAME, and AZURE_STORAGE_ACCOUNT_KEY or another that Azure knows",
}


def open_store(location: ArchiveLocation, retries: RetryConfig = _RETRIES) -> ObjectStore:
    """The store of a location; names are relative to its URL.

    Raises:
        ArchiveError: the folder cannot be made, or there are no credentials.
    """
    folder = local_folder(location.url)
    if folder:
        return _local(folder)
    if location.scheme == "s3":
        return _s3(location, retries)
    try:
        return _gcs(location, retries) if location.scheme == "gs" else _azure(location, retries)
    except (BaseError, ValueError) as error:
        raise ArchiveError(_refusal(location, f"{reason(error)}. Set {_KEYS[location.scheme]}")) from error


def _local(folder: Path) -> LocalStore:
    try:
        return LocalStore(folder, mkdir=True)
    except (BaseError, OSError, ValueError) as error:
        raise ArchiveError(f"{ARCHIVE_URL}: {folder} cannot be made: {reason(error)}.") from error


def _s3(location: ArchiveLocation, retries: RetryConfig) -> S3Store:
    from obstore.auth.boto3 import Boto3CredentialProvider  # noqa: PLC0415 - boto3 is slow to import

    try:
        credentials = Boto3CredentialProvider()
    except ValueError as error:
        raise ArchiveError(
            f"{ARCHIVE_URL}: there are no keys for bucket {location.bucket}. "
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or any other that boto3 reads."
        ) from error
    config: S3Config = {
        "region": location.region or credentials.config.get("region") or DEFAULT_REGION,
        "virtual_hosted_style_request": not location.by_path,
    }
    if location.endpoint:
        config["endpoint"] = _endpoint(location.endpoint, "" if location.by_path else location.bucket)
    if location.encryption:
        config["server_side_encryption"] = location.encryption
    if location.kms_key:
        config["sse_kms_key_id"] = location.kms_key
    return S3Store(
        location.bucket,
        prefix=location.prefix or None,
        config=config,
        retry_config=retries,
        client_options=_client(location),
        credential_provider=credentials,
    )


def _endpoint(endpoint: str, before: str) -> str:
    """As obstore wants it: with the bucket in front, where that does not stand in the path."""
    parts = urlsplit(endpoint)
    return urlunsplit(parts._replace(netloc=f"{before}.{parts.netloc}")) if before else endpoint


def _gcs(location: ArchiveLocation, retries: RetryConfig) -> GCSStore:
    config: GCSConfig = {"base_url": location.endpoint} if location.endpoint else {}
    client, prefix = _client(location), location.prefix or None
    return GCSStore(location.bucket, prefix=prefix, config=config, client_options=client, retry_config=retries)


def _azure(location: ArchiveLocation, retries: RetryConfig) -> AzureStore:
    config: AzureConfig = {"endpoint": location.endpoint} if location.endpoint else {}
    client, prefix = _client(location), location.prefix or None
    return AzureStore(location.bucket, prefix=prefix, config=config, client_options=client, retry_config=retries)


def _client(location: ArchiveLocation) -> ClientConfig:
    return {
        "allow_http": (location.endpoint or "").startswith("http://"),
        "timeout": timedelta(seconds=location.answer_seconds),
    }


def check(location: ArchiveLocation) -> None:
    """Refuse an archive that cannot be written to.

    Raises:
        ArchiveError: one sentence that names the bucket or folder, the reason and what to do.
    """
    folder = local_folder(location.url)
    if folder:
        _check_folder(folder)
    elif location.scheme == "s3":
        from pipelines.s3 import check_bucket  # noqa: PLC0415 - boto3 is slow to import

        check_bucket(location)
    else:
        _check_cloud(location)


def _check_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"longline")
        probe.unlink()
    except OSError as error:
        raise ArchiveError(
            f"{ARCHIVE_URL}: {folder} cannot be written to: {error.strerror}. Make room, or choose another."
        ) from error


def _check_cloud(location: ArchiveLocation) -> None:
    """Put a small object under the archive's prefix and take it away again."""
    store = open_store(location, _ONCE)
    try:
        obstore.put(store, PROBE, b"longline", **location.put_options())
        obstore.delete(store, PROBE)
    except (BaseError, OSError, ValueError) as error:
        raise ArchiveError(_refusal(location, _what_to_do(location, error))) from error


def _what_to_do(location: ArchiveLocation, error: Exception) -> str:
    name = _NAMES[location.scheme]
    if isinstance(error, FileNotFoundError):
        return f"there is no such {name}. Make it, or mend LONGLINE_ARCHIVE_URL"
    if isinstance(error, PermissionDeniedError | UnauthenticatedError):
        return f"access is denied. Check {_KEYS[location.scheme]}"
    if isinstance(error, GenericError) and (trouble := passing_trouble(error)):
        return f"{trouble}. Start it, or mend LONGLINE_ARCHIVE_ENDPOINT"
    return reason(error)


def _refusal(location: ArchiveLocation, why: str) -> str:
    at = f" at {without_password(location.endpoint)}" if location.endpoint else ""
    name = f"{_NAMES[location.scheme]} {location.bucket}"
    return f"{ARCHIVE_URL}: {name}{at} cannot be written to: {why}."
