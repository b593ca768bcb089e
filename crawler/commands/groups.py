"""``scrapy groups``: one job that is advertised in several places."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import UsageError

from crawler.database_command import DatabaseCommand, NothingFoundError

if TYPE_CHECKING:
    from pipelines.database import Row

_SITE = "SELECT id FROM site WHERE slug = %s"
_DEEDS = ("run", "split", "undo")


class Command(DatabaseCommand):
    """Groups are made where a job ends; this lists them, and takes what is wrong apart."""

    def syntax(self) -> str:
        """For the help."""
        return "[--run] [--site SLUG] [--json] | --split POSTING … | --undo POSTING …"

    def short_desc(self) -> str:
        """For the help."""
        return "List postings that are one job in several places; split them, or undo that"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Ours beside Scrapy's."""
        super().add_options(parser)
        parser.add_argument("--run", action="store_true", help="compare the postings that have changed since, first")
        parser.add_argument("--site", metavar="SLUG", help="of this site only, with the others in their groups")
        parser.add_argument("--json", action="store_true", help="a list of objects with id, created_at and members")
        for deed, text in (("split", "take these out of their groups, for good"), ("undo", "put them back")):
            parser.add_argument(f"--{deed}", metavar="POSTING", type=int, nargs="+", help=f"ids of postings: {text}")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do what was asked for, or list."""
        from pipelines import groups

        if args or sum(bool(getattr(opts, deed)) for deed in _DEEDS) > 1:
            raise UsageError("Give one of --run, --split and --undo, or none; ids after --split.", print_help=False)
        if opts.split or opts.undo:
            self._change(opts)
            return
        site = self._site(opts.site)
        if opts.run:
            done = groups.group_stored(self.connection, site)
            print(f"{done.compared:,} postings compared, {done.changed:,} memberships changed", file=sys.stderr)
        _show(groups.listed(self.connection, site), as_json=opts.json)

    def _change(self, opts: argparse.Namespace) -> None:
        from pipelines import groups

        ids = opts.split or opts.undo
        if opts.site:
            raise UsageError("--site goes with the list and with --run alone.", print_help=False)
        changed = (groups.split if opts.split else groups.undo)(self.connection, ids)
        missing = sorted(set(ids) - {row["posting_id"] for row in changed})
        if opts.json:
            _print_json(changed)
        if missing:
            state = "in no group" if opts.split else "split off no group"
            raise NothingFoundError(f"{', '.join(map(str, missing))}: {state}. See: scrapy groups")

    def _site(self, slug: str | None) -> int | None:
        row = self.connection.execute(_SITE, [slug]).fetchone() if slug else None
        if slug and row is None:
            raise NothingFoundError(f"--site {slug}: there is no such site.")
        return int(row["id"]) if row else None


def _show(found: list[Row], *, as_json: bool) -> None:
    if as_json:
        _print_json(found)
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True)
    for group in found:
        first = group["members"][0]
        console.print(f"[bold]{escape(first['title'])}[/]  {escape(first['company'] or '')}  [dim]{group['id']}[/]")
        for member in group["members"]:
            console.print(_line(member))
    if not found:
        console.print("No group. Postings are compared where a job ends, and by: scrapy groups --run")


def _line(member: dict[str, Any]) -> str:
    from rich.markup import escape

    how = "split" if member["split_at"] else f"{member['rule']} {member['score']:.2f}"
    colour = "red" if member["split_at"] else "green"
    return f"  {member['posting']:>10}  [{colour}]{how:<16}[/] {member['status']:<8} {escape(member['url'])}"


def _print_json(value: Any) -> None:
    import orjson

    sys.stdout.buffer.write(orjson.dumps(value, default=str, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.flush()
