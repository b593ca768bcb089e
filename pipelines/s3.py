"""What only boto3 can say of a bucket: is it there, and may we write to it."""

from __future__ import annotations

from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pipelines.failures import ArchiveError
from pipelines.object_store import DEFAULT_REGION, ArchiveLocation

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
    parts = urlsplit(location.url)
    key = f"{parts.path.strip('/')}/.longline-probe".lstrip("/")
    try:
        session = boto3.Session()
        client = session.client(
            "s3",
            endpoint_url=location.endpoint,
            region_name=location.region or session.region_name or DEFAULT_REGION,
            config=Config(connect_timeout=5, read_timeout=10, retries={"max_attempts": 2}),
        )
        client.put_object(Bucket=parts.netloc, Key=key, Body=b"longline")
        client.delete_object(Bucket=parts.netloc, Key=key)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise ArchiveError(_sentence(location, parts.netloc, REASONS.get(code, str(error).rstrip(".")))) from error
    except BotoCoreError as error:
        raise ArchiveError(_sentence(location, parts.netloc, str(error).rstrip("."))) from error


def _sentence(location: ArchiveLocation, bucket: str, reason: str) -> str:
    at = f" at {location.endpoint}" if location.endpoint else ""
    return f"LONGLINE_ARCHIVE_URL: bucket {bucket}{at} cannot be written to: {reason}."
