"""Does the steps of a plan to a crawl and its servers."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field

from tests.chaos.crew import Crew
from tests.chaos.plan import Step, Verb
from tests.support import aof
from tests.support.killable import KillablePostgres, KillableValkey


@dataclass
class Deeds:
    """``floors``: what of the file of each Valkey is never cut, since the job was not yet there."""

    crew: Crew
    postgres: KillablePostgres
    nodes: list[KillableValkey]
    floors: list[int]
    unsynced: dict[int, int] = field(default_factory=dict)
    """Of each node that no longer writes to its disk: what it has written before."""

    def do(self, step: Step) -> str:
        """Do a step: what was done, in words."""
        if "worker" in step.verb:
            self._to_worker(step)
            return f"{step.verb} {step.worker}"
        if step.verb == Verb.CUT_VALKEY:
            return self._cut(step)
        if step.verb == Verb.SLOW_VALKEY:
            return self._slow(step.node)
        valkey = self.nodes[step.node]
        if step.verb == Verb.START_VALKEY:
            self.unsynced.pop(step.node, None)
        {
            Verb.KILL_SITE: self.crew.kill_site,
            Verb.KILL_POSTGRES: self.postgres.kill,
            Verb.STOP_POSTGRES: self.postgres.stop,
            Verb.START_POSTGRES: self.postgres.start,
            Verb.KILL_VALKEY: valkey.kill,
            Verb.STOP_VALKEY: valkey.stop,
            Verb.FREEZE_VALKEY: valkey.freeze,
            Verb.START_VALKEY: valkey.start,
        }[step.verb]()
        return f"{step.verb} {step.node}" if valkey is not self.nodes[0] else str(step.verb)

    def undo(self, workers: int) -> None:
        """Have everything run again that was killed, stopped or frozen, but ``crawl site``."""
        self.postgres.start()
        for node in self.nodes:
            node.start()
        for number in range(workers):
            self.crew.signal_worker(number, signal.SIGCONT)
            self.crew.start_worker(number)

    def _to_worker(self, step: Step) -> None:
        match step.verb:
            case Verb.KILL_WORKER:
                self.crew.kill_worker(step.worker)
            case Verb.STOP_WORKER:
                self.crew.stop_worker(step.worker)
            case Verb.START_WORKER:
                self.crew.start_worker(step.worker)
            case Verb.FREEZE_WORKER:
                self.crew.signal_worker(step.worker, signal.SIGSTOP)
            case Verb.THAW_WORKER:
                self.crew.signal_worker(step.worker, signal.SIGCONT)

    def _cut(self, step: Step) -> str:
        valkey = self.nodes[step.node]
        if valkey.running:
            # Something that overlapped has started it again.
            valkey.kill()
            self.unsynced.pop(step.node, None)
        if len(self.nodes) > 1 and step.node not in self.unsynced:
            return f"{step.verb} {step.node}: nothing lost, all is on its disk"
        floor = max(self.floors[step.node], self.unsynced.pop(step.node, 0))
        lost = aof.cut(aof.last_file(valkey.folder), step.lost, floor, whole=step.whole)
        return f"{step.verb}: {lost:,} bytes lost, {'behind' if step.whole else 'maybe within'} a command"

    def _slow(self, node: int) -> str:
        """From now on, nothing reaches its disk, and it says so to whoever asks."""
        valkey = self.nodes[node]
        if not valkey.serves():
            return f"{Verb.SLOW_VALKEY} {node}: it is away"
        with valkey.client() as client:
            client.config_set("appendfsync", "no")
            self.unsynced[node] = aof.last_file(valkey.folder).stat().st_size
        return f"{Verb.SLOW_VALKEY} {node}"
