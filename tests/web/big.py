"""The site ``big``: some 2,000 pages with 600 postings, made by rule. It answers slowly, but always the same.

A tree of notes that link to each other, chains that are found link by link, lists of postings, redirects, missing
pages, and pages that fail twice before they answer.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from functools import cache

from aiohttp import web

from tests.web.careers import posting, salary
from tests.web.odd import flaky_answers
from tests.web.resource import Resource, Site, page, redirect, text

SECONDS = 0.08
"""How long each answer takes."""
FAILURES = 2
"""How often a flaky page fails before it answers."""

NOTES = 800
CHAINS, LINKS = 8, 60
LISTS, PER_LIST = 30, 20
MOVED, MISSING, FLAKY = 30, 20, 20
KNOWN = 12
"""Links on each page to notes that are linked from elsewhere, too."""

WORDS = "tide harbour signal ledger copper winter orchard lantern river quarry letter engine meadow anchor".split()  # noqa: SIM905 - a list of words


@cache
def pages() -> dict[str, Resource]:
    """All answers but the flaky ones' failures; paths as they are asked for."""
    return {
        "/robots.txt": text("User-agent: *\nAllow: /\n"),
        "/": page("A big site", "/notes/1", "/jobs/1", *(f"/chains/{n}/1" for n in range(1, CHAINS + 1))),
        **_notes(),
        **_chains(),
        **_lists(),
        **_postings(),
        **{f"/moved/{n}": redirect(f"/notes/{_pick(f'moved {n}', NOTES)}") for n in range(1, MOVED + 1)},
        **{f"/flaky/{n}": page(f"Flaky {n}", f"/behind/{n}") for n in range(1, FLAKY + 1)},
        **{f"/behind/{n}": _written(f"Behind {n}") for n in range(1, FLAKY + 1)},
    }


def statuses() -> dict[str, int]:
    """What a crawl must find: paths, and the status with which each answers in the end."""
    missing = {f"/missing/{n}": 404 for n in range(1, MISSING + 1)}
    found = {path: answer.status for path, answer in pages().items()}
    del found["/robots.txt"]
    return found | missing


def titles() -> dict[str, str]:
    """The title of the posting on each page that has one."""
    return {f"/jobs/{number}/{n}": _title(number, n) for number in range(1, LISTS + 1) for n in range(1, PER_LIST + 1)}


def _notes() -> dict[str, Resource]:
    """Note n leads to 3n-1, 3n and 3n+1; some lead to what is moved, missing or flaky."""
    notes = {}
    for n in range(1, NOTES + 1):
        children = [f"/notes/{child}" for child in range(3 * n - 1, 3 * n + 2) if child <= NOTES]
        notes[f"/notes/{n}"] = _written(f"Note {n}", *children, *_strays(n))
    return notes


def _strays(n: int) -> list[str]:
    number, rest = divmod(n, 25)
    here = {1: ("moved", MOVED), 8: ("missing", MISSING), 15: ("flaky", FLAKY)}
    name, count = here.get(rest, ("", 0))
    return [f"/{name}/{number + 1}"] if number < count else []


def _chains() -> dict[str, Resource]:
    """Each page is linked from the one before it alone: a link that is lost costs the rest of its chain."""
    return {
        f"/chains/{chain}/{n}": _written(
            f"Link {n} of chain {chain}", *([f"/chains/{chain}/{n + 1}"] if n < LINKS else [])
        )
        for chain in range(1, CHAINS + 1)
        for n in range(1, LINKS + 1)
    }


def _lists() -> dict[str, Resource]:
    """Lists of postings, each with the way to the next one."""
    return {
        f"/jobs/{number}": page(
            f"Postings, page {number}",
            *(f"/jobs/{number}/{n}" for n in range(1, PER_LIST + 1)),
            *([f"/jobs/{number + 1}"] if number < LISTS else []),
        )
        for number in range(1, LISTS + 1)
    }


def _postings() -> dict[str, Resource]:
    return {
        f"/jobs/{number}/{n}": _posting(number, n) for number in range(1, LISTS + 1) for n in range(1, PER_LIST + 1)
    }


def _posting(number: int, n: int) -> Resource:
    title, least = _title(number, n), 30_000 + 1_000 * number + n
    prose = f"<p>{_prose(title, 40)}</p>"
    document = json.dumps(posting(title, baseSalary=salary(least, least + 9_000), description=prose))
    return page(title, f"/jobs/{number}", head=f'<script type="application/ld+json">{document}</script>', body=prose)


def _title(number: int, n: int) -> str:
    return f"Keeper {number}-{n} of the {WORDS[(number * n) % len(WORDS)]}"


def _written(title: str, *links: str) -> Resource:
    """A page with some prose, and links to notes that others link to as well."""
    known = dict.fromkeys(f"/notes/{_pick(f'{title} {n}', NOTES)}" for n in range(KNOWN))
    return page(title, *links, *known, body=f"<p>{_prose(title, 300)}</p>")


def _prose(of: str, words: int) -> str:
    return " ".join(WORDS[_pick(f"{of} {n}", len(WORDS)) - 1] for n in range(words))


def _pick(of: str, count: int) -> int:
    """A number from 1 to ``count`` that looks random, and is the same in each run."""
    return zlib.crc32(of.encode()) % count + 1


async def answer(request: web.Request) -> web.StreamResponse:
    """A page, after a while; a flaky one fails at first, and a path that is not there is missing."""
    await asyncio.sleep(SECONDS)
    path = request.raw_path
    if path.startswith("/flaky/"):
        flaky_answers[request.host + path] += 1
        if flaky_answers[request.host + path] <= FAILURES:
            return web.Response(status=500, text="Try again.")
    found = pages().get(path)
    if found is None:
        return web.Response(status=404, body=page("Not found").body, content_type="text/html")
    headers = {"Content-Type": found.content_type, **found.headers}
    return web.Response(status=found.status, body=found.body, headers=headers)


BIG: Site = {"*": answer}
