"""``python -m tests.support.moto_server [PORT BUCKET]``: S3 and IAM, until standard input is closed.

On a free port without buckets; or on this port with this bucket, which was never away for those who ask.
"""

from __future__ import annotations

import json
import logging
import sys

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    port, *buckets = sys.argv[1:] or ["0"]
    for bucket in buckets:
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket(bucket, "us-east-1")
    server = ThreadedMotoServer("127.0.0.1", int(port), verbose=False)
    server.start()
    host, at = server.get_host_and_port()
    print(json.dumps({"endpoint_url": f"http://{host}:{at}"}), flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
