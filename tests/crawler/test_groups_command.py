"""``scrapy groups``, as a process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.adverts import Add, advertising
from tests.support.crawl import Crawled, Scrapy
from tests.support.tables import add_job, reading, tables

if TYPE_CHECKING:
    from crawler.embedded import Servers

Run = Callable[..., Crawled]


@pytest.fixture
def tables_url(servers: Servers) -> Iterator[str]:
    with tables(servers) as url:
        yield url


@pytest.fixture
def add(tables_url: str) -> Iterator[Add]:
    with reading(tables_url) as rows:
        yield advertising(rows, add_job(rows, "bread.example"))


@pytest.fixture
def run(scrapy: Scrapy, tables_url: str) -> Run:
    return lambda *words: scrapy.run("groups", *words, DATABASE_URL=tables_url)


def members(run: Run, *words: str) -> list[list[tuple[int, bool]]]:
    done = run("--json", *words)
    assert done.status == 0, done.stderr
    listed: list[dict[str, Any]] = json.loads(done.stdout)
    return [[(one["posting"], one["split_at"] is None) for one in group["members"]] for group in listed]


def test_groups_are_made_listed_split_and_put_back(run: Run, add: Add) -> None:
    first, second = add(), add()

    assert members(run) == []
    done = run("--run", "--site", "bread.example")
    assert "2 postings compared, 2 memberships changed" in done.stderr
    assert "Baker  Bread GmbH" in done.stdout
    assert f"{second}  text 1.00" in done.stdout
    assert run("--split", str(second)).status == 0
    assert members(run, "--run") == [[(first, True), (second, False)]]
    assert run("--undo", str(second)).status == 0
    assert members(run, "--site", "bread.example") == [[(first, True), (second, True)]]


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["--site", "nosuch"], 1, "--site nosuch: there is no such site."),
        (["--split", "7", "8"], 1, "7, 8: in no group. See: scrapy groups"),
        (["--undo", "7"], 1, "7: split off no group. See: scrapy groups"),
        (["--run", "--undo", "7"], 2, "Give one of --run, --split and --undo, or none; ids after --split."),
        (["7"], 2, "Give one of --run, --split and --undo, or none; ids after --split."),
        (["--split", "7", "--site", "x"], 2, "--site goes with the list and with --run alone."),
        (["--split", "baker"], 2, "invalid int value: 'baker'"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(run: Run, words: list[str], status: int, sentence: str) -> None:
    done = run(*words)

    assert (done.status, sentence in done.stderr) == (status, True), done.stderr
