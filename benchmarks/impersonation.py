"""``python -m benchmarks.impersonation``: processor time of a page by https: by aiohttp, by curl as a browser.

The same spider asks nginx for pages of the Python manual, in turns; nothing is archived, extracted or stored.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from tests.support.alone import command, environment
from tests.support.nginx import find_nginx, find_python_manual, nginx
from tests.support.proxies import certificate

HANDLER = "crawler.fetch.http.HttpDownloadHandler"
SETTINGS: dict[str, Any] = {
    "DOWNLOAD_HANDLERS": {"https": HANDLER},
    "DOWNLOADER_MIDDLEWARES": {"crawler.fetch.identity.IdentityMiddleware": 300},
    "ASYNCIO_EVENT_LOOP": "uvloop.Loop",
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "LONGLINE_ALLOW_PRIVATE_ADDRESSES": True,
    "LONGLINE_IDENTITY": "browser",
    "DOWNLOAD_VERIFY_CERTIFICATES": False,
    "LOG_LEVEL": "ERROR",
}
CLIENTS = {"aiohttp, HTTP/1.1": "never", "curl, HTTP/2": "auto"}


def main() -> int:
    """Exit status: 0; 2 there is no nginx, or no manual."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.impersonation", description=__doc__)
    parser.add_argument("--pages", type=int, default=2000, help="of each crawl (2,000)")
    parser.add_argument("--selves", type=int, default=1, help="identities, each with connections of its own (1)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each has its turn (3)")
    options = parser.parse_args()
    binary, manual = find_nginx(), find_python_manual()
    if binary is None or manual is None:
        print("nginx or the Python manual is missing (Debian: apt install nginx python3-doc).", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        with nginx(binary, manual, work, certificate(work)) as url:
            report(work, url, sorted(f"/library/{path.name}" for path in manual.glob("library/*.html")), options)
    return 0


def report(work: Path, url: str, paths: list[str], options: argparse.Namespace) -> None:
    """A line for each client."""
    pages = [
        {"url": url + paths[number % len(paths)], "meta": {"session": str(number % options.selves)}}
        for number in range(options.pages)
    ]
    turns: dict[str, list[float]] = {name: [] for name in CLIENTS}
    for _ in range(options.rounds):
        for name, impersonate in CLIENTS.items():
            one, many = (seconds(work, pages[:count], impersonate) for count in (1, options.pages))
            turns[name].append(1000 * (many - one) / (options.pages - 1))
    print(f"{options.pages} pages, {options.selves} identities, {options.rounds} rounds; processor time of the crawler")
    for name, found in turns.items():
        print(f"{name:<20}{median(found):6.2f} ms a page ({min(found):.2f}-{max(found):.2f})")


def seconds(work: Path, pages: list[dict[str, Any]], impersonate: str) -> float:
    """Of a processor, for a crawl of these pages."""
    words = command(work, pages, SETTINGS | {"LONGLINE_IMPERSONATE": impersonate})
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(words, cwd=work, env=environment(), stdout=subprocess.PIPE, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    statuses = {json.loads(line).get("status") for line in done.stdout.splitlines()}
    assert statuses == {200}, statuses
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
