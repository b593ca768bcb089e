"""What the archive costs: processor time and PUTs a page, beside boto3; and how small records are made, in money.

    python -m benchmarks.archive [FOLDER] [--pages N] [--years Y] [--gb-month USD] [--core-hour USD]

FOLDER holds .html files; without it, the Python manual of Debian's package python3-doc. The S3 server is moto's, with
keys that are checked, in a process of its own. Times are processor time, of each contender's process with all its
threads.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import os
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import boto3
from isal import isal_zlib
from zlib_ng import zlib_ng

from benchmarks.extractors import MANUAL, SITE, best_of
from pipelines import warc
from pipelines.archive import ArchivePipeline
from pipelines.location import ArchiveLocation
from pipelines.object_store import Archive
from schemas.page import Page
from tests.support.s3 import REGION, S3, s3_server

HEADERS = [("Server", "nginx"), ("Content-Type", "text/html; charset=utf-8"), ("ETag", '"5f3a-1c2b"')]
SEGMENT_BYTES = 64_000_000 // 3
"""As at full speed with the budget of crawler/settings.py."""
Compress = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Prices:
    """In dollars: a gigabyte for a month, a core for an hour; and for how many years pages are kept."""

    gb_month: float
    core_hour: float
    years: float

    def storage(self, gigabytes: float) -> float:
        """To keep so much for all that time."""
        return gigabytes * self.gb_month * 12 * self.years

    def work(self, seconds: float) -> float:
        """Of a core."""
        return seconds / 3600 * self.core_hour


def sample(folder: Path, limit: int) -> list[Page]:
    """Pages of a folder, evenly, each with another body."""
    files = sorted(folder.rglob("*.html"))
    if not files:
        raise SystemExit(f"{folder} holds no .html file: install python3-doc, or name another folder.")
    bodies = [file.read_bytes() for file in files[:: max(1, len(files) // limit)]]
    while len(bodies) < limit:
        bodies += [body + b"<!-- %d -->" % len(bodies) for body in bodies[: limit - len(bodies)]]
    return [_page(number, body) for number, body in enumerate(bodies[:limit])]


def _page(number: int, body: bytes) -> Page:
    url = f"{SITE}{number}.html"
    page = Page(
        url=url,
        final_url=url,
        status=200,
        request_headers=[("User-Agent", "Longline/0.1"), ("Accept", "text/html")],
        headers=list(HEADERS),
        body=body,
        content_type="text/html; charset=utf-8",
        fetched_at=datetime.now(UTC),
        site_id=1,
        job_id=UUID(int=1),
        fence=(1, 1),
        site="manual.example",
        extract=frozenset({"page"}),
    )
    page.body_sha256 = hashlib.sha256(body).digest()
    return page


def methods() -> dict[str, Compress]:
    """Ways to make a gzip member, by name and level."""
    ways: dict[str, Compress] = {f"igzip {n}": _of(isal_zlib.compress, n) for n in (0, 1, 2, 3)}
    ways |= {f"zlib-ng {n}": _of(zlib_ng.compress, n) for n in (1, 2, 4, 6, 7, 9)}
    ways |= {f"zlib {n}": _of(zlib.compress, n) for n in (1, 6, 9)}
    return ways


def _of(compress: Callable[[bytes, int, int], bytes], level: int) -> Compress:
    return lambda data: compress(data, level, warc.GZIP_WINDOW)


def compression_table(pages: Sequence[Page], prices: Prices) -> list[str]:
    """What each way takes, and what a million such pages cost by it."""
    records = [gzip.decompress(warc.exchange(page)[0]) for page in pages]
    size = sum(map(len, records)) / len(records)
    title = f"a record of {size / 1e3:.0f} KB"
    heads = ("ms a page", "KB", "smaller by", "storage $", "processor $", "both $")
    lines = [f"{title:<22}" + "".join(f"{head:>13}" for head in heads)]
    for name, compress in methods().items():
        seconds = best_of(2, partial(_each, compress, records)) / len(records)
        small = sum(map(len, _each(compress, records))) / len(records)
        kept, worked = prices.storage(small * 1e6 / 1e9), prices.work(seconds * 1e6)
        figures = f"{seconds * 1e3:>13.3f}{small / 1e3:>13.2f}{size / small:>13.2f}"
        lines.append(f"{name:<22}{figures}{kept:>13.2f}{worked:>13.3f}{kept + worked:>13.2f}")
    return lines


def _each(compress: Compress, records: Sequence[bytes]) -> list[bytes]:
    return [compress(record) for record in records]


@dataclass(frozen=True, slots=True)
class Measured:
    """For each page: processor milliseconds, PUTs, and kilobytes that were put."""

    name: str
    milliseconds: float
    puts: float
    kilobytes: float

    def line(self) -> str:
        """For the table."""
        return f"{self.name:<34}{self.milliseconds:>13.2f}{100 * self.puts:>16.2f}{self.kilobytes:>13.1f}"


async def _archived(where: ArchiveLocation, pages: Sequence[Page]) -> None:
    pipeline = ArchivePipeline(
        Archive(where), software="benchmark", segment_bytes=SEGMENT_BYTES, more_to_come=lambda: True
    )
    for page in pages:
        await pipeline.process_item(page)
        await asyncio.sleep(0)
    await pipeline.close_spider()


def ours(endpoint: str, bucket: str, pages: Sequence[Page]) -> None:
    """Segments, with their indexes."""
    asyncio.run(_archived(ArchiveLocation(f"s3://{bucket}/ours", endpoint, REGION), pages))


def boto3s(endpoint: str, bucket: str, pages: Sequence[Page]) -> None:
    """An object for each page, as most do it: SHA-256, gzip, ``put_object``."""
    client = boto3.client("s3", endpoint_url=endpoint, region_name=REGION)
    for number, page in enumerate(pages):
        digest = hashlib.sha256(page.body).hexdigest()
        body = zlib.compress(page.body, 6, warc.GZIP_WINDOW)
        client.put_object(Bucket=bucket, Key=f"boto3/{number}", Body=body, Metadata={"sha256": digest})


CONTENDERS = {"ours": ours, "boto3": boto3s}
NAMES = {"ours": "Longline: segments and indexes", "boto3": "boto3: put_object for each page"}


def measured(name: str, server: S3, arguments: argparse.Namespace) -> Measured:
    """One of them, in a process of its own that has the server's keys in its environment."""
    command = [sys.executable, "-m", "benchmarks.archive", str(arguments.folder), "--pages", str(arguments.pages)]
    command += ["--only", name, "--endpoint", server.endpoint_url, "--bucket", server.bucket]
    spent = float(subprocess.run(command, env=server.environment, capture_output=True, text=True, check=True).stdout)
    listing = server.client().get_paginator("list_objects_v2").paginate(Bucket=server.bucket, Prefix=f"{name}/")
    sizes = [one["Size"] for batch in listing for one in batch.get("Contents", [])]
    pages = arguments.pages
    return Measured(NAMES[name], 1e3 * spent / pages, len(sizes) / pages, sum(sizes) / pages / 1e3)


