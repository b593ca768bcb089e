"""Which tier is next for a page, by what is known of pages like it. No Scrapy, no network, no clock of its own."""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from frontier.tiers import (
    LONGEST_PROBE_SECONDS,
    MOST_ANSWERS,
    MOST_TEMPLATES,
    PROBE_SECONDS,
    WHOLE,
    Answer,
    Key,
    News,
)

WORKS = 0.5
"""A tier works where so many of its answers are pages. Of what is not known yet, that is expected."""
HOPELESS, ENOUGH = 0.25, 5.0
"""A tier is not climbed to where fewer are, of so many answers at the least."""
MOST_HOSTS = 1000


@dataclass(slots=True)
class Counts:
    """Answers, and how many of them were pages: moving averages."""

    answers: float = 0.0
    good: float = 0.0

    @property
    def rate(self) -> float:
        """Which part of the next answers will be pages, as far as these few can tell."""
        return (self.good + 1) / (self.answers + 2)

    def add(self, answers: float, good: float) -> None:
        """Count more; the older ones count for less."""
        self.answers += answers
        self.good += good
        over = self.answers / MOST_ANSWERS
        if over > 1:
            self.answers, self.good = self.answers / over, self.good / over


@dataclass(slots=True)
class Entry:
    """What is known of a template; ``probe_at``: when a cheaper tier may be tried, by the process's clock."""

    tiers: dict[str, Counts] = field(default_factory=dict)
    probe_at: float | None = None
    probe_wait: float = PROBE_SECONDS
    allowed: bool = False


