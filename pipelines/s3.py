"""What only boto3 can say of a bucket: is it there, and may we write to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pipelines.failures import ArchiveError
from pipelines.location import ArchiveLocation
from pipelines.stores import DEFAULT_REGION, PROBE
from schemas.environment import without_password

REASONS = {
    "404": "there is no such bucket. Make it, or mend LONGLINE_ARCHIVE_URL",
    "NoSuchBucket": "there is no such bucket. Make it, or mend LONGLINE_ARCHIVE_URL",
    "403": "access is denied. Check the credentials and the bucket's policy",
    "AccessDenied": "access is denied. Check the credentials and the bucket's policy",
    "InvalidAccessKeyId": "the access key is unknown. Check AWS_ACCESS_KEY_ID",
    "SignatureDoesNotMatch": "the secret key is wrong. Check AWS_SECRET_ACCESS_KEY",
}


def check_bucket(location: ArchiveLocation) -> None:
    """Put a small object under the archive's prefix and take it away again.

    Raises:
        ArchiveError: names the bucket, the endpoint, the reason and what to do.
    """
    key = f"{location.prefix}/{PROBE}".lstrip("/")
    try:
        session = boto3.Session()
        client = session.client(
            "s3",
            endpoint_url=location.endpoint,
            region_name=location.region or session.region_name or DEFAULT_REGION,
            config=Config(
                connect_timeout=5,
                read_timeout=10,
                retries={"max_attempts": 2},
                s3={"addressing_style": "path" if location.by_path else "virtual"},
                # Some that speak S3 know no other checksum than that of the signature.
                request_checksum_calculation="when_required",
            ),
        )
        client.put_object(Bucket=location.bucket, Key=key, Body=b"longline", **_wishes(location))
        client.delete_object(Bucket=location.bucket, Key=key)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise ArchiveError(_sentence(location, REASONS.get(code, _said(error)))) from error
    except BotoCoreError as error:
        raise ArchiveError(_sentence(location, str(error).rstrip("."))) from error


def _wishes(location: ArchiveLocation) -> dict[str, Any]:
    """As segments are put: who may not tag or encrypt hears of it now."""
    wishes = {
        "ServerSideEncryption": location.encryption,
        "SSEKMSKeyId": location.kms_key,
        "StorageClass": location.storage_class,
        "Tagging": urlencode(location.put_options().get("tags", {})),
    }
    return {name: value for name, value in wishes.items() if value}


def _said(error: ClientError) -> str:
    said = error.response.get("Error", {})
    return f"{said.get('Code', '')}: {said.get('Message', '')}".strip(": .") or str(error).rstrip(".")


def _sentence(location: ArchiveLocation, reason: str) -> str:
    at = f" at {without_password(location.endpoint)}" if location.endpoint else ""
    return f"LONGLINE_ARCHIVE_URL: bucket {location.bucket}{at} cannot be written to: {reason}."
