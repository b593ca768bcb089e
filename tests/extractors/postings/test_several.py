"""Pages of small employers with several whole postings, one below the other, and pages that look like them."""

from __future__ import annotations

from typing import Any

import pytest

from extractors.postings import postings
from extractors.postings.document import Document
from schemas.posting import Posting

TEXT = "We are looking for somebody careful. " + (
    "You will plan the week, keep the tools in order and speak with the people who come in every day. " * 3
)
NAMES = ("Baker", "Van Driver", "Cook")
URL = "https://www.mill.example/careers"
HEAD = "<title>Careers - North Mill</title><meta property='og:site_name' content='North Mill'>"


def read(body: str, url: str = URL, head: str = HEAD) -> list[dict[str, Any]]:
    page = f"<!doctype html><html lang='en'><head>{head}</head><body>{body}</body></html>"
    found = postings(Document.read(url, page.encode(), "text/html; charset=utf-8"))
    for one in found:
        Posting.model_validate(one)
    return found


def part(name: str, text: str = TEXT) -> str:
    return f"""<p>Location: Leeds, UK</p><p>{text}</p><h4>Responsibilities</h4><ul><li>Work as a {name}</li></ul>
    <h4>Requirements</h4><ul><li>Care</li></ul><a href='mailto:jobs@mill.example'>Apply now</a>"""


HEADINGS = "<h1>Open positions</h1>" + "".join(f"<h3>{name}</h3>{part(name)}" for name in NAMES)
DETAILS = "<h1>Jobs</h1>" + "".join(
    f"<details><summary>{name}</summary><h2>{name}</h2>{part(name)}</details>" for name in NAMES
)
SAME_RANK = "<h1>Vacancies</h1>" + "".join(
    f"<h2>{name}</h2><p>{TEXT}</p><h2>Responsibilities</h2><ul><li>Work</li></ul><h2>Requirements</h2><p>Care</p>"
    for name in NAMES
)
BUTTONS = "<h1>Join us</h1>" + "".join(
    f"<button class='accordion'>{name}</button><div class='panel'>{part(name)}</div>" for name in NAMES
)
LABELLED = "<h1>North Mill recruitment</h1><p>We fill the positions below:</p>" + "".join(
    f"<p><strong>{count}. Job Title: {name}</strong></p>{part(name)}" for count, name in enumerate(NAMES, 1)
)


@pytest.mark.parametrize(
    "body", [HEADINGS, DETAILS, SAME_RANK, BUTTONS, LABELLED], ids=["headings", "details", "rank", "buttons", "labels"]
)
def test_each_is_read_with_its_own_text(body: str) -> None:
    found = read(body)

    assert [one["title"] for one in found] == list(NAMES)
    assert {one["company"] for one in found} == {"North Mill"}
    assert all(one["description_text"].startswith(("Location: Leeds", TEXT[:40])) for one in found)
    assert len({one["source_id"] for one in found}) == 3


def test_each_says_where_and_how() -> None:
    found = read(HEADINGS.replace("Leeds, UK", "Leeds, UK</p><p>Type: Part time", 1))

    assert [[(place["city"], place["country"]) for place in one["locations"]] for one in found] == [
        [("Leeds", "GB")]
    ] * 3
    assert [one.get("employment_types") for one in found] == [["PART_TIME"], None, None]


def test_what_follows_the_last_one_is_no_part_of_it() -> None:
    found = read(f"{HEADINGS}<h3>Our history</h3><p>The mill was built in the year 1700 and still stands.</p>")

    assert "1700" not in found[-1]["description_text"]


@pytest.mark.parametrize(
    ("markup", "anchor"),
    [
        ("<h3 id='{slug}'>{name}</h3>{part}", "{slug}"),
        ("<section id='job-{slug}'><h3>{name}</h3>{part}</section>", "job-{slug}"),
        ("<div><h3><a href='#{slug}'>{name}</a></h3><div id='{slug}'>{part}</div></div>", "{slug}"),
        ("<h3><a name='47{count}1'></a>{name}</h3>{part}", "47{count}1"),
    ],
)
def test_an_anchor_that_names_one_is_its_address(markup: str, anchor: str) -> None:
    names = [(count, name, name.lower().replace(" ", "-")) for count, name in enumerate(NAMES)]
    body = "".join(markup.format(slug=slug, name=name, part=part(name), count=count) for count, name, slug in names)

    found = read(f"<h1>Open positions</h1><div>{body}</div>")

    wanted = [f"{URL}#{anchor.format(slug=slug, count=count)}" for count, _, slug in names]
    assert [one["url"] for one in found] == wanted
    assert len({one["source_id"] for one in found}) == 3


def test_an_anchor_that_counts_is_none_since_it_is_another_ones_tomorrow() -> None:
    body = "".join(
        f"<h3><a href='#collapse{count}'>{name}</a></h3><div id='collapse{count}'>{part(name)}</div>"
        for count, name in enumerate(NAMES)
    )
    fewer = body[body.index("<h3>", 4) :].replace("collapse1", "collapse0").replace("collapse2", "collapse1")

    today, tomorrow = read(f"<h1>Jobs</h1>{body}"), read(f"<h1>Jobs</h1>{fewer}")

    assert {one["url"] for one in today} == {URL}
    assert [one["source_id"] for one in today[1:]] == [one["source_id"] for one in tomorrow]


