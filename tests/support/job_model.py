"""A job's frontier as plain lists: what ``frontier/lua`` is compared with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from frontier.model import Answer, Batch, Died, Done, Ending, Entry, Replaced, Returned

MAX_DELIVERIES = 2
LIMIT = 3
SILENT = "its worker stopped without a word"


@dataclass(frozen=True, slots=True)
class Item:
    """An entry, and what became of it. ``flag``: ``P`` a page, ``A`` one that has its place, ``-`` no page."""

    payload: bytes
    host: str
    priority: int
    flag: str
    causes: tuple[str, ...] = ()

    @property
    def level(self) -> tuple[int, bool]:
        """What leaves first: those of one priority that have their place before those that have none."""
        return self.priority, self.flag == "A"

    def failed(self, cause: str) -> Item:
        """After a delivery that counts."""
        return replace(self, causes=(*self.causes, cause))


@dataclass(slots=True)
class Held:
    """A lease: ``worker`` is empty after a restart, ``renewed`` counts exchanges, 0 where its time ran out."""

    worker: str
    item: Item
    renewed: int


def item_of(entry: Entry) -> Item:
    """As it is queued."""
    return Item(entry.payload, entry.host, entry.priority, "A" if entry.admitted else "P" if entry.page else "-")


@dataclass(slots=True)
class Model:
    """A job with ``LIMIT`` pages."""

    pending: list[Item] = field(default_factory=list)
    later: list[Item] = field(default_factory=list)
    held: dict[int, Held] = field(default_factory=dict)
    dead: dict[int, Item] = field(default_factory=dict)
    unburied: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    admitted: int = 0
    done: int = 0
    due: int = 0
    clock: int = 0
    paused: bool = False
    finisher: str = ""

    def exchange(self, worker: str, batch: Batch) -> tuple[list[Item], set[int], int]:
        """What is handed out in which order, lost numbers, and how many entries were new.

        What is handed out has no lease yet: ``lease`` it under the numbers of the answer.
        """
        self.clock += 1
        new = sum([self.enqueue(entry) for entry in in_order(batch.entries)])
        lost = {ending.number for ending in untouched_last(batch.endings) if not self.end(worker, ending)}
        lost |= self.renew(worker, batch.renew)
        self.unburied -= {int(token) for token in batch.buried}
        self.sweep()
        wants = {} if self.paused else batch.wants
        return [item for host, most in wants.items() for item in self.take(host, most)], lost, new

    def enqueue(self, entry: Entry) -> bool:
        """Whether it was new."""
        if entry.fingerprint in self.seen:
            return False
        self.seen |= set() if entry.fingerprint is None else {entry.fingerprint}
        (self.later if entry.delay else self.pending).append(item_of(entry))
        return True

    def end(self, worker: str, ending: Ending) -> bool:
        """Whether the lease was the worker's."""
        held = self.held.get(ending.number)
        if held is None or held.worker != worker:
            return False
        del self.held[ending.number]
        match ending:
            case Done():
                self.done += 1
            case Replaced(_, entry):
                self.admitted -= not self.enqueue(entry) and entry.admitted
            case Returned(_, None):
                self.pending.insert(0, held.item)
            case Returned(number, cause):
                self.fail(number, held.item, str(cause))
            case Died(number, cause):
                self.bury(number, held.item.failed(cause))
        return True

    def renew(self, worker: str, numbers: list[int]) -> set[int]:
        """Those that are not the worker's."""
        own = {number for number in numbers if number in self.held and self.held[number].worker == worker}
        for number in own:
            self.held[number].renewed = self.clock
        return set(numbers) - own

    def fail(self, number: int, item: Item, cause: str) -> None:
        """A delivery was in vain."""
        failed = item.failed(cause)
        if len(failed.causes) < MAX_DELIVERIES:
            self.pending.append(failed)
        else:
            self.bury(number, failed)
            self.admitted -= item.flag == "A"

    def bury(self, number: int, item: Item) -> None:
        """It is dead."""
        self.dead[number] = item
        self.unburied.add(number)

    def sweep(self) -> None:
        """What every exchange does besides: leases that ran out, those from before a restart, what is due."""
        for number in sorted(number for number, held in self.held.items() if held.worker and not held.renewed):
            self.fail(number, self.held.pop(number).item, SILENT)
        stale = sorted((held.renewed, number) for number, held in self.held.items() if not held.worker)
        self.pending[:0] = [self.held.pop(number).item for _, number in stale]
        self.pending += self.later[: self.due]
        del self.later[: self.due]
        self.due = 0

    def take(self, host: str, most: int) -> list[Item]:
        """The first of a host."""
        taken: list[Item] = []
        for level in sorted({item.level for item in self.pending if item.host == host}, reverse=True):
            for item in [item for item in self.pending if item.host == host and item.level == level]:
                if len(taken) == most or (item.flag == "P" and self.admitted >= LIMIT):
                    break
                self.pending.remove(item)
                self.admitted += item.flag == "P"
                taken.append(replace(item, flag="A" if item.flag == "P" else item.flag))
        return taken

    def lease(self, worker: str, number: int, item: Item) -> None:
        """It was handed out."""
        self.held[number] = Held(worker, item, self.clock)

    def expire(self) -> None:
        """The time of all leases runs out."""
        for held in self.held.values():
            held.renewed = 0

    def restart(self) -> None:
        """All leases are void."""
        for held in self.held.values():
            held.worker = ""

    def revive(self, number: int) -> None:
        """One of the dead waits again."""
        item = self.dead.pop(number)
        self.unburied.discard(number)
        self.pending.append(replace(item, flag="P" if item.flag == "A" else item.flag, causes=()))

    def ends(self, worker: str) -> bool:
        """Whether a worker that would end the job may do so."""
        waiting = self.pending + self.later
        over = not waiting or (self.admitted >= LIMIT and not any(item.flag == "A" for item in waiting))
        if self.held or not over or self.finisher not in {"", worker}:
            return False
        self.finisher = worker
        return True

    def check(self, answer: Answer) -> None:
        """The counts of an answer, and its dead."""
        assert (answer.pending, answer.later) == (len(self.pending), len(self.later))
        assert (answer.leased, answer.admitted) == (len(self.held), self.admitted)
        assert answer.stats == ({"done": self.done} if self.done else {})
        assert answer.hosts == dict(Counter(item.host for item in self.pending))
        assert {int(dead.token) for dead in answer.dead} == set(sorted(self.unburied)[:20])
        for dead in answer.dead:
            item = self.dead[int(dead.token)]
            assert (dead.payload, dead.host, tuple(dead.causes)) == (item.payload, item.host, item.causes)
            assert dead.attempts == len(item.causes)


def in_order(entries: list[Entry]) -> list[Entry]:
    """As they are queued: list by list, and later ones at last. Of equal ones the first counts."""
    lists = list(dict.fromkeys((entry.host, item_of(entry).level) for entry in entries if not entry.delay))
    now = [entry for at in lists for entry in entries if not entry.delay and (entry.host, item_of(entry).level) == at]
    return now + [entry for entry in entries if entry.delay]


def untouched_last(endings: list[Ending]) -> list[Ending]:
    """As they are ended: what was not begun at last, and of that the newest first."""
    untouched = [ending for ending in endings if isinstance(ending, Returned) and ending.cause is None]
    others = [ending for ending in endings if ending not in untouched]
    return others + sorted(untouched, key=lambda ending: -ending.number)