@dataclass(slots=True)
class Unsaid:
    """What the others have not heard yet."""

    answers: float = 0.0
    good: float = 0.0
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A tier; ``probes``: it is a trial, whether a cheaper one does now."""

    tier: str
    probes: bool = False


class TierPolicy:
    """``clock``: seconds, as ``time.monotonic``; ``probe_seconds``: after which a cheaper tier is tried at first."""

    def __init__(self, clock: Callable[[], float], probe_seconds: float = PROBE_SECONDS) -> None:
        self._clock = clock
        self._probe_seconds = probe_seconds
        self._hosts: OrderedDict[str, dict[str, Entry]] = OrderedDict()
        self._unsaid: dict[tuple[Key, str], Unsaid] = {}
        self.shared = False
        """Whether a cheaper tier is tried only where all workers agree who does."""

    # Which tier is next

    def choose(self, key: Key, tiers: Sequence[str]) -> Choice:
        """The cheapest of the tiers that works, for a page of this key; now and then, a cheaper one."""
        base = self._base(key, tiers)
        cheaper = tiers[: tiers.index(base)]
        entry = self._entry(key)
        if cheaper and self._may_probe(entry):
            entry.allowed = False
            return Choice(random.choice(cheaper), probes=True)  # noqa: S311 - no secret
        return Choice(base)

    def after(self, key: Key, tiers: Sequence[str], refused: Sequence[str]) -> str | None:
        """The next tier for a page that these have ``refused``, the last one just now; None where none is worth it.

        First the dearer ones; then the cheaper ones of which nothing is known for such pages, where the page began at a
        tier that does for others of its host.
        """
        at = tiers.index(refused[-1]) if refused and refused[-1] in tiers else -1
        left = [one for one in tiers[at + 1 :] if one not in refused and not self._is_hopeless(key, one)]
        works = [one for one in left if self._own(key, one).rate >= WORKS]
        unknown = [one for one in tiers[: at + 1] if one not in refused and not self._own(key, one).answers]
        return next(iter([*works, *left, *unknown]), None)

    def _base(self, key: Key, tiers: Sequence[str]) -> str:
        for tier in tiers:
            if self._counts(key, tier).rate >= WORKS:
                return tier
        best = max(tiers, key=lambda tier: self._counts(key, tier).rate)
        return tiers[0] if self._is_hopeless(key, best) else best

    def _counts(self, key: Key, tier: str) -> Counts:
        """Those of the template; where it has none, those of its host."""
        host, template = key
        templates = self._hosts.get(host, {})
        for name in (template, WHOLE):
            entry = templates.get(name)
            if entry and tier in entry.tiers:
                return entry.tiers[tier]
        return Counts()

    def _is_hopeless(self, key: Key, tier: str) -> bool:
        """For the template itself: what a host refuses of others says too little."""
        counts = self._own(key, tier)
        return counts.answers >= ENOUGH and counts.rate < HOPELESS

    def _own(self, key: Key, tier: str) -> Counts:
        host, template = key
        entry = self._hosts.get(host, {}).get(template)
        return (entry and entry.tiers.get(tier)) or Counts()

    def _may_probe(self, entry: Entry) -> bool:
        if self.shared or entry.allowed or entry.probe_at is None or entry.probe_at > self._clock():
            return entry.allowed
        entry.probe_wait = min(2 * entry.probe_wait, LONGEST_PROBE_SECONDS)
        entry.probe_at = self._clock() + entry.probe_wait
        return True

    # What became of it

    def note(self, key: Key, tier: str, *, good: bool, probed: bool = False) -> None:
        """An answer came by a tier; ``probed``: as a trial."""
        host, _ = key
        for one in (key, (host, WHOLE)):
            self._count(one, tier, 1.0, float(good), anew=probed and good)
            unsaid = self._unsaid.setdefault((one, tier), Unsaid())
            if probed and good:
                unsaid.answers, unsaid.good, unsaid.anew = 1.0, 1.0, True
            else:
                unsaid.answers += 1.0
                unsaid.good += float(good)

    def _count(self, key: Key, tier: str, answers: float, good: float, *, anew: bool) -> None:
        entry = self._entry(key)
        if anew:
            entry.tiers[tier], entry.probe_at, entry.probe_wait = Counts(), None, self._probe_seconds
        entry.tiers.setdefault(tier, Counts()).add(answers, good)
        if entry.probe_at is None and good < answers:
            entry.probe_at = self._clock() + entry.probe_wait

    def _entry(self, key: Key) -> Entry:
        host, template = key
        templates = self._hosts.setdefault(host, {})
        self._hosts.move_to_end(host)
        if len(self._hosts) > MOST_HOSTS:
            self._hosts.popitem(last=False)
        if template not in templates and len(templates) > MOST_TEMPLATES:
            del templates[next(name for name in templates if name != WHOLE)]
        return templates.setdefault(template, Entry(probe_wait=self._probe_seconds))

    # What is told, and heard

    @property
    def has_bad_news(self) -> bool:
        """Whether the others should hear soon: of a refusal, or of a tier that does again."""
        return any(one.anew or one.good < one.answers for one in self._unsaid.values())

    def news(self) -> list[News]:
        """What the others have not heard; from now on they have."""
        unsaid, self._unsaid = self._unsaid, {}
        return [News(key, tier, one.answers, one.good, one.anew) for (key, tier), one in unsaid.items()]

    def untold(self, news: Iterable[News]) -> None:
        """They have not heard it."""
        for one in news:
            later = self._unsaid.setdefault((one.key, one.tier), Unsaid())
            if not later.anew:
                later.answers += one.answers
                later.good += one.good
                later.anew = one.anew

    def learn(self, answer: Answer) -> None:
        """Take over what all know, beside what they have not heard yet."""
        for key, known in answer.known.items():
            entry = self._entry(key)
            entry.tiers = {tier: Counts(*counts) for tier, counts in known.tiers.items()}
            entry.probe_at = None if known.probe_in is None else self._clock() + known.probe_in
        for (key, tier), one in self._unsaid.items():
            if key in answer.known:
                self._count(key, tier, one.answers, one.good, anew=one.anew)
        for key in answer.allowed:
            self._entry(key).allowed = True

    def due(self) -> list[Key]:
        """Of which pages a cheaper tier may be tried, where no other worker does."""
        now = self._clock()
        return [
            (host, template)
            for host, templates in self._hosts.items()
            for template, entry in templates.items()
            if template != WHOLE and not entry.allowed and entry.probe_at is not None and entry.probe_at <= now
        ]
