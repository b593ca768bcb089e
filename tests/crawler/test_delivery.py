"""When a request is done: each way in which its callback may end, in a crawl of its own on a real Valkey."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.left import Left
from tests.support.trial import CRABS, START, Trial
from tests.support.web import RunningWeb

STRICT = {"HTTPERROR_ALLOW_ALL": False}


def with_spider_middleware(name: str) -> dict[str, Any]:
    return {"SPIDER_MIDDLEWARES": {"crawler.delivery.Delivery": 0, f"{CRABS}.{name}": 800}}


# Callbacks


def test_a_page_is_done_when_what_it_led_to_is_kept(trial: Trial) -> None:
    ended = trial.of("yields")

    assert ended.reason == "finished"
    assert ended.left == Left(seen=2)
    # The child may well be fetched while the item is on its way; its parent is done after that.
    assert ended.diary.index("item") < ended.diary.index("done /parent")
    assert "done /child" in ended.diary


@pytest.mark.parametrize("callback", ["raises", "raises_at_once"])
def test_a_callback_that_raises_before_any_output_is_dead(trial: Trial, callback: str) -> None:
    ended = trial.of(callback)

    assert ended.reason == "finished"
    ((path, cause),) = ended.left.dead
    assert path == "/parent"
    assert cause.startswith("RuntimeError: ")
    assert ended.left.undone == 0


def test_a_callback_that_raises_after_output_is_dead_and_its_output_is_kept(trial: Trial) -> None:
    ended = trial.of("raises_late")

    assert ended.left == Left(seen=2, dead=(("/parent", "RuntimeError: after output"),))
    assert ended.paths == ["/child"]
    assert ended.diary.index("item") < ended.diary.index("died /parent")


def test_a_coroutine_is_waited_for(trial: Trial) -> None:
    ended = trial.of("awaits")

    assert ended.left == Left(seen=2)
    assert ended.diary.index("item") < ended.diary.index("done /parent")


def test_what_is_no_text_kills_its_callback_alone(trial: Trial, web: RunningWeb) -> None:
    picture = {"url": web.url("plain", "/logo.png"), "callback": "reads_text"}

    ended = trial.requests(picture, {"url": trial.site.url("/parent")})

    ((path, cause),) = ended.left.dead
    assert (path, cause.split(":")[0]) == ("/logo.png", "NotSupported")
    assert ended.paths == ["/parent"]
    assert ended.left.undone == 0


@pytest.mark.parametrize("callback", ["closes", "closes_late"])
def test_who_closes_the_crawl_is_done_and_does_not_close_the_next_one(trial: Trial, callback: str) -> None:
    ended = trial.of(callback)

    assert ended.reason == "enough"
    assert "done /parent" in ended.diary
    assert ended.left == Left(pending=callback == "closes_late", seen=1 + (callback == "closes_late"))


def test_children_do_not_go_by_their_parents_lease(trial: Trial) -> None:
    ended = trial.of("copies_meta")

    assert ended.left == Left(seen=2)
    assert sorted(ended.diary) == ["done /child", "done /parent", START]


def test_who_asks_for_the_same_request_again_gets_it_again(trial: Trial) -> None:
    ended = trial.of("asks_again")

    assert ended.paths == ["/parent", "/parent"]
    assert ended.left == Left(seen=1)


def test_a_callback_that_is_cancelled_is_dead_and_does_not_stop_the_crawl(trial: Trial) -> None:
    ended = trial.of("is_cancelled")

    assert ended.reason == "finished"
    assert ended.paths == ["/child"]
    assert [path for path, _ in ended.left.dead] == ["/parent"]


@pytest.mark.parametrize("callback", ["is_cancelled_at_once", "waits_for_what_is_cancelled", "parse"])
def test_a_coroutine_that_is_cancelled_is_dead_and_does_not_stop_the_crawl(trial: Trial, callback: str) -> None:
    ended = trial.of(callback)

    assert ended.reason == "finished"
    ((path, cause),) = ended.left.dead
    assert (path, cause.startswith("CallbackCancelledError: ")) == ("/parent", True)
    assert cause.endswith("/parent: what its callback waited for was cancelled")


def test_a_coroutine_may_ask_for_its_own_request_again(trial: Trial) -> None:
    ended = trial.of("asks_again_later")

    assert ended.paths == ["/parent", "/parent"]
    assert ended.left.undone == 0
    assert ended.left.dead == ()


# Items


def test_a_dropped_item_is_none_to_wait_for(trial: Trial) -> None:
    ended = trial.of("yields", item={"do": "drop"})

    assert ended.left == Left(seen=2)


def test_an_item_that_fails_kills_its_request(trial: Trial) -> None:
    ended = trial.of("yields", item={"do": "fail"})

    assert ended.left == Left(seen=2, dead=(("/parent", "ValueError: no such shape"),))
    assert ended.paths == ["/child"]


def test_an_item_that_cannot_be_stored_leaves_its_request_to_others(trial: Trial) -> None:
    ended = trial.of("yields", item={"do": "lose"})

    assert ended.reason == "storage"
    assert ended.left.pending >= 1
    assert ended.left.leased == 0
    assert ended.left.dead == ()
    assert "done /parent" not in ended.diary


def test_pictures_that_a_pipeline_fetches_have_no_lease(trial: Trial) -> None:
    picture = {"do": "picture", "url": trial.site.url("/picture.png")}
    before = len(trial.site.asked)

    ended = trial.of("yields", item=picture)

    assert sorted(trial.site.asked[before:]) == ["/child", "/parent", "/picture.png"]
    assert ended.left == Left(seen=2)
    assert ended.diary.index("item") < ended.diary.index("done /parent")


# Middlewares


def test_what_a_middleware_makes_of_an_error_is_waited_for(trial: Trial) -> None:
    """Its output starts when the callback's has ended."""
    ended = trial.of("raises_at_once", settings=with_spider_middleware("Recovering"))

    assert ended.left == Left(seen=2)
    assert ended.paths == ["/child"]
    assert ended.diary.index("item") < ended.diary.index("done /parent")


