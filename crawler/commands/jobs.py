"""``scrapy jobs``: lists jobs, or shows one."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING
from uuid import UUID

from scrapy.exceptions import UsageError

from crawler.database_command import DatabaseCommand, NothingFoundError

if TYPE_CHECKING:
    from pipelines.database import Row

_LIST = (
    "SELECT job.*, site.slug AS site FROM job JOIN site ON site.id = job.site_id ORDER BY job.sequence DESC LIMIT 50"
)
_ONE = "SELECT job.*, site.slug AS site FROM job JOIN site ON site.id = job.site_id WHERE job.id = %s"
COLOURS_OF_ENDS = {"completed": "green", "failed": "red", "cancelled": "yellow"}
FOLLOW_SECONDS = 1.0


class Command(DatabaseCommand):
    """Newest first."""

    def syntax(self) -> str:
        """For the help."""
        return "[ID] [--follow] [--json]"

    def short_desc(self) -> str:
        """For the help."""
        return "List jobs, newest first, or show one"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Ours beside Scrapy's."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="a list of objects with the columns of the table job")
        parser.add_argument("--follow", action="store_true", help="show the job again each second until it ends")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Show what was asked for."""
        if len(args) > 1 or (opts.follow and not args):
            raise UsageError("Give the id of one job, or none; --follow needs one.", print_help=False)
        job = _job_id(args[0]) if args else None
        rows = self._rows(job)
        _show(rows, as_json=opts.json)
        while opts.follow and rows[0]["state"] not in COLOURS_OF_ENDS:
            time.sleep(FOLLOW_SECONDS)
            rows = self._rows(job)
            _show(rows, as_json=opts.json)

    def _rows(self, job: UUID | None) -> list[Row]:
        rows = self.connection.execute(_ONE, [job]).fetchall() if job else self.connection.execute(_LIST).fetchall()
        if job and not rows:
            raise NothingFoundError(f"{job}: there is no such job. See: scrapy jobs")
        return rows


def _show(rows: list[Row], *, as_json: bool) -> None:
    if as_json:
        import orjson

        sys.stdout.buffer.write(orjson.dumps(rows, default=str, option=orjson.OPT_APPEND_NEWLINE))
        sys.stdout.flush()
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True)
    width = max((len(row["site"]) for row in rows), default=0)
    for row in rows:
        console.print(_line(row, width))
        if row["error"]:
            console.print(f"           [dim]{escape(row['error'])}[/]")
    if not rows:
        console.print("No job yet. Start one: scrapy crawl site -a url=https://example.com")


def _line(row: Row, width: int) -> str:
    from rich.markup import escape

    started, completed, stats = row["started_at"], row["completed_at"], row["stats"]
    seconds = f"{(completed - started).total_seconds():.1f} s" if started and completed else ""
    when = f"{started:%Y-%m-%d %H:%M}" if started else ""
    counts = f"{stats.get('pages', 0):>9,} pages {stats.get('postings', 0):>7,} postings"
    colour = COLOURS_OF_ENDS.get(row["state"], "cyan")
    site = escape(row["site"].ljust(width))
    counts += "  from the archive" if row["mode"] == "archive" else ""
    return f"[{colour}]{row['state']:<10}[/] {site}  {when:<16} {seconds:>10} {counts}  [dim]{row['id']}[/]"


def _job_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise UsageError(f"{text}: that is not a job's id. See: scrapy jobs", print_help=False) from None
