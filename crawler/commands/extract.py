"""``scrapy extract``: what is in one page. Stores nothing, needs no server."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError
from rich.console import Console
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.fetch.proxy_list import ProxyListError
from extractors.blocked import Seen, judge
from extractors.postings import explained, only_listed
from extractors.postings.closed import closed_marker
from extractors.postings.document import Document
from extractors.postings.reasons import evidence
from schemas.addresses import normalize_url
from schemas.environment import BadEnvironmentError, read_environment
from schemas.posting import Posting, problems_of

FAILURE, USAGE = 1, 2
PLACEHOLDER = "http://localhost/"
"""Where a file is from that does not say it."""


class Command(ScrapyCommand):
    """Prints ``{"page": {…}, "postings": [{…}]}`` as JSON. Exit status: 0; 1 it could not be read; 2 wrong usage.

    With ``--explain`` also whence each value is and why it was taken, what was rejected, and what the gate says: on a
    terminal in words.
    """

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """For the help."""
        return "FILE_OR_URL [--url URL] [--explain] [--json]"

    def short_desc(self) -> str:
        """For the help."""
        return "Print what is in one page, as JSON; stores nothing"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Ours beside Scrapy's."""
        super().add_options(parser)
        parser.add_argument("--url", help="where the file is from, so that its links and keys are right")
        parser.add_argument("--explain", action="store_true", help="say whence each value is, and why it was taken")
        parser.add_argument("--json", action="store_true", help="with --explain: JSON on a terminal too")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read, extract, print."""
        if len(args) != 1:
            raise UsageError("Give one file or URL.", print_help=False)
        url = normalize_url(opts.url) if opts.url else None
        if opts.url and url is None:
            raise UsageError(f"--url {opts.url}: it takes a URL such as https://example.com", print_help=False)
        try:
            body, content_type, address = _read(args[0], url)
        except OSError as error:
            self._end(f"{args[0]} cannot be read: {error}", FAILURE)
            return
        except (BadEnvironmentError, ProxyListError) as error:
            self._end(str(error), USAGE)
            return
        found = describe(body, content_type, address, explain=opts.explain)
        if opts.explain and not opts.json and sys.stdout.isatty():
            from crawler.evidence_view import show  # noqa: PLC0415 - Scrapy imports every command for each

            show(found, Console(highlight=False))
            return
        sys.stdout.buffer.write(
            orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE, default=str)
        )

    def _end(self, sentence: str, status: int) -> None:
        print(sentence, file=sys.stderr)
        self.exitcode = status


def describe(body: bytes, content_type: str, url: str, *, explain: bool) -> dict[str, Any]:
    """The page's metadata and postings.

    With ``explain`` also ``evidence``, a list of fields for each of the postings; ``rejected``, each with its
    ``problems``; ``only_listed``, of which other pages say more; and ``gate``, what the answer as a whole is. Without
    a URL the page's own canonical one is taken: keys of postings are made of it.
    """
    document = Document.read(url or PLACEHOLDER, body, content_type)
    if not url and document.metadata.canonical_url:
        document = Document.read(document.metadata.canonical_url, body, content_type)
    good, why, rejected = [], [], []
    for found in explained(document):
        try:
            good.append(Posting.model_validate(found.posting).model_dump(mode="json"))
        except ValidationError as error:
            rejected.append({"data": found.posting, "problems": problems_of(error)})
        else:
            why.append([one.plain() for one in evidence(found, document)] if explain else [])
    page = {
        "url": document.url,
        "content_type": content_type or None,
        "body_bytes": len(body),
        **asdict(document.metadata),
    }
    if not explain:
        return {"page": page, "postings": good}
    listed = [one.posting for one in only_listed(document)]
    more = {"evidence": why, "rejected": rejected, "only_listed": listed, "gate": _gate(document, body)}
    return {"page": page, "postings": good, **more}


def _gate(document: Document, body: bytes) -> dict[str, Any]:
    """What the answer is as a whole; a file has no status and no headers, so that its bytes alone are judged."""
    verdict = judge(Seen(document.url, 200, {"content-type": document.content_type}, body, document.tree))
    closed = closed_marker(document.tree) if document.tree is not None else None
    return {**verdict.encode(), "says": str(verdict), "closed": closed}


def _read(source: str, url: str | None) -> tuple[bytes, str, str]:
    """Body, content type and URL (empty where it is not known) of a file or an address."""
    address = normalize_url(source) if source.startswith(("http://", "https://")) else None
    if address:
        from crawler.fetch.once import fetch, proxies_of  # noqa: PLC0415 - Scrapy imports every command for each

        environment = read_environment()
        allowed = environment.allow_private_addresses
        body, content_type, final = fetch(address, proxies_of(environment), allows_private_addresses=allowed)
        return body, content_type, url or final
    return Path(source).read_bytes(), "", url or ""
