"""``scrapy extract``: what is in one page. Stores nothing, needs no server."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from schemas.addresses import normalize_url

if TYPE_CHECKING:
    from schemas.selectors import PostingSelectors

FAILURE, USAGE = 1, 2


class Command(ScrapyCommand):
    """Prints ``{"page": {…}, "postings": [{…}]}`` as JSON. Exit status: 0; 1 it could not be read; 2 wrong usage.

    With ``--explain`` also whence each value is and why it was taken, what was rejected, and what the gate says: on a
    terminal in words.
    """

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """For the help."""
        return "FILE_OR_URL [--url URL] [--config FILE] [--explain] [--json]"

    def short_desc(self) -> str:
        """For the help."""
        return "Print what is in one page, as JSON; stores nothing"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Ours beside Scrapy's."""
        super().add_options(parser)
        parser.add_argument("--url", help="where the file is from, so that its links and keys are right")
        parser.add_argument("--config", help="a YAML file of sites, whose posting_selectors are used")
        parser.add_argument("--explain", action="store_true", help="say whence each value is, and why it was taken")
        parser.add_argument("--json", action="store_true", help="with --explain: JSON on a terminal too")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read, extract, print."""
        if len(args) != 1:
            raise UsageError("Give one file or URL.", print_help=False)
        url = normalize_url(opts.url) if opts.url else None
        if opts.url and url is None:
            raise UsageError(f"--url {opts.url}: it takes a URL such as https://example.com", print_help=False)
        from crawler.fetch.proxy_list import ProxyListError
        from crawler.page_source import read_source
        from crawler.sites_file import SitesFileError, selectors_for
        from schemas.environment import BadEnvironmentError

        try:
            body, content_type, address = read_source(args[0], url)
            selectors = selectors_for(Path(opts.config), address) if opts.config else None
        except OSError as error:
            self._end(f"{args[0]} cannot be read: {error}", FAILURE)
            return
        except (BadEnvironmentError, ProxyListError, SitesFileError) as error:
            self._end(str(error), USAGE)
            return
        found = describe(body, content_type, address, explain=opts.explain, selectors=selectors)
        _print(found, in_words=opts.explain and not opts.json and sys.stdout.isatty())

    def _end(self, sentence: str, status: int) -> None:
        print(sentence, file=sys.stderr)
        self.exitcode = status


def describe(
    body: bytes, content_type: str, url: str, *, explain: bool, selectors: PostingSelectors | None = None
) -> dict[str, Any]:
    """What ``crawler.described`` says of a page; without a URL it is where its own canonical one says.

    Keys of postings are made of it. The head of an answer that was saved with its page is no part of it.
    """
    from crawler.described import described
    from crawler.page_source import PLACEHOLDER
    from crawler.saved_answer import without_head
    from extractors.postings.document import Document

    body, content_type = without_head(body, content_type)
    document = Document.read(url or PLACEHOLDER, body, content_type)
    if not url and document.metadata.canonical_url:
        document = Document.read(document.metadata.canonical_url, body, content_type)
    document.selectors = selectors
    return described(document, body, explain=explain)


def _print(found: dict[str, Any], *, in_words: bool) -> None:
    if in_words:
        from rich.console import Console

        from crawler.evidence_view import show

        show(found, Console(highlight=False))
        return
    import orjson

    sys.stdout.buffer.write(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE, default=str))
