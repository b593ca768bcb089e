"""``python -m benchmarks.site``: a whole site by Longline, which keeps it, and by its peers, which store nothing.

The site is the Python manual of Debian's package python3-doc, on a local nginx. All crawl it with eight requests at a
time, one after the other, each on a core of its own where there are two. What servers they need run already.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from benchmarks.contenders import Contender, Course, Longline, ScrapyRedis, Stock
from benchmarks.crawls import CrawlFailedError, reserve_cores
from benchmarks.delay import distant_redis
from benchmarks.report import Pair, Turn, differences, ratios, table
from benchmarks.servers import ServersError, round_trip
from tests.support.nginx import NginxStartError, find_nginx, find_python_manual, nginx
from tests.support.valkey import PASSWORD, ValkeyStartError, valkey

PEERS = ("plain", "scrapy-redis")


class MissingError(RuntimeError):
    """Something that the benchmark needs is not installed."""


def main() -> int:
    """Exit status: 0; 1 a crawl or a server failed; 2 something is not installed."""
    options = read_options()
    try:
        with tempfile.TemporaryDirectory(prefix="longline-benchmark-") as name:
            compare(options, Path(name))
    except (
        CrawlFailedError,
        ServersError,
        NginxStartError,
        ValkeyStartError,
        MissingError,
        TimeoutError,
    ) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, MissingError) else 1
    return 0


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.site", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--peers", type=_peers, default=("plain",), metavar="NAMES", help="plain, scrapy-redis or both (plain)"
    )
    parser.add_argument(
        "--redis-delay",
        type=float,
        default=0.0,
        metavar="MS",
        help="crawl once more, with a Redis that is so many milliseconds away, where a crawler uses one",
    )
    parser.add_argument(
        "--workers", type=int, default=1, metavar="N", help="crawl once more with so many processes of Longline"
    )
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="how many rounds there are (3)")
    parser.add_argument(
        "--copies", type=int, default=1, metavar="N", help="how many times the site holds the manual (1)"
    )
    parser.add_argument("--text", action="store_true", help="make markdown of each page too")
    parser.add_argument("--profile", action="store_true", help="crawl once more, and say where Longline's time goes")
    options = parser.parse_args()
    if options.profile and not hasattr(time, "pthread_getcpuclockid"):
        parser.error("--profile needs the clocks of threads, which this system does not have")
    if min(options.repeats, options.copies, options.workers) < 1:
        parser.error("--repeats, --copies and --workers take a number from 1")
    if options.redis_delay < 0:
        parser.error("--redis-delay takes milliseconds, from 0")
    return options


def _peers(text: str) -> tuple[str, ...]:
    names = tuple(filter(None, text.split(",")))
    if unknown := set(names) - set(PEERS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))} is none of {', '.join(PEERS)}")
    return names


def compare(options: argparse.Namespace, work: Path) -> None:
    """Serve the site, have it crawled in turns, and print what it took."""
    # PostgreSQL may run as another user, who must be let in.
    work.chmod(0o755)
    cores = reserve_cores(options.workers)
    binary, manual = installed()
    contenders, pairs = line_up(options)
    with nginx(binary, site(manual, options.copies, work), work) as address:
        course = Course(f"{address}/", work / "access.log", cores)
        turns = run(contenders, course, work, options.repeats)
        print(*differences(turns), "", *table(turns), "", *ratios(turns, pairs), sep="\n")
        if options.redis_delay:
            print("", distances(options.redis_delay, work), sep="\n")
        if options.profile:
            (work / "profile").mkdir()
            print("", *longline(options).profile(course, work / "profile"), sep="\n")


def line_up(options: argparse.Namespace) -> tuple[list[Contender], list[Pair]]:
    """Who takes part, and who is compared with whom: with Longline at the same distance from its Redis."""
    near = longline(options)
    contenders: list[Contender] = [near]
    pairs = []
    if "plain" in options.peers:
        contenders.append(Stock())
        pairs.append((Stock().name, near.name))
    if options.workers > 1:
        contenders.append(longline(options, workers=options.workers))
        pairs.append((near.name, contenders[-1].name))
    if options.redis_delay:
        contenders.append(longline(options, distance=options.redis_delay))
    if "scrapy-redis" in options.peers:
        for distance in sorted({0.0, options.redis_delay}):
            contenders.append(ScrapyRedis(distance))
            pairs.append((contenders[-1].name, longline(options, distance=distance).name))
    return contenders, pairs


def longline(options: argparse.Namespace, distance: float = 0.0, workers: int = 1) -> Longline:
    """Longline as the command line asks for it."""
    return Longline("page,posting,text" if options.text else "page,posting", distance, workers)


def run(contenders: Sequence[Contender], course: Course, work: Path, rounds: int) -> dict[str, list[Turn]]:
    """Have all crawl in turns, so many times, each with a new folder: what they did, by name."""
    turns: dict[str, list[Turn]] = defaultdict(list)
    for number in range(1, rounds + 1):
        for contender in contenders:
            if number > 1 and contender.once:
                continue
            folder = work / "turn"
            folder.mkdir()
            turns[contender.name].append(contender.turn(course, folder))
            shutil.rmtree(folder)
            print(f"Round {number} of {rounds}: {contender.name} is done.", file=sys.stderr)
    return turns


def distances(milliseconds: float, work: Path) -> str:
    """How long a round trip to Valkey is in truth."""
    folder = work / "distances"
    folder.mkdir()
    with valkey(folder) as port:
        near = f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/0"
        with distant_redis(near, milliseconds) as far:
            there = f"{round_trip(near):.2f} ms; {milliseconds:g} ms away, {round_trip(far):.2f} ms"
    return f"A round trip to Valkey, measured: {there}."


def installed() -> tuple[str, Path]:
    """nginx, and the manual's folder."""
    binary, manual = find_nginx(), find_python_manual()
    if binary is None:
        raise MissingError("nginx is not installed. Debian: apt install nginx")
    if manual is None:
        raise MissingError("The Python manual is not installed. Debian: apt install python3-doc")
    return binary, manual


def site(manual: Path, copies: int, work: Path) -> Path:
    """The folder to serve: the manual, or a page that leads to so many copies of it."""
    if copies == 1:
        return manual
    folder = work / "copies"
    folder.mkdir()
    names = [f"{number:03}" for number in range(copies)]
    for name in names:
        (folder / name).symlink_to(manual)
    (folder / "index.html").write_text("".join(f'<a href="{name}/index.html">{name}</a>\n' for name in names))
    return folder


if __name__ == "__main__":
    sys.exit(main())
