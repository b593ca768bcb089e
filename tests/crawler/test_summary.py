"""What a person reads when a crawl has ended."""

from __future__ import annotations

import io
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from crawler.failures import Failures
from crawler.services import Services
from crawler.summary import Report, sentence, show, show_seeds, size, where
from crawler.verdict import Events, Verdict
from pipelines.object_store import ArchiveLocation
from schemas.job import Job, JobState, JobStats
from schemas.site import SiteConfig
from schemas.tiers import TierUse
from schemas.traps import WORDS, Trap

JOB = Job(UUID(int=7), 1, 1, "example.com", SiteConfig(url="https://example.com/"))
COMPLETED = Verdict(JobState.COMPLETED)


def console() -> Console:
    return Console(file=io.StringIO(), highlight=False, soft_wrap=True, color_system=None)


def shown(report: Report) -> list[str]:
    screen = console()
    show(screen, report)
    text: str = screen.file.getvalue()  # type: ignore[attr-defined] # a StringIO
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def report(stats: JobStats | None = None, verdict: Verdict = COMPLETED, unfetched: Failures | None = None) -> Report:
    events = Events(reason="finished", unfetched=unfetched or Failures())
    return Report(JOB, stats or JobStats(), verdict, events, 12.34)


def test_tiers_are_shown_where_there_was_more_than_one() -> None:
    direct, proxy = TierUse(30, 1_000_000), TierUse(4, 50_000, 12_300)

    assert not [line for line in shown(report(JobStats(34, tiers={"direct": direct}))) if "direct" in line]
    lines = shown(report(JobStats(34, tiers={"proxy": proxy, "direct": direct})))
    assert [line for line in lines if "wire" in line] == [
        "direct 30 1.0 MB over the wire",
        "proxy 4 50.0 kB over the wire, for 0.0123",
    ]


def test_a_job_that_went_well() -> None:
    statuses = {"404": 1, "200": 1233}
    stats = JobStats(1234, statuses, postings=5, texts=7, body_bytes=2_500_000, archived_bytes=400_000)

    assert shown(report(stats)) == [
        f"completed example.com in 12.3 s job {JOB.id}",
        "pages 1,234 200: 1,233 · 404: 1",
        "postings 5",
        "texts 7",
        "archived 400.0 kB of 2.5 MB",
    ]


def test_an_empty_job_shows_that_nothing_was_found() -> None:
    assert shown(report())[1:] == ["pages 0", "postings 0"]


def test_what_went_wrong_is_counted_with_an_example() -> None:
    failures = Failures()
    failures.add("DownloadTimeoutError", "/a could not be fetched: no answer in time.")
    failures.add("disallowed", "robots.txt disallows /b.")
    failures.add("disallowed", "robots.txt disallows /c.")
    failures.add_trap(Trap.DATE, "/2031/05")
    stats = JobStats(1, {"200": 1}, rejected=2, problems=3)

    assert shown(report(stats, unfetched=failures))[3:] == [
        "rejected 2 see the table rejected_record",
        "problems 3 an extractor failed; the pages are kept",
        "archived 0 B of 0 B",
        "failed 1 /a could not be fetched: no answer in time.",
        "disallowed 2 robots.txt disallows /b.",
        f"trap 1 /2031/05 is not followed: {WORDS[Trap.DATE]}.",
    ]


def test_what_was_no_page_is_counted_by_what_it_was() -> None:
    failures = Failures()
    failures.add("walled:blocked: Akamai", "/a was blocked by Akamai (status 403).")
    verdicts = {"login_wall": 1, "blocked: Akamai": 3, "rate_limited": 2, "error_page": 1, "empty_shell": 9}

    assert shown(report(JobStats(17, {"200": 17}, verdicts=verdicts), unfetched=failures))[3:] == [
        "archived 0 B of 0 B",
        "blocked 3 /a was blocked by Akamai (status 403).",
        "refused 2",
        "login 1",
        "error page 1",
    ]


def test_a_failed_job_says_why_and_says_it_once() -> None:
    failures = Failures()
    failures.add("CannotResolveHostError", "https://example.com/ could not be fetched: its host name is unknown.")
    verdict = Verdict(JobState.FAILED, failures.sentence())

    assert shown(report(verdict=verdict, unfetched=failures)) == [
        f"failed example.com in 12.3 s job {JOB.id}",
        "https://example.com/ could not be fetched: its host name is unknown.",
        "pages 0",
        "postings 0",
        "failed 1",
    ]


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1) | st.sampled_from(["[/]", "[bold]x", "a\\"]))
def test_what_a_page_says_is_shown_as_it_is(text: str) -> None:
    assert shown(report(verdict=Verdict(JobState.FAILED, text)))[1] == text


def test_a_sentence_for_a_log() -> None:
    stats = JobStats(1234, {"200": 1234}, postings=5)

    assert sentence(report(stats)) == f"example.com completed (job {JOB.id}): 1,234 pages, 5 postings."
    assert sentence(report(verdict=Verdict(JobState.FAILED, "It broke."))) == (
        f"example.com failed (job {JOB.id}): It broke."
    )


@pytest.mark.parametrize(("embedded", "shell"), [(True, "manage.py dbshell -- -c"), (False, 'psql "$DATABASE_URL" -c')])
def test_where_the_data_is(embedded: bool, shell: str) -> None:
    screen = console()
    archive = ArchiveLocation("file:///data/arch[1]ve")

    where(screen, JOB, Services("postgresql://user:secret@db/x", "redis://:secret@r/0", archive, embedded))

    text = screen.file.getvalue()  # type: ignore[attr-defined] # a StringIO
    assert "file:///data/arch[1]ve" in text
    assert shell in text
    assert f"scrapy export pages --to pages.jsonl --job {JOB.id}" in text
    assert "secret" not in text


@pytest.mark.parametrize(("count", "lines"), [(0, 1), (10, 11), (1011, 12)])
def test_a_dry_run_shows_some_seeds(count: int, lines: int) -> None:
    screen = console()

    show_seeds(screen, [f"https://example.com/{number}" for number in range(count)])

    text = screen.file.getvalue().splitlines()  # type: ignore[attr-defined] # a StringIO
    assert text[0] == f"{count:,} pages are named by the sitemaps."
    assert len(text) == lines
    assert count < 11 or text[-1].strip() == "and 1,001 more"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1_234_567, "1.2 MB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (999_999_999, "1.0 GB"),
        (5_400_000_000_000, "5.4 TB"),
        (5_400_000_000_000_000, "5400.0 TB"),
    ],
)
def test_sizes_are_for_people(count: int, words: str) -> None:
    assert size(count) == words


@given(st.integers(0, 10**15 - 10**11))
def test_a_size_has_at_most_three_digits_before_its_point(count: int) -> None:
    assert float(size(count).split()[0]) < 1000