def puts_table(arguments: argparse.Namespace) -> list[str]:
    """Ours beside boto3's."""
    with s3_server() as server:
        both = [measured(name, server, arguments) for name in CONTENDERS]
    heads = f"{'':<34}{'ms a page':>13}{'PUTs per 100':>16}{'KB a page':>13}"
    ratio = both[1].milliseconds / both[0].milliseconds
    return [heads, *(one.line() for one in both), f"boto3 takes {ratio:.1f} times as long."]


def only(arguments: argparse.Namespace, pages: Sequence[Page]) -> float:
    """Processor seconds of one contender, less what it takes to begin."""
    contender = CONTENDERS[arguments.only]
    contender(arguments.endpoint, arguments.bucket, [])
    started = time.process_time()
    contender(arguments.endpoint, arguments.bucket, pages)
    return time.process_time() - started


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=MANUAL)
    parser.add_argument("--pages", type=int, default=1000, help="how many pages to archive (1000)")
    parser.add_argument("--years", type=float, default=5, help="for how long they are kept (5)")
    parser.add_argument("--gb-month", type=float, default=0.023, help="dollars for a gigabyte and month (0.023)")
    parser.add_argument("--core-hour", type=float, default=0.05, help="dollars for a core and hour (0.05)")
    for name in ("only", "endpoint", "bucket"):
        parser.add_argument(f"--{name}", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    pages = sample(arguments.folder, arguments.pages)
    if arguments.only:
        print(only(arguments, pages), flush=True)
        # A thread of obstore's may be letting go of its last upload: it must not meet an interpreter that is ending.
        os._exit(0)
    prices = Prices(arguments.gb_month, arguments.core_hour, arguments.years)
    print("\n".join(puts_table(arguments)), end="\n\n")
    print(f"A million pages, kept for {prices.years:g} years:")
    print("\n".join(compression_table(pages[:200], prices)))


if __name__ == "__main__":
    main()
