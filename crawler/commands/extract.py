"""``scrapy extract``: what is in one page. Stores nothing, needs no server."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.fetch.proxy_list import ProxyListError
from extractors.postings import postings
from extractors.postings.document import Document
from schemas.addresses import normalize_url
from schemas.environment import BadEnvironmentError, read_environment
from schemas.posting import Posting, problems_of

FAILURE, USAGE = 1, 2
PLACEHOLDER = "http://localhost/"
"""Where a file is from that does not say it."""


class Command(ScrapyCommand):
    """Prints ``{"page": {…}, "postings": [{…}]}`` as JSON. Exit status: 0; 1 it could not be read; 2 wrong usage."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """For the help."""
        return "FILE_OR_URL [--url URL] [--explain]"

    def short_desc(self) -> str:
        """For the help."""
        return "Print what is in one page, as JSON; stores nothing"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Ours beside Scrapy's."""
        super().add_options(parser)
        parser.add_argument("--url", help="where the file is from, so that its links and keys are right")
        parser.add_argument("--explain", action="store_true", help="print rejected postings too, with the reasons")

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
        sys.stdout.buffer.write(
            orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE, default=str)
        )

    def _end(self, sentence: str, status: int) -> None:
        print(sentence, file=sys.stderr)
        self.exitcode = status


def describe(body: bytes, content_type: str, url: str, *, explain: bool) -> dict[str, Any]:
    """The page's metadata and postings; with ``explain`` also ``rejected``, each with its ``problems``.

    Without a URL the page's own canonical one is taken: keys of postings are made of it.
    """
    document = Document.read(url or PLACEHOLDER, body, content_type)
    if not url and document.metadata.canonical_url:
        document = Document.read(document.metadata.canonical_url, body, content_type)
    good, rejected = [], []
    for data in postings(document):
        try:
            good.append(Posting.model_validate(data).model_dump(mode="json"))
        except ValidationError as error:
            rejected.append({"data": data, "problems": problems_of(error)})
    page = {
        "url": document.url,
        "content_type": content_type or None,
        "body_bytes": len(body),
        **asdict(document.metadata),
    }
    return {"page": page, "postings": good} | ({"rejected": rejected} if explain else {})


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