def test_the_same_where_there_was_output_before_the_error(trial: Trial) -> None:
    ended = trial.of("raises_late", settings=with_spider_middleware("Recovering"))

    assert ended.left == Left(seen=2)
    assert ended.diary.count("item") == 2
    assert ended.diary.index("done /parent") > max(n for n, entry in enumerate(ended.diary) if entry == "item")


def test_the_same_where_the_item_that_it_makes_cannot_be_stored(trial: Trial) -> None:
    ended = trial.of("raises_at_once", item={"do": "lose"}, settings=with_spider_middleware("Recovering"))

    assert ended.reason == "storage"
    assert "done /parent" not in ended.diary
    assert ended.left.pending >= 1


def test_a_response_that_a_middleware_refuses_is_dead(trial: Trial) -> None:
    ended = trial.of(settings=with_spider_middleware("Refusing"))

    assert ended.left == Left(seen=1, dead=(("/parent", "RuntimeError: refused"),))


def test_what_an_errback_makes_of_a_refused_response_is_waited_for(trial: Trial, web: RunningWeb) -> None:
    missing = {"url": web.url("plain", "/missing"), "errback": "mends"}

    ended = trial.requests(missing, settings=STRICT)

    assert ended.notes[0] == "HttpError"
    assert ended.paths == ["/child"]
    assert ended.left == Left(seen=2)
    assert ended.diary.index("item") < ended.diary.index("done /missing")


def test_a_refused_response_without_an_errback_is_done(trial: Trial, web: RunningWeb) -> None:
    ended = trial.requests({"url": web.url("plain", "/missing")}, settings=STRICT)

    assert ended.left == Left(seen=1)
