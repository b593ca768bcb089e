"""A crawl that is disturbed ends as one that is not."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.chaos import checks
from tests.chaos.found import Found
from tests.chaos.grounds import SITE, grounds
from tests.chaos.plan import Setting, calm_plan, make_plan
from tests.chaos.trial import Trial
from tests.web import big

SETTING = Setting(workers=3, lease_seconds=3)
# The same all day, so that a failure can be looked at; another one tomorrow.
SEED = int(os.environ.get("LONGLINE_CHAOS_SEED") or time.strftime("%Y%m%d"))


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with grounds(tmp_path_factory.mktemp("chaos")) as shared:
        yield Trial(shared, SETTING, minutes=4)


@pytest.fixture(scope="module")
def expected(trial: Trial) -> Found:
    return trial.undisturbed()


def test_an_undisturbed_crawl_finds_all_that_there_is(trial: Trial, expected: Found) -> None:
    address = trial.grounds.web.sites[SITE]
    statuses = {url.removeprefix(address): row["status"] for url, row in expected.pages.items()}
    titles = {row["page"].removeprefix(address): row["title"] for row in expected.postings.values()}

    assert statuses == big.statuses()
    assert titles == big.titles()


def test_several_processes_that_nobody_disturbs_find_the_same(trial: Trial, expected: Found) -> None:
    # With leases that no process outsleeps: who is late does a page once more.
    verdict = replace(trial, setting=replace(SETTING, lease_seconds=60)).disturbed(expected, calm_plan(SEED + 1))

    assert not verdict.problems, "\n".join(verdict.problems)
    assert verdict.orphans == 0


def test_a_disturbed_crawl_ends_as_one_that_is_not(trial: Trial, expected: Found) -> None:
    print(f"LONGLINE_CHAOS_SEED={SEED}")
    verdict = trial.disturbed(expected, make_plan(SEED, SETTING))

    assert not verdict.problems, "\n".join([f"LONGLINE_CHAOS_SEED={SEED}", *verdict.problems])


def test_so_does_that_of_a_job_in_shards_on_several_nodes(trial: Trial, expected: Found) -> None:
    print(f"LONGLINE_CHAOS_SEED={SEED}")
    setting = replace(SETTING, nodes=3)
    verdict = replace(trial, setting=setting).disturbed(expected, make_plan(SEED, setting))

    assert not verdict.problems, "\n".join([f"LONGLINE_CHAOS_SEED={SEED}", *verdict.problems])


def test_the_checks_see_what_is_wrong_with_rows(expected: Found) -> None:
    url = next(iter(expected.pages))
    fewer = {key: row for key, row in expected.pages.items() if key != url}
    other = expected.pages | {url: expected.pages[url] | {"status": 500}}

    assert "1 pages are missing" in next(checks.same_rows(expected, replace(expected, pages=fewer)))
    assert "1 pages are too many" in next(checks.same_rows(replace(expected, pages=fewer), expected))
    assert "different: " + url + " (in status)" in next(checks.same_rows(expected, replace(expected, pages=other)))
    assert not list(checks.same_rows(expected, expected))


def test_the_checks_see_what_is_wrong_with_counts_and_pointers(expected: Found) -> None:
    stats = expected.job["stats"]
    doubled = replace(expected, job=expected.job | {"stats": stats | {"pages": stats["pages"] + 1}})

    assert list(checks.exact_counts(expected, doubled)) == ["job.stats has pages: 2002, and it should be 2001"]
    assert "2001 pages are not in the archive" in next(checks.archived(expected, {}))