BOOTSTRAP = "<h1>Karriere</h1>" + "".join(
    f"""<h2 class='accordion-header'><button data-bs-target='#c{count}'>{name}</button></h2><div id='c{count}'>
    <p>Für unser Haus suchen wir zum nächstmöglichen Zeitpunkt Verstärkung, die früh aufsteht und gerne lacht.</p>
    <p><strong>Ihre Aufgaben</strong></p><ul><li>Die Zimmer und die Küche in Ordnung halten</li></ul>
    <p><strong>Ihr Profil</strong></p><ul><li>Eine Ausbildung ist von Vorteil, aber nicht nötig</li></ul></div>"""
    for count, name in enumerate(("Küchenhilfe (m/w/d)", "Teamleitung Service (m/w/d)"))
)


def test_short_ones_with_sections_are_whole() -> None:
    found = read(BOOTSTRAP, "https://www.haus.example/karriere", "<title>Karriere | Haus am See</title>")

    assert [one["title"] for one in found] == ["Küchenhilfe (m/w/d)", "Teamleitung Service (m/w/d)"]
    assert {one["company"] for one in found} == {"Haus am See"}


ALONE = f"<h1>Careers at North Mill</h1><p>We are a mill.</p><h2>Open positions</h2><h3>Baker</h3>{part('Baker')}"


def test_one_alone_on_a_page_for_all_jobs_is_read_where_all_speaks_for_it() -> None:
    (found,) = read(ALONE)

    assert (found["title"], found["company"]) == ("Baker", "North Mill")
    assert "We are a mill" not in found["description_text"]


@pytest.mark.parametrize("cut", ["<h4>Requirements</h4>", "<h4>Responsibilities</h4>", "Apply now"])
def test_one_alone_is_none_where_something_is_missing(cut: str) -> None:
    assert read(ALONE.replace("<h2>Open positions</h2>", "").replace(cut, "").replace("jobs@", "")) == []


def test_a_title_that_names_no_work_is_one_among_others_that_do() -> None:
    found = read(f"{HEADINGS}<h3>Mill Wheels</h3>{part('helper')}")

    assert [one["title"] for one in found] == [*NAMES, "Mill Wheels"]


def test_a_teaser_beside_whole_ones_is_none() -> None:
    teaser = (
        f"<h3>Bookkeeper</h3><p>{TEXT}</p><p>Requirements</p><p>Full time</p><a href='/careers/books'>Read more</a>"
    )

    assert [one["title"] for one in read(f"<h1>Open positions</h1>{teaser}{HEADINGS}")] == list(NAMES)


LIST = "".join(f"<h3>{name}</h3><p>Leeds, UK</p><p>{TEXT[:97]}</p><a>Apply now</a>" for name in NAMES)
LINKED = "".join(f"<h3><a href='/careers/{name}'>{name}</a></h3>{part(name)}" for name in NAMES)
CARDS = "".join(f"<a href='/careers/{name}'><div><h3>{name}</h3>{part(name)}</div></a>" for name in NAMES)
MORE = "".join(f"<h3>{name}</h3>{part(name)}<a href='/careers/{name}'>Read more</a>" for name in NAMES)
TEAM = "".join(f"<h3>Jane Doe, {name}</h3><p>{TEXT}</p><p>She joined us in 2019.</p>" for name in NAMES)
GUIDE = "".join(f"<h2>{name}</h2>{part(name)}" for name in NAMES)


@pytest.mark.parametrize(
    ("body", "url", "head"),
    [
        (f"<h1>Open positions</h1>{LIST}", URL, HEAD),
        (f"<h1>Open positions</h1>{LINKED}", URL, HEAD),
        (f"<h1>Open positions</h1>{CARDS}", URL, HEAD),
        (f"<h1>Open positions</h1>{MORE}", URL, HEAD),
        (f"<h1>Our team</h1>{TEAM}", "https://www.mill.example/about", "<title>Our team - North Mill</title>"),
        (f"<h1>The 10 best jobs with flour</h1>{GUIDE}", "https://guide.example/careers/flour", "<title>Jobs</title>"),
        (f"<h1>Trades</h1>{GUIDE}", "https://guide.example/blog/jobs-with-flour", "<title>Jobs with flour</title>"),
        (f"<h1>Job description examples</h1>{GUIDE}", URL, "<title>Job description examples</title>"),
        (f"<h1>Our services</h1>{GUIDE}", "https://www.mill.example/services", "<title>Services - North Mill</title>"),
    ],
    ids=["list", "linked", "cards", "more", "team", "guide", "blog", "examples", "services"],
)
def test_what_only_looks_like_several_gives_none(body: str, url: str, head: str) -> None:
    assert read(body, url, head) == []
