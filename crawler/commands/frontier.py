"""``scrapy frontier``: the jobs in Redis, and how they are steered."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from crawler.database_command import DatabaseCommand, NothingFoundError
from schemas.addresses import normalize_url

if TYPE_CHECKING:
    from crawler.frontier_deeds import Deeds
    from crawler.frontier_view import View

PLAIN = ("pause", "resume", "cancel")
USES = {
    **{name: f"{name} JOB" for name in PLAIN},
    "prioritise": "prioritise JOB HOST RANK",
    "revive": "revive JOB [URL …]",
}


class Command(DatabaseCommand):
    """A job may be named by the beginning of its id."""

    def syntax(self) -> str:
        """For the help."""
        return f"[--json] | {' | '.join(USES.values())}"

    def short_desc(self) -> str:
        """For the help."""
        return "Show the jobs in Redis; pause, resume or cancel one, prefer a host, revive the dead"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Ours beside Scrapy's."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="an object with jobs and workers")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Show, or do what was asked for."""
        if args:
            _check(args)
        from crawler.frontier_view import looking

        assert self.settings is not None
        with looking(self.services, self.connection, self.settings) as view:
            asyncio.run(self._do(view, args) if args else self._show(view, as_json=opts.json))

    async def _show(self, view: View, *, as_json: bool) -> None:
        from crawler import frontier_jobs

        async with view:
            found = await frontier_jobs.jobs_in_redis(view.server, view.jobs.alive())
            workers = await frontier_jobs.workers_alive(view.server)
        if as_json:
            import orjson

            plain = frontier_jobs.plain(found, workers)
            sys.stdout.buffer.write(orjson.dumps(plain, default=str, option=orjson.OPT_APPEND_NEWLINE))
            return
        frontier_jobs.show(frontier_jobs.console(), found, workers)

    async def _do(self, view: View, args: list[str]) -> None:
        from crawler.frontier_deeds import REFUSALS, Deeds

        async with view:
            job = view.jobs.named(args[1])
            try:
                done = await self._deed(Deeds(view.server, self.connection, job), args)
            except REFUSALS as error:
                raise NothingFoundError(str(error)) from None
        print(f"The job {job.id} of {job.site} {done}")

    async def _deed(self, deeds: Deeds, args: list[str]) -> str:
        what, _, *rest = args
        if what == "revive":
            urls = [normalize_url(url) or url for url in rest]
            number = await deeds.revive(self.services.database_url, urls)
            if not number:
                raise NothingFoundError("Nothing of that job is dead." if not urls else "None of these is dead.")
            return f"has {number:,} of its dead back: they wait again."
        if what == "prioritise":
            return await deeds.prioritise(rest[0].lower(), int(rest[1]))
        return await {"pause": deeds.pause, "resume": deeds.resume, "cancel": deeds.cancel}[what]()


def _check(args: list[str]) -> None:
    """Refuse what cannot be meant."""
    what, rest = args[0], args[1:]
    if what not in USES:
        raise UsageError(f"{what}: give one of {', '.join(USES)}, or nothing to see all jobs.", print_help=False)
    wanted = {"prioritise": len(rest) == 3, "revive": len(rest) >= 1}.get(what, len(rest) == 1)
    if not wanted:
        raise UsageError(f"Give: scrapy frontier {USES[what]}", print_help=False)
    if what == "prioritise" and not rest[2].removeprefix("-").isdigit():
        text = "RANK takes a whole number: above 0 before other hosts, below 0 after them, 0 as all."
        raise UsageError(f"{rest[2]}: {text}", print_help=False)
    for url in rest[1:] if what == "revive" else []:
        if normalize_url(url) is None:
            raise UsageError(f"{url}: give URLs that start with http:// or https://.", print_help=False)
