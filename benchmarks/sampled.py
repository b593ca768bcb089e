"""``python -m benchmarks.sampled FILE crawl …``: ``scrapy crawl …``, with a look at what runs every few milliseconds.

The kernel ticks some hundred times in a second of processor time, so that the crawl is hardly slowed, and C code and
Python code are seen alike; a profiler that counts calls makes Python code seem dearer than it is. FILE gets seconds by
stage, as JSON.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

from scrapy.cmdline import execute

from benchmarks.stages import THREADS, stage_of, stage_of_thread

TICK_SECONDS = 0.001
"""What we ask for; the kernel's own tick is often four times as long."""


class Watch:
    """Adds what each thread's own clock advanced since the last look to the stage that the thread is at."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._clocks: defaultdict[int, float] = defaultdict(float)
        self._stages: defaultdict[int, str] = defaultdict(lambda: THREADS)
        self._main = threading.get_ident()

    def look(self, _: int, frame: FrameType | None) -> None:
        """Handles SIGPROF in the main thread; ``frame`` is where it stands."""
        if frame is not None:
            self._add(self._main, stage_of(frame))
        for thread, its_frame in sys._current_frames().items():  # noqa: SLF001 - Python's only way to see them
            if thread != self._main:
                # A thread that waits has just ended what it was at.
                self._stages[thread] = stage_of_thread(its_frame) or self._stages[thread]
                self._add(thread, self._stages[thread])

    def _add(self, thread: int, stage: str) -> None:
        clock = time.clock_gettime(time.pthread_getcpuclockid(thread))
        self.seconds[stage] += clock - self._clocks[thread]
        self._clocks[thread] = clock

    def end(self) -> dict[str, float]:
        """Seconds by stage; threads that Python does not know have the rest."""
        self.seconds[THREADS] += max(0.0, time.process_time() - sum(self.seconds.values()))
        return dict(self.seconds)


def main() -> None:
    """Run Scrapy, and write down where it was seen."""
    watch = Watch()
    signal.signal(signal.SIGPROF, watch.look)
    gc.callbacks.append(_collected)
    signal.setitimer(signal.ITIMER_PROF, TICK_SECONDS, TICK_SECONDS)
    try:
        execute(["scrapy", *sys.argv[2:]])
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        Path(sys.argv[1]).write_text(json.dumps(watch.end()))


def _collected(phase: str, _: dict[str, int]) -> None:
    """A tick during a collection is delivered here, where Python code runs for the first time after it."""


if __name__ == "__main__":
    main()
