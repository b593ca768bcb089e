"""What answers are taken for: recorded walls and errors, and pages that look a little like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.blocked import Kind, Seen, Verdict, judge, words
from extractors.blocked.judge import holds
from extractors.blocked.rules import CAPTCHAS, VENDORS, Rule
from extractors.blocked.seen import Facts, plain
from extractors.html import parse
from tests.support.answers import Recorded, recorded

WALLS = recorded("answers")
PAGES = recorded("pages")


def named(answer: Recorded) -> str:
    return answer.name


@pytest.mark.parametrize("answer", WALLS, ids=named)
def test_what_stands_in_the_place_of_a_page_is_told_and_who_put_it_there(answer: Recorded) -> None:
    verdict = judge(answer.seen)

    assert verdict.name == answer.verdict
    assert verdict.evidence
    assert "\n" not in verdict.evidence


@pytest.mark.parametrize("answer", PAGES, ids=named)
def test_a_page_is_a_page_whatever_it_speaks_of(answer: Recorded) -> None:
    verdict = judge(answer.seen)

    assert (verdict.name, verdict.evidence) == ("ok", "")


@pytest.mark.parametrize("answer", [*WALLS, *PAGES], ids=named)
def test_a_tree_that_is_there_already_changes_nothing(answer: Recorded) -> None:
    seen = answer.seen
    tree = parse(seen.body, seen.headers.get("content-type", ""))

    assert judge(Seen(seen.url, seen.status, seen.headers, seen.body, tree)) == judge(seen)


@pytest.mark.parametrize("rule", VENDORS, ids=lambda rule: f"{rule.by} {rule.kind}")
def test_each_rule_has_a_recorded_answer_that_it_alone_or_it_first_tells(rule: Rule) -> None:
    def first(answer: Recorded) -> Rule | None:
        facts = Facts(answer.seen)
        return next((one for one in VENDORS if holds(one, facts)), None)

    assert any(first(answer) is rule for answer in WALLS)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.OK])
def test_each_kind_has_a_recorded_answer(kind: Kind) -> None:
    assert any(answer.verdict.partition(":")[0] == kind for answer in WALLS)


@pytest.mark.parametrize("status", [204, 304, 404, 410])
@pytest.mark.parametrize("answer", WALLS, ids=named)
def test_what_a_status_says_of_a_page_is_no_ban(answer: Recorded, status: int) -> None:
    seen = answer.seen

    assert judge(Seen(seen.url, status, seen.headers, seen.body)).kind is Kind.OK


@pytest.mark.parametrize("answer", [one for one in WALLS if one.status == 200], ids=named)
def test_a_wall_with_much_beside_it_is_a_page(answer: Recorded) -> None:
    seen = answer.seen
    links = b"".join(b'<a href="/%d">Section %d</a>' % (number, number) for number in range(30))
    text = b"<p>A tide gauge measures the height of the sea against a mark on the land.</p>" * 60
    verdict = judge(Seen(seen.url, 200, {"content-type": "text/html"}, seen.body + links + text))

    assert verdict.kind in (Kind.OK, Kind.ERROR_PAGE)  # a page that calls itself an error in title and heading is one


def test_a_login_is_a_wall_only_where_something_else_was_asked_for() -> None:
    form = next(answer for answer in WALLS if answer.name == "login-form").seen

    assert judge(form).kind is Kind.LOGIN_WALL
    for url in ("https://example.com/login", "https://login.example.com/", "https://example.com/wp-login.php?x=1"):
        assert judge(Seen(url, form.status, form.headers, form.body)).kind is Kind.OK


def test_blocks_are_told_from_what_is_only_no_page() -> None:
    blocks = {kind for kind in Kind if Verdict(kind).is_block}

    assert blocks == {Kind.BLOCKED, Kind.CAPTCHA, Kind.SOFT_BLOCK, Kind.RATE_LIMITED}
    assert {kind for kind in Kind if Verdict(kind).is_wall} == blocks | {Kind.LOGIN_WALL}


NAMES = sorted({rule.header[0] for rule in VENDORS if rule.header} | {"content-type", "location", "set-cookie"})
SCRAPS = [code for rule in VENDORS for code in rule.code] + [sign for sign, _ in CAPTCHAS]
SCRAPS += [text.encode() for rule in VENDORS for text in (*rule.title, *rule.words)]
SCRAPS += [
    b"<title>",
    b"</title>",
    b"<h1>",
    b"<a ",
    b"<input type=password>",
    b"<script src=x></script>",
    b"<body>",
    b"<",
]
BODIES = st.lists(st.sampled_from(SCRAPS) | st.binary(max_size=20), max_size=40).map(b"".join)
HEADERS = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=10), st.text(max_size=40), max_size=6)


@given(st.text(max_size=60), st.integers(-1, 1200), HEADERS, BODIES | st.binary(max_size=300))
def test_whatever_comes_has_a_verdict(url: str, status: int, headers: dict[str, str], body: bytes) -> None:
    verdict = judge(Seen(url, status, headers, body))

    assert verdict.kind in Kind
    assert len(verdict.evidence) <= 300
    assert bool(verdict.evidence) == (verdict.kind is not Kind.OK)


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "body",
    [
        b"<title>just a moment..." + b"<div>" * 200_000,
        b"captcha " * 2_000_000,
        b"<input type=password " * 300_000,
        b"<title>404</title>" + b"<h1>404</h1>" * 200_000,
        b"<script>" + b"x" * 30_000_000,
        b"<title>" + b" " * 5_000_000,
        b"_cf_chl_opt" + b"<a" * 3_000_000,
    ],
    ids=["deep", "long", "fields", "headings", "script", "title", "links"],
)
def test_no_body_takes_long(body: bytes) -> None:
    for status in (200, 403):
        judge(Seen("https://example.com/", status, {"content-type": "text/html"}, body))


def test_what_rules_look_for_is_written_as_answers_are_read() -> None:
    phrases = [text for rule in VENDORS for text in (*rule.title, *rule.words)]
    phrases += [one for value in vars(words).values() if isinstance(value, tuple | frozenset) for one in value]
    texts = [one for one in phrases if isinstance(one, str)]

    assert [text for text in texts if plain(text) != text] == []
    assert [code for rule in VENDORS for code in rule.code if code.lower() != code] == []
    assert [rule for rule in VENDORS if rule.header and rule.header[0] != rule.header[0].lower()] == []
