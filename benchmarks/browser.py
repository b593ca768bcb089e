"""``python -m benchmarks.browser``: browser pages by Longline beside plain scrapy-playwright, as many at a time.

``--guarded``: Longline's browser goes out through its egress proxy, as in any crawl that may not go to private
addresses. ``--faults``: Longline alone, with tabs that crash at random and a browser that is killed in the middle.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from math import inf
from statistics import median

import psutil

from benchmarks.browser_crawl import HANDLERS, Outcome, Task
from crawler.fetch.launching import resident_bytes
from tests.support.browser import find_browser
from tests.support.processes import serving

LOOK_SECONDS = 0.5
FREE = {"LONGLINE_ALLOW_PRIVATE_ADDRESSES": True}
"""The site is on this machine. Without it, the spider says that it starts there, and all else there is refused."""


@dataclass
class Disturbed:
    """What was done to a crawl, and what was seen meanwhile; ``memory``: bytes of all that it started, over time."""

    crashes: int = 0
    kills: int = 0
    memory: list[int] = field(default_factory=list)


def main() -> int:
    """Exit status: 0; 1 pages were lost, or more were open than may be; 2 there is no browser."""
    options = read_options()
    if find_browser() is None:
        print("There is no browser (Debian: apt install chromium).", file=sys.stderr)
        return 2
    with serving("benchmarks.app") as url:
        return with_faults(url, options) if options.faults else compare(url, options)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.browser", description=__doc__)
    parser.add_argument("--pages", type=int, default=None, help="pages of each crawl: 200; with --faults, 1,000")
    parser.add_argument("--bound", type=int, default=4, help="the most pages at one time (4)")
    parser.add_argument("--rounds", type=int, default=2, help="how often each has its turn (2)")
    parser.add_argument("--guarded", action="store_true", help="through the egress proxy, which guards the browser")
    parser.add_argument("--faults", action="store_true", help="crash tabs at random, and kill a browser")
    parser.add_argument("--seed", type=int, default=1, help="of what --faults does (1)")
    return parser.parse_args()


def crawl(task: Task) -> Outcome:
    """In a process of its own."""
    with crawling(task) as process:
        return outcome_of(process)


@contextmanager
def crawling(task: Task) -> Iterator[subprocess.Popen[str]]:
    """The process of a crawl, which is killed where it is not awaited."""
    words = [sys.executable, "-m", "benchmarks.browser_crawl"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin
        process.stdin.write(json.dumps(asdict(task)))
        process.stdin.close()
        process.stdin = None
        try:
            yield process
        finally:
            process.kill()


def outcome_of(process: subprocess.Popen[str]) -> Outcome:
    said, _ = process.communicate()
    return Outcome(**json.loads(said.splitlines()[-1]))


def compare(url: str, options: argparse.Namespace) -> int:
    """Each waits for what a page shows last, and then for quiet."""
    pages = options.pages or 200
    print(f"{pages} pages, {options.bound} at a time, {options.rounds} rounds in turns{', guarded' * options.guarded}")
    whole = True
    for wait in ("selector", "quiet"):
        turns: dict[str, list[Outcome]] = {name: [] for name in HANDLERS}
        for _ in range(options.rounds):
            for name, outcomes in turns.items():
                settings = FREE if name == "longline" and not options.guarded else {}
                outcomes.append(crawl(Task(name, url, pages, options.bound, wait, settings)))
        report(wait, turns)
        whole = whole and all(outcome.whole == pages for each in turns.values() for outcome in each)
    return 0 if whole else 1


def report(wait: str, turns: dict[str, list[Outcome]]) -> None:
    """A line for each contender, and how many times as fast Longline was."""
    heads = ("pages/s", "processor ms a page", "whole pages", "open at most")
    print(f"\n{f'waiting for {wait}':<28}" + "".join(f"{head:>22}" for head in heads))
    for name, outcomes in turns.items():
        speed = median(outcome.pages / outcome.seconds for outcome in outcomes)
        cost = median(1000 * sum(outcome.processor.values()) / outcome.pages for outcome in outcomes)
        least = min(outcome.whole for outcome in outcomes)
        most = max(outcome.stats["playwright/page_count/max_concurrent"] for outcome in outcomes)
        print(f"{name:<28}{speed:22.2f}{cost:22.1f}{least:22,}{most:22}")
        kinds = outcomes[0].processor.items()
        print("   " + ", ".join(f"{kind} {1000 * spent / outcomes[0].pages:.0f}" for kind, spent in kinds))
    wall = ratios(turns, lambda outcome: outcome.seconds)
    processor = ratios(turns, lambda outcome: sum(outcome.processor.values()))
    print(f"plain takes so many times as long: {wall} by the clock, {processor} of the processor")


def ratios(turns: dict[str, list[Outcome]], of: object) -> str:
    """Round by round: the median, the least and the most."""
    assert callable(of)
    found = [of(plain) / of(ours) for plain, ours in zip(turns["plain"], turns["longline"], strict=True)]
    return f"{median(found):.2f} ({min(found):.2f}-{max(found):.2f})"


def with_faults(url: str, options: argparse.Namespace) -> int:
    """Crash tabs at random, and kill the browser when about half of the time is over."""
    pages = options.pages or 1000
    outcome, seen = disturbed(url, pages, options.bound, options.seed)
    most = outcome.stats["browser/pages_open_max"]
    print(f"{pages} pages, {options.bound} at a time: {outcome.whole} whole, {outcome.seconds:.0f} s")
    print(f"tabs crashed {seen.crashes}, browsers killed {seen.kills}, pages open at most {most}")
    lost = (outcome.stats.get(f"browser/{what}", 0) for what in ("tabs_lost", "lost"))
    print("pages tried again {}, browsers lost {}".format(*lost))
    for number, part in enumerate(parts(seen.memory), start=1):
        print(f"memory in part {number} of 5: {median(part) / 1e6:.0f} MB (at most {max(part) / 1e6:.0f})")
    for problem in outcome.lost:
        print(problem)
    return 0 if outcome.whole == pages and most <= options.bound else 1


def disturbed(url: str, pages: int, bound: int, seed: int, most_crashes: float = inf) -> tuple[Outcome, Disturbed]:
    """A crawl of so many pages to which that is done, and what was seen."""
    chance, seen = random.Random(seed), Disturbed()
    with crawling(Task("longline", url, pages, bound, "quiet", FREE | {"RETRY_TIMES": 5})) as process:
        began = time.monotonic()
        next_crash, kill_at = 3.0, max(5.0, pages / 40)
        while process.poll() is None and not has_spoken(process):
            seen.memory.append(resident_bytes(process.pid))
            now = time.monotonic() - began
            if now > next_crash and seen.crashes < most_crashes and crash_one(process.pid, chance):
                seen.crashes, next_crash = seen.crashes + 1, now + chance.uniform(0.5, 4.0)
            if not seen.kills and now > kill_at and kill_browser(process.pid):
                seen.kills += 1
        return outcome_of(process), seen


def has_spoken(process: subprocess.Popen[str]) -> bool:
    """Whether the crawl has said how it went, within a while."""
    assert process.stdout
    return bool(select.select([process.stdout], [], [], LOOK_SECONDS)[0])


def crash_one(pid: int, chance: random.Random) -> bool:
    """End the process of a tab: whether there was one."""
    found = [each for each in descendants(pid) if "--type=renderer" in words_of(each)]
    if found:
        with suppress(psutil.Error):
            chance.choice(found).kill()
    return bool(found)


def kill_browser(pid: int) -> bool:
    """End the browser itself: whether there was one."""
    for each in descendants(pid):
        words = words_of(each)
        if "--remote-debugging-pipe" in words and "--type=" not in words:
            with suppress(ProcessLookupError):
                os.kill(each.pid, signal.SIGKILL)
                return True
    return False


def descendants(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return list(psutil.Process(pid).children(recursive=True))
    return []


def words_of(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def parts(values: Sequence[int], count: int = 5) -> Iterator[Sequence[int]]:
    """The values in so many parts, one after the other; none that is empty."""
    for number in range(count):
        part = values[number * len(values) // count : (number + 1) * len(values) // count]
        if part:
            yield part


if __name__ == "__main__":
    sys.exit(main())
