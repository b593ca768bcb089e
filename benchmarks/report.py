"""What the crawls took, as lines to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import median

from benchmarks.crawls import Cost, Crawl

WIDTH = 44
SHOWN = 3
"""Pages that only one of two fetched: so many are named."""
HEADS = ("rounds", "processor s", "Valkey s", "wall s", "busy cores", "pages", "pages/s", "ms a page")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one contender did in one round: a crawl of a single page, then one of the whole site."""

    one_page: Crawl
    whole: Crawl

    @property
    def bare(self) -> Cost:
        """The cost without start-up."""
        return self.whole.cost - self.one_page.cost


Turns = Mapping[str, Sequence[Turn]]
"""By contender, Longline first. One that takes part in fewer rounds takes part in the first ones."""
Pair = tuple[str, str]
"""Two contenders: who takes longer, as we expect, and whom it is compared with."""


def table(turns: Turns) -> list[str]:
    """Cost and speed of all, whole and without start-up."""
    lines = []
    for title, part in (("whole", _whole), ("one page", _one_page), ("without start-up", _bare)):
        lines += [f"{title:<{WIDTH}}" + "".join(f"{head:>12}" for head in HEADS)]
        lines += [f"{name:<{WIDTH}}{_numbers(part(own))}" for name, own in turns.items()]
        lines += [""]
    return lines[:-1]


Part = tuple[list[Cost], int]
"""What was paid, round by round, and for how many pages."""


def _whole(turns: Sequence[Turn]) -> Part:
    return [turn.whole.cost for turn in turns], turns[0].whole.pages


def _one_page(turns: Sequence[Turn]) -> Part:
    return [turn.one_page.cost for turn in turns], 1


def _bare(turns: Sequence[Turn]) -> Part:
    return [turn.bare for turn in turns], turns[0].whole.pages - 1


def _numbers(part: Part) -> str:
    costs, pages = part
    processor, wall = median(cost.processor for cost in costs), median(cost.wall for cost in costs)
    valkey, busy = median(cost.valkey for cost in costs), median(cost.machine / cost.wall for cost in costs)
    return (
        f"{len(costs):12}{processor:12.2f}{valkey:12.2f}{wall:12.2f}{busy:12.2f}"
        f"{pages:12,}{pages / wall:12.1f}{1000 * processor / pages:12.2f}"
    )


def ratios(turns: Turns, pairs: Sequence[Pair]) -> Iterator[str]:
    """How many times as long one took as another, in the rounds in which both took part; nothing without pairs."""
    if pairs:
        yield f"{'takes so many times as long':<{2 * WIDTH}}{'processor':>24}{'wall':>24}"
    for slow, fast in pairs:
        rounds = list(zip(turns[slow], turns[fast], strict=False))
        whole = [(ours.whole.cost, theirs.whole.cost) for theirs, ours in rounds]
        bare = [(ours.bare, theirs.bare) for theirs, ours in rounds]
        yield _ratio_line(f"{slow}, against {fast}, whole", whole)
        yield _ratio_line(f"{slow}, against {fast}, without start-up", bare)


def _ratio_line(what: str, costs: list[tuple[Cost, Cost]]) -> str:
    processor = [theirs.processor / ours.processor for ours, theirs in costs]
    wall = [theirs.wall / ours.wall for ours, theirs in costs]
    return f"{what:<{2 * WIDTH}}{_times(processor):>24}{_times(wall):>24}"


def _times(several: list[float]) -> str:
    return f"{_short(median(several))} times ({_short(min(several))}-{_short(max(several))})"


def _short(number: float) -> str:
    return f"{number:.1f}" if number >= 9.95 else f"{number:.2f}"


def differences(turns: Turns) -> list[str]:
    """Whether all fetched the same pages as the first; if not, which only one of them did."""
    first, *others = turns
    lines = []
    for each in turns[first]:
        for other, whole in ((name, turn.whole) for name in others for turn in turns[name]):
            lines += _only(first, each.whole, whole, other)
            lines += _only(other, whole, each.whole, first)
    lines += chain.from_iterable(_again(name, turn.whole) for name, own in turns.items() for turn in own)
    return list(dict.fromkeys(lines)) or [f"All fetched the same {turns[first][0].whole.pages:,} pages."]


def _only(name: str, one: Crawl, other: Crawl, other_name: str) -> list[str]:
    paths = sorted(one.answers.keys() - other.answers.keys())
    if not paths:
        return []
    named = ", ".join(f"{path} ({one.answers[path]})" for path in paths[:SHOWN])
    return [
        f"Of {one.pages:,}, {other_name} did not fetch what {name} did: {named}{' …' if len(paths) > SHOWN else ''}"
    ]


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
