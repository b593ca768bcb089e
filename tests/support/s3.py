"""An S3 server that checks keys: who has the wrong ones gets 403."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3

from tests.support.processes import serving

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
REGION = "us-east-1"


@dataclass(frozen=True)
class S3:
    """A running S3 server with one empty bucket, and the keys of a user who may do everything in S3."""

    endpoint_url: str
    bucket: str
    access_key: str
    secret_key: str
    region: str = REGION

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which a process finds the server and its keys."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": self.region,
        }

    def client(self) -> Any:
        """A boto3 client for this server."""
        return boto3.client("s3", **credentials(self.endpoint_url, self.access_key, self.secret_key))


def credentials(endpoint_url: str, access_key: str, secret_key: str) -> dict[str, Any]:
    """What ``boto3.client`` needs, so that nothing of the machine's own configuration counts."""
    return {
        "endpoint_url": endpoint_url,
        "aws_access_key_id": access_key,
        "aws_secret_access_key": secret_key,
        "region_name": REGION,
    }


@contextmanager
def s3_server() -> Iterator[S3]:
    """Run an S3 server with a user and a bucket, and authentication on."""
    with serving("tests.support.moto_server") as said:
        endpoint_url = said["endpoint_url"]
        anybody = credentials(endpoint_url, "anybody", "anything")
        iam: Any = boto3.client("iam", **anybody)
        iam.create_user(UserName="longline")
        iam.put_user_policy(UserName="longline", PolicyName="everything", PolicyDocument=json.dumps(EVERYTHING))
        key = iam.create_access_key(UserName="longline")["AccessKey"]
        boto3.client("s3", **anybody).create_bucket(Bucket="pages")
        check_keys_from_now_on(endpoint_url)
        yield S3(endpoint_url, "pages", key["AccessKeyId"], key["SecretAccessKey"])


def check_keys_from_now_on(endpoint_url: str) -> None:
    # As a form, which is urllib's default, moto would not see the body.
    headers = {"Content-Type": "text/plain"}
    request = urllib.request.Request(f"{endpoint_url}/moto-api/reset-auth", data=b"0", headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200
