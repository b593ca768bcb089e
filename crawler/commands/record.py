"""``scrapy record``: keeps a page with what it is read as, so that a test sees when it is read otherwise."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from schemas.addresses import normalize_url

if TYPE_CHECKING:
    from crawler.recorded import Case

FAILURE, USAGE = 1, 2
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*", re.IGNORECASE)
_LONGEST = 60


class Command(ScrapyCommand):
    """Makes a folder, or with ``--accept`` renews what is expected. Exit status: 0; 1 it failed; 2 wrong usage."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """For the help."""
        return "FILE_OR_URL --site NAME [--url URL] [--case NAME] [--config FILE] | --accept [--site NAME]"

    def short_desc(self) -> str:
        """For the help."""
        return "Keep a page and its postings as a test"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Ours beside Scrapy's."""
        from crawler.recorded import ROOT

        super().add_options(parser)
        parser.add_argument("--site", help="the folder of its site")
        parser.add_argument("--case", help="the folder of the page (the end of its URL)")
        parser.add_argument("--url", help="where a file is from")
        parser.add_argument("--config", help="a YAML file of sites, whose posting_selectors are used")
        parser.add_argument("--to", default=ROOT, help=f"the folder of all sites ({ROOT})")
        parser.add_argument("--accept", action="store_true", help="expect what recorded pages are read as today")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Record, or accept."""
        if opts.accept != (not args) or len(args) > 1:
            raise UsageError("Give one file or URL, or --accept alone.", print_help=False)
        for name in ("site", "case"):
            if (value := getattr(opts, name)) and not _NAME.fullmatch(value):
                raise UsageError(f"--{name} {value}: it takes letters, digits, - _ and dots.", print_help=False)
        from pydantic import ValidationError

        from crawler.fetch.proxy_list import ProxyListError
        from crawler.recorded import RecordedError
        from crawler.sites_file import SitesFileError
        from schemas.environment import BadEnvironmentError
        from schemas.posting import problems_of

        try:
            if opts.accept:
                self._accept(Path(opts.to), opts.site, opts.case)
            else:
                self._record(args[0], opts)
        except ValidationError as error:
            said = "; ".join(f"{one['field'] or 'it'}: {one['problem']}" for one in problems_of(error))
            self._end(f"A posting does not pass: {said}. See: scrapy extract … --explain", FAILURE)
        except (RecordedError, OSError) as error:
            self._end(str(error), FAILURE)
        except (BadEnvironmentError, ProxyListError, SitesFileError) as error:
            self._end(str(error), USAGE)

    def _record(self, source: str, opts: argparse.Namespace) -> None:
        from crawler.page_source import read_source
        from crawler.recorded import Meta, record
        from crawler.saved_answer import without_head
        from crawler.sites_file import selectors_for

        if not opts.site:
            raise UsageError("Give --site NAME: the folder of the page's site.", print_help=False)
        body, content_type, url = read_source(source, normalize_url(opts.url) if opts.url else None)
        body, content_type = without_head(body, content_type)
        if not url:
            raise UsageError("Give --url URL: where the file is from.", print_help=False)
        selectors = selectors_for(Path(opts.config), url) if opts.config else None
        meta = Meta(url=url, content_type=content_type, fetched=_fetched(source))
        if selectors is not None:
            meta = meta.model_copy(update={"posting_selectors": selectors})
        case = record(Path(opts.to) / opts.site / (opts.case or case_name(url)), body, meta)
        _show(case, body)
        print(f"\nRecorded {case.folder}: review expected.json there.")

    def _accept(self, root: Path, site: str | None, name: str | None) -> None:
        from crawler.recorded import cases

        for case in cases(root):
            if site in (None, case.folder.parent.name) and name in (None, case.folder.name):
                _renew(case)

    def _end(self, sentence: str, status: int) -> None:
        print(sentence, file=sys.stderr)
        self.exitcode = status


def _show(case: Case, body: bytes) -> None:
    from rich.console import Console

    from crawler.described import described
    from crawler.evidence_view import show

    show(described(case.document(), body, explain=True), Console(highlight=False))


def _renew(case: Case) -> None:
    from crawler.recorded import difference

    told = difference(case)
    if told:
        case.accept()
        print(f"{told}\nThat is expected now.\n")


def case_name(url: str) -> str:
    """The end of a URL's path, as the name of a folder."""
    steps = [step for step in urlsplit(url).path.split("/") if step]
    name = re.sub(r"[^a-z0-9]+", "-", (steps or ["page"])[-1].lower()).strip("-")
    return name[:_LONGEST] or "page"


def _fetched(source: str) -> datetime:
    """A file was fetched when it was last written, as far as anybody knows."""
    if source.startswith(("http://", "https://")):
        from crawler.recorded import now

        return now()
    return datetime.fromtimestamp(int(Path(source).stat().st_mtime)).astimezone()
