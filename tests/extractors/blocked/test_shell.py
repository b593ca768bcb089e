"""Which pages are empty shells."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from extractors.blocked import is_empty_shell, may_be_shell
from extractors.html import parse
from tests.corpus import corpus
from tests.support.nginx import find_python_manual

SCRIPT = '<script src="/static/main.js" defer></script>'
SHELLS = {
    "react": f'<noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div>{SCRIPT}',
    "vue": f'<div id="app"></div>{SCRIPT}',
    "next": '<div id="__next"></div><script id="__NEXT_DATA__" type="application/json">{"page": 1}</script>' + SCRIPT,
    "angular": f"<app-root></app-root>{SCRIPT}",
    "angularjs": f'<div ng-app="careers"><div ng-view></div></div>{SCRIPT}',
    "a spinner": f'<div id="root"><div class="spinner"><svg><text>x</text></svg>Loading…</div></div>{SCRIPT}',
    "state in a script": '<div id="root"></div><script>window.state = "' + "a lot of state " * 5000 + '"</script>',
    "links in a script": '<div id="root"></div><script>data = "' + r"<a href=\"/x\">x</a>" * 12 + '"</script>' + SCRIPT,
    "no root, but asks": f"<div></div><noscript>Bitte aktivieren Sie JavaScript.</noscript>{SCRIPT}",
    "a frame round it": f'<header><a href="/">Acme</a></header><div id="app"></div><footer>© Acme</footer>{SCRIPT}',
}
PARAGRAPH = "<p>A tide gauge measures the height of the sea against a mark on the land, hour by hour, year by year.</p>"
FULL = {
    "no scripts": '<div id="root"></div><noscript>Please enable JavaScript.</noscript>',
    "nothing at all": "",
    "short, without scripts": "<h1>Closed</h1><p>We are closed on Monday.</p>",
    "short, with a counter": "<h1>Closed</h1><p>We are closed on Monday.</p><script>count()</script>",
    "only data": '<div id="root"></div><script type="application/ld+json">{"@type": "JobPosting"}</script>',
    "rendered on the server": f'<div id="__next"><main><h1>Tides</h1>{PARAGRAPH * 3}</main></div>{SCRIPT}',
    "short, from the server": f'<div id="root"><h1>Thank you, we have your letter and will write.</h1></div>{SCRIPT}',
    "links": '<div id="root"></div>' + "".join(f'<a href="/{n}">{n}</a>' for n in range(8)) + SCRIPT,
    "an application in the middle": f'{PARAGRAPH * 3}<div id="app"></div>{SCRIPT}',
    "a noscript for pictures": '<p>Hello</p><noscript><img src="/pixel.gif"></noscript>' + SCRIPT,
}


def document(body: str) -> bytes:
    return f"<!doctype html><html><head><title>Careers</title></head><body>{body}</body></html>".encode()


@pytest.mark.parametrize("body", SHELLS.values(), ids=SHELLS)
def test_a_page_that_is_made_by_scripts_alone_is_a_shell(body: str) -> None:
    assert may_be_shell(document(body))
    assert is_empty_shell(parse(document(body)))


@pytest.mark.parametrize("body", FULL.values(), ids=FULL)
def test_a_page_that_says_something_or_has_no_scripts_is_none(body: str) -> None:
    assert not is_empty_shell(parse(document(body)))


def test_looking_at_a_page_does_not_change_it() -> None:
    tree = parse(document(SHELLS["react"]))
    before = tree.html
    is_empty_shell(tree)
    assert tree.html == before


def test_a_page_that_nests_deeply_can_be_looked_at() -> None:
    deep = "<div>" * 50_000 + "</div>" * 50_000
    assert not is_empty_shell(parse(document(deep + SCRIPT)))


def pages(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.htm*")) if path.is_file()]


def read(path: Path) -> bytes:
    body = path.read_bytes()
    return gzip.decompress(body) if path.suffix == ".gz" else body


@pytest.mark.corpus
def test_no_article_is_taken_for_a_shell() -> None:
    found = pages(corpus("articles"))
    assert len(found) > 100
    assert [path.name for path in found if is_empty_shell(parse(read(path)))] == []


@pytest.mark.corpus
def test_postings_that_only_a_browser_shows_are_shells_and_no_others() -> None:
    found = {path.name: read(path) for path in pages(corpus("postings"))}
    shells = {name for name, body in found.items() if may_be_shell(body) and is_empty_shell(parse(body))}
    assert shells == {"ats-echotwin-tpm.html", "ats-superhuman-growth-tpm.html"}


def test_no_page_of_a_manual_is_taken_for_a_shell() -> None:
    manual = find_python_manual()
    if manual is None:
        pytest.skip("The Python manual is not installed (Debian: apt install python3-doc)")
    found = pages(manual)
    assert len(found) > 300
    assert not [path for path in found if may_be_shell(read(path)) and is_empty_shell(parse(read(path)))]
