"""``scrapy why``: where a URL is, and what holds a job back."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from crawler.database_command import DatabaseCommand, NothingFoundError
from schemas.addresses import normalize_url

if TYPE_CHECKING:
    from crawler.frontier_view import View
    from crawler.why_words import Answer


class Command(DatabaseCommand):
    """One answer for each job that knows of the URL, the newest first."""

    def syntax(self) -> str:
        """For the help."""
        return "URL [--job ID] | --job ID"

    def short_desc(self) -> str:
        """For the help."""
        return "Say where a URL is, or what holds a job back"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Ours beside Scrapy's."""
        super().add_options(parser)
        parser.add_argument("--job", metavar="ID", help="only this job; the beginning of its id will do")
        parser.add_argument("--json", action="store_true", help="a list of objects: job, site, what, text, and facts")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Look, and say it."""
        url = normalize_url(args[0]) if len(args) == 1 else None
        if (args and url is None) or not (args or opts.job):
            raise UsageError("Give one URL that starts with http:// or https://, or --job ID.", print_help=False)
        from crawler.frontier_view import looking

        assert self.settings is not None
        with looking(self.services, self.connection, self.settings) as view:
            answers = asyncio.run(self._answers(view, url, opts.job))
        if not answers:
            raise NothingFoundError(f"{url} was never found, and no job has crawled its host. See: scrapy jobs")
        _show(answers, as_json=opts.json)

    async def _answers(self, view: View, url: str | None, job_id: str | None) -> list[Answer]:
        from crawler import why_job, why_url

        async with view:
            job = view.jobs.named(job_id) if job_id else None
            if url is None:
                assert job is not None
                return await why_job.holds(view.server, job)
            agent = view.settings["ROBOTSTXT_USER_AGENT"] or view.settings["USER_AGENT"]
            return await why_url.ask(why_url.Asked(url, agent, self.connection, view.server, view.jobs), job)


def _show(answers: list[Answer], *, as_json: bool) -> None:
    if as_json:
        import orjson

        plain = [answer.plain() for answer in answers]
        sys.stdout.buffer.write(orjson.dumps(plain, default=str, option=orjson.OPT_APPEND_NEWLINE))
        return
    for answer in answers:
        print(answer.text)
        print(f"    job {answer.job} of {answer.site}")
