"""When a request is done that has no answer, cannot be queued again, or stands for the beginning of its job."""

from __future__ import annotations

import pytest

from tests.support.left import Left
from tests.support.trial import CRABS, START, Trial
from tests.support.web import RunningWeb


@pytest.fixture(autouse=True)
def _fresh(web: RunningWeb) -> None:
    """Pages that fail at first do so here, whoever has asked for them before."""
    web.reset()


# Downloads


def test_a_request_whose_retries_are_used_up_is_dead(trial: Trial, web: RunningWeb) -> None:
    ended = trial.requests({"url": web.url("plain", "/odd/truncated")})

    assert ended.left == Left(seen=1, dead=(("/odd/truncated", "the connection was cut in the middle of the answer"),))


@pytest.mark.parametrize("errback", ["mends", "mends_later"])
def test_what_an_errback_makes_of_a_failure_is_waited_for(trial: Trial, web: RunningWeb, errback: str) -> None:
    cut = {"url": web.url("plain", "/odd/truncated"), "meta": {"max_retry_times": 0}, "errback": errback}

    ended = trial.requests(cut)

    assert ended.notes[0] == "ResponseDataLossError"
    assert ended.paths == ["/child"]
    assert ended.left.undone == 0
    assert ended.diary.index("item") < ended.diary.index("died /odd/truncated")


def test_an_errback_that_raises_ends_its_request(trial: Trial, web: RunningWeb) -> None:
    cut = {"url": web.url("plain", "/odd/truncated"), "meta": {"max_retry_times": 0}, "errback": "fails_too"}

    ended = trial.requests(cut)

    assert [path for path, _ in ended.left.dead] == ["/odd/truncated"]
    assert ended.left.undone == 0


def test_a_redirect_is_followed_in_place_of_its_request(trial: Trial) -> None:
    ended = trial.of(path=f"/to?{trial.site.url('/child')}")

    assert ended.paths == ["/child"]
    assert ended.left.undone == 0
    assert ended.diary == [START, "done /child"]


@pytest.mark.parametrize(
    "offsite",
    ["crawler.fetch.boundary.BoundaryMiddleware", "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware"],
)
def test_a_redirect_that_leaves_the_site_is_done(trial: Trial, offsite: str) -> None:
    """Scrapy's own middleware drops it without a word."""
    settings = {"DOWNLOADER_MIDDLEWARES": {offsite: 50}}

    ended = trial.of(path="/to?http://127.0.0.2:9/away", allowed_domains=["127.0.0.1"], settings=settings)

    assert ended.reason == "finished"
    assert ended.left.undone == 0
    assert ended.left.dead == ()


def test_a_redirect_to_what_was_seen_is_done(trial: Trial) -> None:
    child = trial.site.url("/child")

    ended = trial.requests({"url": child}, {"url": trial.site.url(f"/to?{child}")})

    assert ended.reason == "finished"
    assert ended.left.undone == 0


def test_what_robots_txt_disallows_is_done(trial: Trial, web: RunningWeb) -> None:
    secret = {"url": web.url("plain", "/private/secret"), "errback": "hears"}

    ended = trial.requests(secret, settings={"ROBOTSTXT_OBEY": True})

    assert ended.notes == ["DisallowedByRobotsError"]
    assert ended.left == Left(seen=1)
    assert ended.diary == [START, "done /private/secret"], "robots.txt itself goes by no lease"


# What cannot be queued


def test_children_that_cannot_be_queued_do_not_stop_their_parent(trial: Trial) -> None:
    ended = trial.of("yields_what_cannot_be_queued")

    assert ended.reason == "finished"
    assert ended.paths == ["/child", "/child?last"], "what a spider has under our key is its own"
    assert ended.left.undone == 0
    assert "done /parent" in ended.diary
    assert ended.log.count("cannot be queued") == 2


def test_a_retry_that_cannot_be_queued_is_dead(trial: Trial, web: RunningWeb) -> None:
    flaky = {"url": web.url("plain", "/odd/flaky")}

    ended = trial.requests(flaky, settings={"DOWNLOADER_MIDDLEWARES": {f"{CRABS}.Burdening": 500}})

    assert ended.reason == "finished"
    ((path, cause),) = ended.left.dead
    assert path == "/odd/flaky"
    assert "object" in cause
    assert ended.left.undone == 0


# The beginning


def test_a_beginning_that_cannot_be_queued_does_not_stop_the_rest(trial: Trial) -> None:
    ended = trial.of(crab="CarelessStart")

    assert ended.reason == "finished"
    assert ended.paths == ["/parent"]


def test_a_beginning_that_raises_ends_with_what_it_asked_for(trial: Trial) -> None:
    ended = trial.of(crab="RaisingStart")

    assert ended.paths == ["/parent"]
    assert ended.left.undone == 0
    assert ended.log.count("in start") >= 1


def test_items_of_the_beginning_are_waited_for(trial: Trial) -> None:
    ended = trial.of(crab="ItemsFirst")

    assert ended.left.undone == 0
    assert ended.diary.index("item") < ended.diary.index(START)


def test_a_beginning_whose_item_cannot_be_stored_is_begun_again(trial: Trial) -> None:
    ended = trial.of(crab="ItemsFirst", item={"do": "lose"})

    assert ended.reason == "storage"
    assert ended.left.leased == 0
    assert ended.left.pending >= 1
    assert START not in ended.diary


def test_a_beginning_may_wait_for_what_it_has_asked_for(trial: Trial) -> None:
    ended = trial.of(crab="Patient")

    assert ended.reason == "finished"
    assert ended.paths == ["/child", "/parent"]
    assert ended.left == Left(seen=2)
