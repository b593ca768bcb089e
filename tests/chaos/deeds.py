"""Does the steps of a plan to a crawl and its servers."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from tests.chaos.crew import Crew
from tests.chaos.plan import Step, Verb
from tests.support import aof
from tests.support.killable import KillablePostgres, KillableValkey


@dataclass
class Deeds:
    """``floor``: what of Valkey's file is never cut, since the job was not yet there."""

    crew: Crew
    postgres: KillablePostgres
    valkey: KillableValkey
    floor: int

    def do(self, step: Step) -> str:
        """Do a step: what was done, in words."""
        if "worker" in step.verb:
            self._to_worker(step)
            return f"{step.verb} {step.worker}"
        if step.verb == Verb.CUT_VALKEY:
            return self._cut(step)
        {
            Verb.KILL_SITE: self.crew.kill_site,
            Verb.KILL_POSTGRES: self.postgres.kill,
            Verb.STOP_POSTGRES: self.postgres.stop,
            Verb.START_POSTGRES: self.postgres.start,
            Verb.KILL_VALKEY: self.valkey.kill,
            Verb.STOP_VALKEY: self.valkey.stop,
            Verb.FREEZE_VALKEY: self.valkey.freeze,
            Verb.START_VALKEY: self.valkey.start,
        }[step.verb]()
        return str(step.verb)

    def undo(self, workers: int) -> None:
        """Have everything run again that was killed, stopped or frozen, but ``crawl site``."""
        self.postgres.start()
        self.valkey.start()
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
        if self.valkey.running:
            # Something that overlapped has started it again.
            self.valkey.kill()
        lost = aof.cut(aof.last_file(self.valkey.folder), step.lost, self.floor, whole=step.whole)
        return f"{step.verb}: {lost:,} bytes lost, {'behind' if step.whole else 'maybe within'} a command"
