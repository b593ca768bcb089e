"""A scheduler that is asked at an awkward moment."""

from __future__ import annotations

from crawler.lane import Lane
from crawler.scheduler import Scheduler
from crawler.verdict import Verdict
from frontier.model import Answer


class AskedScheduler(Scheduler):
    """Is asked whether there is more to do while the end of its job is written down, as the engine may ask."""

    def wire(self) -> None:
        """Note what it says."""
        super().wire()
        finish = self.ends.finish

        async def asked(lane: Lane, answer: Answer) -> Verdict | None:
            self.crawler.stats.set_value("more_at_the_end", self.has_pending_requests())
            return await finish(lane, answer)

        self.ends.finish = asked  # type: ignore[method-assign] # the moment is too short to be met by chance
