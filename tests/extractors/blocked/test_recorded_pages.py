"""Real pages, recorded by others: how many walls are found, and how many pages are taken for one."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractors.blocked import Kind, Seen, Verdict, judge
from tests.corpus import corpus
from tests.support.nginx import find_python_manual

TYPES = {".json": "application/json", ".xml": "application/xml", ".rss": "application/rss+xml", ".txt": "text/plain"}
BLOCKED = {"glassdoor-block-page.html"}
SHELLS = {"ats-echotwin-tpm.html", "ats-superhuman-growth-tpm.html"}


def verdicts(folder: Path, status: int = 200) -> Iterator[tuple[str, Verdict]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            body = path.read_bytes()
            body = gzip.decompress(body) if path.suffix == ".gz" else body
            headers = {"content-type": TYPES.get(path.suffix, "text/html; charset=utf-8")}
            yield path.name, judge(Seen("https://example.com/page", status, headers, body))


@pytest.mark.corpus
def test_of_all_recorded_pages_the_one_block_page_is_found_and_no_other() -> None:
    """1 of 1 found, 0 of 445 pages mistaken: it says much of mistakes, and little of what would be missed."""
    found = dict(verdicts(corpus("postings") / "pages")) | dict(verdicts(corpus("articles") / "pages"))

    assert len(found) > 400
    assert {name for name, verdict in found.items() if verdict.is_wall or verdict.kind is Kind.ERROR_PAGE} == BLOCKED
    assert {name for name, verdict in found.items() if verdict.kind is Kind.EMPTY_SHELL} == SHELLS
    assert found["glassdoor-block-page.html"].name == "blocked: Cloudflare"


@pytest.mark.corpus
def test_pages_that_speak_of_an_error_are_no_refusals_though_their_status_is_one() -> None:
    """A page that comes with 503 is as long as ever; a wall in its place would be short."""
    articles = dict(verdicts(corpus("articles") / "pages", status=503))

    assert [name for name, verdict in articles.items() if verdict.kind is not Kind.OK] == []


def test_no_page_of_a_manual_is_anything_else() -> None:
    manual = find_python_manual()
    if manual is None:
        pytest.skip("The Python manual is not installed (Debian: apt install python3-doc)")
    html = [(name, verdict) for name, verdict in verdicts(manual) if name.endswith(".html")]

    assert len(html) > 300
    assert [name for name, verdict in html if verdict.kind is not Kind.OK] == []
