"""Postings that a page shows to its readers alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from extractors.postings import postings
from extractors.postings.document import Document
from schemas.posting import Posting

PROSE = "We bake bread for the whole town, and have done so for four generations, with flour from mills nearby. " * 4
MENU = "<nav><a href='/'>Home</a><a href='/bread'>Bread</a><a href='/jobs'>Jobs</a></nav>"
FOOT = "<footer>© 2024 Bakery Inc. All rights reserved</footer>"
ENGLISH = f"""{MENU}<main><h1>Head Baker</h1><p>Austin, TX · Full time · On site</p><a href="/apply">Apply now</a>
<h2>About the role</h2><p>{PROSE}</p><h2>Responsibilities</h2><ul><li>Bake</li></ul>
<h2>Requirements</h2><ul><li>A steady hand</li></ul><h2>Similar jobs</h2><a href="/jobs/2">Miller, Boston, MA</a></main>
{FOOT}"""
GERMAN = f"""{MENU}<main><h1>Bäcker (m/w/d)</h1>
<dl><dt>Standort</dt><dd>Köln, Deutschland</dd><dt>Arbeitszeit</dt><dd>Teilzeit</dd>
<dt>Gehalt</dt><dd>2.800 - 3.200 € pro Monat</dd><dt>Veröffentlicht am</dt><dd>03.05.2024</dd></dl>
<h2>Deine Aufgaben</h2><p>{PROSE}</p><h2>Das bringst du mit</h2><p>Geduld.</p><a href="#b">Jetzt bewerben</a></main>"""


def read(markup: str, url: str, title: str = "", head: str = "") -> list[dict[str, Any]]:
    page = f"<html lang='en'><head><title>{title}</title>{head}</head><body>{markup}</body></html>"
    found = postings(Document.read(url, page.encode(), "text/html; charset=utf-8", datetime(2024, 6, 1, tzinfo=UTC)))
    return [Posting.model_validate(one).model_dump(mode="json") for one in found]


def test_headings_and_the_lines_below_the_title_are_read() -> None:
    (found,) = read(ENGLISH, "https://www.bakery.example/jobs/head-baker", "Head Baker | Bakery")

    assert (found["title"], found["company"]) == ("Head Baker", "Bakery")
    assert [(place["city"], place["region"], place["country"]) for place in found["locations"]] == [
        ("Austin", "TX", "US")
    ]
    assert (found["employment_types"], found["workplace_type"]) == (["FULL_TIME"], "onsite")
    assert found["provenance"]["title"] == "text"
    assert "A steady hand" in found["description_text"]
    assert "Boston" not in str(found["locations"])


def test_labels_are_read_in_other_languages() -> None:
    (found,) = read(GERMAN, "https://www.baeckerei.example/karriere/baecker-m-w-d", "Bäcker (m/w/d) - Bäckerei Korn")

    assert (found["title"], found["company"]) == ("Bäcker (m/w/d)", "Bäckerei Korn")
    assert [(place["city"], place["country"]) for place in found["locations"]] == [("Köln", "DE")]
    assert found["employment_types"] == ["PART_TIME"]
    assert (found["salary"]["min"], found["salary"]["max"], found["salary"]["period"]) == (2800, 3200, "month")
    assert (found["date_posted"], found["date_precision"]) == ("2024-05-03T00:00:00Z", "day")


LISTED = "".join(f"<li><a href='/jobs/{name}'>{name}</a> Bonn <a href='/apply'>Apply</a></li>" for name in "abcdefgh")


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        (f"{MENU}<h1>Open positions</h1><p>{PROSE}</p><h2>Benefits</h2><ul>{LISTED}</ul>", "https://b.example/jobs"),
        (
            f"{MENU}<h1>Sourdough</h1><p>{PROSE}</p><h2>Description</h2><p>{PROSE}</p>",
            "https://b.example/bread/sourdough",
        ),
        (f"{MENU}<h1>Our bakery</h1><p>{PROSE}</p><h2>What we offer</h2><p>{PROSE}</p>{FOOT}", "https://b.example/"),
        (f"{MENU}<h1>Head Baker</h1><p>Austin, TX</p><a href='/apply'>Apply</a>", "https://b.example/jobs/head-baker"),
        (
            f"<article><h1>Ten tips for your job search</h1><p>{PROSE * 3}</p></article>",
            "https://b.example/blog/job-tips",
        ),
    ],
    ids=["a list", "a product", "a home page", "nearly nothing", "an article"],
)
def test_what_is_not_surely_a_posting_is_none(markup: str, url: str) -> None:
    assert read(markup, url, "Bakery") == []


def on_board(beside: str, title: str, prose: str, site: str = "Hirely") -> str | None:
    markup = f"""{MENU}<main>{beside}<h1>Head Baker</h1><p>Austin, TX</p><p>{prose}</p><p>{PROSE}</p>
    <h2>Responsibilities</h2><ul><li>Bake</li></ul><h2>Requirements</h2><a href='/apply'>Apply now</a></main>
    <footer>© 2024 {site}</footer>"""
    head = f"<meta property='og:site_name' content='{site}'>"
    (found,) = read(markup, "https://www.hirely.example/job/head-baker/77", title, head)
    company: str | None = found["company"]
    return company


@pytest.mark.parametrize(
    ("beside", "title", "prose"),
    [
        ("<a href='/companies/oven-works'>Oven Works</a>", "Head Baker | Hirely", "We bake."),
        (
            "<h2>Oven Works</h2>",
            "Head Baker - Oven Works | Hirely",
            "Oven Works is a bakery in Texas that grows from year to year, slowly.",
        ),
        ("<p>Oven Works GmbH - Austin</p>", "Head Baker | Hirely", "We bake."),
        ("", "Head Baker at Oven Works - Hirely", "We bake."),
    ],
)
def test_on_a_board_the_employer_is_the_one_beside_the_title(beside: str, title: str, prose: str) -> None:
    assert (on_board(beside, title, prose) or "").startswith("Oven Works")


@pytest.mark.parametrize(
    "beside", ["<p>Production</p>", "<p>Leeds</p>", "<p>Munich, Germany</p>", "<p>The company</p>"]
)
def test_a_team_or_a_town_beside_the_title_is_no_employer(beside: str) -> None:
    assert on_board(beside, "Head Baker - Production | Hirely", "We bake bread.") == "Hirely"


def test_a_board_of_jobs_is_no_employer() -> None:
    assert on_board("", "Head Baker | Jobs in Texas", "We bake.", "JobsInTexas") is None


def test_a_word_at_the_beginning_of_a_sentence_is_no_employer() -> None:
    (found,) = read(
        ENGLISH.replace(FOOT, "").replace(
            PROSE, f"Bread is what we make, every single day, for people of all ages. {PROSE}"
        ),
        "https://x.example/jobs/head-baker",
        "Head Baker",
    )

    assert found["company"] is None


def test_the_employer_may_be_named_by_the_host_and_the_prose() -> None:
    (found,) = read(
        ENGLISH.replace(FOOT, "").replace(
            PROSE, f"You join the people of Oven Works in the old mill by the river. {PROSE}"
        ),
        "https://careers.ovenworks.example/jobs/head-baker",
        "Head Baker",
    )

    assert found["company"] == "Oven Works"


def test_a_heading_that_says_only_that_jobs_are_here_is_no_title() -> None:
    markup = ENGLISH.replace("<main>", "<main><h2>Career details</h2><p>Join us</p>")
    (found,) = read(markup, "https://www.bakery.example/careerdetails", "Career details")

    assert found["title"] == "Head Baker"


def test_a_title_with_a_dash_is_one() -> None:
    markup = ENGLISH.replace("<h1>Head Baker</h1>", "<h2>Oven Works</h2><h1>Head Baker - Night Shift</h1>")
    (found,) = read(markup, "https://x.example/jobs/1", "Head Baker - Night Shift - Oven Works | Hirely")

    assert found["title"] == "Head Baker - Night Shift"


def test_chips_and_signs_before_words_are_apart() -> None:
    chips = """<div><span class="chip team">Bakery</span> <span class="chip">\U0001f4cd Austin, TX</span>
    <span class="chip">\U0001f550 Part time</span></div>"""
    (found,) = read(
        ENGLISH.replace("<p>Austin, TX · Full time · On site</p>", chips),
        "https://www.bakery.example/jobs/head-baker",
        "Head Baker | Bakery",
    )

    assert [(place["city"], place["region"]) for place in found["locations"]] == [("Austin", "TX")]
    assert found["employment_types"] == ["PART_TIME"]


def test_labels_that_only_the_design_keeps_apart_are_read() -> None:
    facts = "".join(
        f'<li><span class="label">{label}</span> <span class="value">{value}</span></li>'
        for label, value in (("Location", "Austin, TX"), ("Job Type", "Part time"), ("Deadline", "June 4, 2031"))
    )
    (found,) = read(
        ENGLISH.replace("<p>Austin, TX · Full time · On site</p>", f"<ul>{facts}</ul>"),
        "https://www.bakery.example/jobs/head-baker",
        "Head Baker | Bakery",
    )

    assert [place["city"] for place in found["locations"]] == ["Austin"]
    assert found["employment_types"] == ["PART_TIME"]
    assert found["valid_through"].startswith("2031-06-04")


@pytest.mark.parametrize("line", ["SC / ST / OBC", "General / SC: 18 years", "Location: Baker / Shift Leader"])
def test_codes_of_people_and_titles_are_no_places(line: str) -> None:
    (found,) = read(
        ENGLISH.replace("Austin, TX · Full time · On site", line),
        "https://www.bakery.example/jobs/head-baker",
        "Head Baker | Bakery",
    )

    assert found["locations"] == []


def test_headings_that_name_the_same_work_again_are_no_other_postings() -> None:
    headings = "".join(
        f"<h3>{heading}</h3><p>{PROSE[:60]}</p>"
        for heading in (
            "Role of the Head Baker",
            "Head Baker training",
            "Head Baker pay scale",
            "Head Baker exam pattern",
        )
    )
    (found,) = read(
        ENGLISH.replace("<h2>Similar jobs", f"{headings}<h2>Similar jobs"),
        "https://www.bakery.example/jobs/head-baker",
        "Head Baker | Bakery",
    )

    assert found["title"] == "Head Baker"


def test_a_list_of_other_postings_below_a_whole_one_is_no_part_of_it() -> None:
    others = "".join(
        f"<h2>{name}</h2><h3>Mill &amp; Sons</h3><p>Full-time</p>" for name in ("Miller", "Chef", "Cook", "Driver")
    )
    markup = ENGLISH.replace("<h2>Similar jobs</h2>", f"<p>You will report to the owner.</p><h2>Cakes</h2>{others}")
    (found,) = read(markup, "https://www.bakery.example/jobs/head-baker", "Head Baker at Bakery")

    assert found["title"] == "Head Baker"
    assert "Mill & Sons" not in found["description_text"]


def test_text_below_a_menu_of_tabs_is_the_postings_own() -> None:
    body = "".join(f"<p>{PROSE[:103]}</p>" for _ in range(4))
    markup = ENGLISH.replace(f"<p>{PROSE}</p>", f"<div class='nav-content tab-pane'>{body}</div>")
    (found,) = read(markup, "https://www.bakery.example/jobs/head-baker", "Head Baker | Bakery")

    assert "flour" in found["description_text"]


NOTICE = f"""<main><h1>IOB Head Baker Recruitment 2031 - Apply Online</h1>
<p>The Institute of Bakers (IOB) is a body that runs examinations and hires people for public ovens all over.</p>
<p>Post Name: Head Baker</p><p>We are looking for bakers. {PROSE}</p><h2>Responsibilities</h2><ul><li>Bake</li></ul>
<h2>How to apply</h2><p>To apply, fill in the form.</p></main>"""


def test_a_notice_names_its_post_and_its_institution_in_its_text() -> None:
    head = "<meta property='og:site_name' content='Results Today'>"
    (found,) = read(NOTICE, "https://results.example/jobs/iob-2031", "IOB Head Baker Recruitment 2031", head)

    assert (found["title"], found["company"]) == ("Head Baker", "Institute of Bakers")


def test_the_name_of_an_institution_may_be_long() -> None:
    name = "International Institute for the Advancement of Bakers and of Millers in Towns"
    (found,) = read(
        NOTICE.replace("Institute of Bakers", name), "https://results.example/jobs/iob-2031", "IOB Head Baker"
    )

    assert found["company"] == name


def test_what_is_short_for_a_craft_is_no_employer() -> None:
    markup = NOTICE.replace("Institute of Bakers (IOB)", "Indoor Oven Baking (IOB)").replace("is a body", "is an art")
    head = "<meta property='og:site_name' content='Results Today'>"
    (found,) = read(markup, "https://results.example/jobs/iob-2031", "IOB Head Baker Recruitment 2031", head)

    assert found["company"] == "Results Today"


def test_a_slogan_at_the_top_of_each_page_is_no_title() -> None:
    markup = ENGLISH.replace("<h1>Head Baker</h1>", "<h1>Fresh bread all over Texas</h1>")

    assert read(markup, "https://www.bakery.example/jobs/77", "Document") == []


def test_the_employers_name_says_nothing_of_the_kind_of_employment() -> None:
    markup = ENGLISH.replace("Austin, TX · Full time · On site", "Oven Consulting · Austin, TX · Full time")
    (found,) = read(markup, "https://www.ovenconsulting.example/jobs/1", "Head Baker | Oven Consulting")

    assert (found["company"], found["employment_types"]) == ("Oven Consulting", ["FULL_TIME"])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Austin, TX · Posted 3 days ago", "2024-05-29"),
        ("Reposted 7 Days Ago", "2024-05-25"),
        ("Posted on May 5, 2024", "2024-05-05"),
        ("Austin, TX | 2 weeks ago", "2024-05-18"),
        ("Veröffentlicht am 03.05.2024", "2024-05-03"),
    ],
)
def test_the_day_is_read_without_a_colon(line: str, expected: str) -> None:
    markup = ENGLISH.replace("Austin, TX · Full time · On site", line)
    (found,) = read(markup, "https://www.bakery.example/jobs/head-baker", "Head Baker | Bakery")

    assert found["date_posted"].startswith(expected)


@pytest.mark.parametrize("line", ["Founded 3 years ago by two bakers", "Start date 5 May 2031", "Posting for 3 people"])
def test_other_days_are_not_the_day_of_posting(line: str) -> None:
    markup = ENGLISH.replace("Austin, TX · Full time · On site", line)
    (found,) = read(markup, "https://www.bakery.example/jobs/head-baker", "Head Baker | Bakery")

    assert found["date_posted"] is None


def test_the_last_day_is_read_without_a_colon() -> None:
    markup = ENGLISH.replace("Austin, TX · Full time · On site", "Apply by 5 May 2031")
    (found,) = read(markup, "https://www.bakery.example/jobs/head-baker", "Head Baker | Bakery")

    assert found["valid_through"].startswith("2031-05-05")
