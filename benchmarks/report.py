"""What the crawls took, as lines to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from benchmarks.crawls import Cost, Crawl

T = TypeVar("T")
Pair = tuple[T, T]
"""Of Longline, and of plain Scrapy."""

NAMES = ("Longline", "plain Scrapy")
WIDTH = 34
SHOWN = 10
"""Pages that only one of the two fetched: so many are named."""


@dataclass(frozen=True, slots=True)
class Round:
    """One turn of both crawlers: a single page each, then the whole site each."""

    longline_start_up: Crawl
    plain_start_up: Crawl
    longline: Crawl
    plain: Crawl


def table(rounds: Sequence[Round]) -> list[str]:
    """Cost and speed of both, whole and without start-up, and how many times as long plain Scrapy took."""
    one_page = ([each.longline_start_up.cost for each in rounds], [each.plain_start_up.cost for each in rounds])
    whole = ([each.longline.cost for each in rounds], [each.plain.cost for each in rounds])
    bare = (_without(whole[0], one_page[0]), _without(whole[1], one_page[1]))
    pages = (rounds[0].longline.pages, rounds[0].plain.pages)
    heads = ("processor s", "wall s", "pages", "pages/s", "ms a page")
    return [
        f"{f'medians of {len(rounds)}':<{WIDTH}}" + "".join(f"{head:>12}" for head in heads),
        *_lines("whole", whole, pages),
        *_lines("one page", one_page, (1, 1)),
        *_lines("without start-up", bare, (pages[0] - 1, pages[1] - 1)),
        "",
        f"{'plain Scrapy takes':<{WIDTH}}{'processor':>24}{'wall':>24}",
        _ratio_line("whole", *whole),
        _ratio_line("without start-up", *bare),
    ]


def _without(whole: list[Cost], start_up: list[Cost]) -> list[Cost]:
    return [cost - start for cost, start in zip(whole, start_up, strict=True)]


def _lines(what: str, costs: Pair[list[Cost]], pages: Pair[int]) -> Iterator[str]:
    for name, own, count in zip(NAMES, costs, pages, strict=True):
        processor, wall = median(cost.processor for cost in own), median(cost.wall for cost in own)
        numbers = f"{processor:12.2f}{wall:12.2f}{count:12,}{count / wall:12.1f}{1000 * processor / count:12.2f}"
        yield f"{f'{name}, {what}':<{WIDTH}}{numbers}"


def _ratio_line(what: str, longline: list[Cost], plain: list[Cost]) -> str:
    pairs = list(zip(longline, plain, strict=True))
    processor = [theirs.processor / ours.processor for ours, theirs in pairs]
    wall = [theirs.wall / ours.wall for ours, theirs in pairs]
    return f"{what:<{WIDTH}}{_times(processor):>24}{_times(wall):>24}"


def _times(ratios: list[float]) -> str:
    return f"{median(ratios):.1f} times ({min(ratios):.1f}-{max(ratios):.1f})"


def differences(rounds: Sequence[Round]) -> list[str]:
    """Whether both fetched the same pages; if not, which only one of them did."""
    lines = []
    for each in rounds:
        lines += _only("Longline", each.longline, each.plain)
        lines += _only("plain Scrapy", each.plain, each.longline)
        lines += _again("Longline", each.longline)
        lines += _again("plain Scrapy", each.plain)
    return list(dict.fromkeys(lines)) or [f"Both fetched the same {rounds[0].longline.pages:,} pages."]


def _only(name: str, one: Crawl, other: Crawl) -> list[str]:
    paths = sorted(one.answers.keys() - other.answers.keys())
    if not paths:
        return []
    named = ", ".join(f"{path} ({one.answers[path]})" for path in paths[:SHOWN])
    return [f"Fetched by {name} alone, of {one.pages:,}: {named}{' …' if len(paths) > SHOWN else ''}"]


def _again(name: str, crawl: Crawl) -> list[str]:
    paths = ", ".join(sorted(crawl.repeated)[:SHOWN])
    return [f"Fetched by {name} more than once: {paths}"] if paths else []


def stage_table(seconds: dict[str, float], pages: int) -> list[str]:
    """Where the processor time of a crawl of so many pages went, by stage."""
    total = sum(seconds.values())
    largest = sorted(seconds.items(), key=lambda item: -item[1])
    return [
        f"{f'Longline, {total:.2f} processor s':<{WIDTH}}{'share':>12}{'ms a page':>12}",
        *(f"{stage:<{WIDTH}}{spent / total:12.1%}{1000 * spent / pages:12.2f}" for stage, spent in largest),
    ]
