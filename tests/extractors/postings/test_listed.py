"""Pages that list postings."""

from __future__ import annotations

import pytest

from extractors.html import parse
from extractors.links import page_links
from extractors.postings.listed import ListPage, is_about_careers, list_page

URL = "https://acme.example/jobs/"
JOBS = "".join(f'<li><a href="/jobs/baker-{number}">Baker {number}</a></li>' for number in range(3))


def read(markup: str, url: str = URL) -> ListPage:
    page = f"<!doctype html><title>Jobs</title><body><a href='/'>Home</a><ul>{JOBS}</ul>{markup}</body>"
    tree = parse(page.encode(), "text/html; charset=utf-8")
    return list_page(tree, url, page_links(tree, url))


def test_links_that_look_alike_and_speak_of_jobs_are_its_postings() -> None:
    found = read("<a href='/jobs/search'>Search</a><a href='/news/1'>News</a>")
    assert found.listed == tuple(f"{URL}baker-{number}" for number in range(3))
    assert not found.is_list


def test_a_posting_that_links_to_others_is_no_list() -> None:
    assert read("<button>Show more</button>", f"{URL}baker-9").listed == ()


@pytest.mark.parametrize(
    ("markup", "url", "following"),
    [
        ('<link rel="next" href="?page=2">', URL, "?page=2"),
        ('<a rel="next" href="/jobs/?after=b2">2</a>', URL, "?after=b2"),
        ('<a href="?page=2">Next</a>', URL, "?page=2"),
        ('<a href="?page=3" aria-label="Nächste Seite"><svg></svg></a>', f"{URL}?page=2", "?page=3"),
        ('<a href="?page=1">1</a><a href="?page=2">2</a><a href="?page=3">3</a>', URL, "?page=2"),
        ('<a href="?page=1">1</a><a href="?page=3">3</a>', f"{URL}?page=2", "?page=3"),
        ('<a href="/jobs/page/2/">2</a>', URL, "page/2/"),
        ('<a href="?startrow=25">2</a><a href="?startrow=50">3</a>', URL, "?startrow=25"),
        ('<a href="?q=baker&page=2">2</a><a href="?q=x&page=3">3</a>', f"{URL}?q=baker", "?q=baker&page=2"),
        ('<a href="?page=2">Load more jobs</a>', URL, "?page=2"),
        (
            '<a href="?pr=1&in_iframe=1"><span title="Next page of results"></span></a>',
            f"{URL}?ss=1",
            "?pr=1&in_iframe=1",
        ),
        ('<a href="?p=0">1</a><a href="?p=1">2</a><a href="?p=2">3</a>', URL, "?p=1"),
        ('<a href="?p=1">Next</a>', URL, "?p=1"),
        ('<a href="?startrow=25&sort=x">2</a><a href="?startrow=75&sort=x">»</a>', URL, "?startrow=25&sort=x"),
    ],
)
def test_the_next_page_is_found(markup: str, url: str, following: str) -> None:
    assert read(markup, url).next == URL + following


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        ("", URL),
        ('<a href="?page=1">1</a><a href="?page=2">2</a>', f"{URL}?page=2"),
        ('<a href="?page=1">Previous</a>', f"{URL}?page=2"),
        ('<a href="?page=9">9</a>', URL),
        ('<a href="?sort=date">Newest</a>', URL),
        ('<a href="/news/next">Next</a>', URL),
        ('<a href="#">Next</a>', URL),
    ],
)
def test_the_last_page_has_no_next(markup: str, url: str) -> None:
    assert read(markup, url).next is None


def test_other_pages_of_the_list_are_known() -> None:
    found = read('<a href="?page=2">2</a><a href="?page=3">3</a><a href="/jobs/cook?page=2">x</a>')
    assert found.siblings == {f"{URL}?page=3"}


def test_a_pager_may_add_how_pages_are_sorted() -> None:
    pages = "".join(
        f'<a href="?sort=x{more}">{name}</a>' for name, more in (("1", ""), ("2", "&start=25"), ("3", "&start=50"))
    )
    found = read(f'{pages}<a href="?department=mill">Mill</a>')
    assert (found.next, found.siblings) == (
        f"{URL}?sort=x&start=25",
        frozenset({f"{URL}?sort=x", f"{URL}?sort=x&start=50"}),
    )


def test_rows_may_stand_in_the_path() -> None:
    rows = '<a href="/go/Mill/8765/25/?q=">2</a><a href="/go/Mill/8765/50/?q=">3</a>'
    assert read(rows, "https://jobs.acme.example/go/Mill/8765/").next == "https://jobs.acme.example/go/Mill/8765/25/?q="
    last = read(rows, "https://jobs.acme.example/go/Mill/8765/50/?q=")
    assert (last.next, last.siblings) == (None, frozenset({"https://jobs.acme.example/go/Mill/8765/25/?q="}))


def test_tiles_go_on_where_their_script_asks() -> None:
    tiles = "".join(f'<li class="job-tile"><a href="/job/Bonn-Baker/{one}/">Baker</a></li>' for one in (1, 2))
    script = '<script>j2w.init({apiEndpoint: "tile-search-results", searchQuery: "?q=&sort=desc"})</script>'
    address = "https://jobs.acme.example/brand/tile-search-results/?q=&sort=desc&startrow="
    assert read(tiles + script, "https://jobs.acme.example/brand/search/").next == f"{address}2"
    assert read(tiles, f"{address}2").next == f"{address}4"
    assert read("", f"{address}4").next is None


def test_postings_with_names_of_their_own_at_two_places_of_their_address_are_alike() -> None:
    jobs = "".join(f'<a href="/job/Town{one}-Baker-{one}/{one}/">Baker</a>' for one in (1, 2))
    tree = parse(f"<title>Jobs</title>{jobs}<a href='/go/Mill-Jobs/8765/'>Mill</a>".encode(), "text/html")
    url = "https://jobs.acme.example/search/"
    found = list_page(tree, url, page_links(tree, url))
    assert found.listed == tuple(f"https://jobs.acme.example/job/Town{one}-Baker-{one}/{one}/" for one in (1, 2))


@pytest.mark.parametrize(
    ("markup", "more"),
    [
        ("<h2>Search Results Page 1 of 5</h2>", True),
        ("<p>Seite 2 von 3</p>", True),
        ("<p>Page 5 of 5</p>", False),
        ("<p>Page 1 of 5</p><a href='?page=2'>2</a>", False),
        ("<p>Since 1998</p>", False),
    ],
)
def test_pages_to_which_nothing_leads_are_noticed(markup: str, more: bool) -> None:
    assert read(markup).more_pages is more


@pytest.mark.parametrize(
    ("words", "empty"),
    [
        ("<p>There are no open positions at the moment.</p>", True),
        ("<h2>0 jobs found</h2>", True),
        ("<div>Aktuell haben wir leider keine offenen Stellen.</div>", True),
        ("<table><tr><td>No results found</table>", True),
        ("<p>Sorry, something went wrong.</p>", False),
        ("<p>We have no dress code.</p>", False),
        ("", False),
    ],
)
def test_a_list_of_none_says_so(words: str, empty: bool) -> None:
    tree = parse(f"<title>Jobs</title><h1>Jobs</h1>{words}".encode(), "text/html")
    assert list_page(tree, URL, []).empty is empty
    assert not read(words).empty


@pytest.mark.parametrize(
    ("markup", "total"),
    [
        ("<p>Showing 1-20 of 57</p>", 57),
        ("<p>1 \u2013 20 von 1.234 Stellen</p>", 1234),
        ("<span>57 open positions</span>", 57),
        ("<h2>1,057 jobs found</h2>", 1057),
        ("<p>12 offres d'emploi</p>", 12),
        ("<p>We created 500 jobs in the region last year.</p>", None),
        ("<span>12 jobs</span><span>7 jobs</span>", None),
        ("<p>Since 1998</p>", None),
        ("", None),
    ],
)
def test_how_many_it_says_there_are(markup: str, total: int | None) -> None:
    assert read(markup).total == total


@pytest.mark.parametrize(
    ("markup", "button"),
    [
        ("<button> Load more </button>", "Load more"),
        ("<a href='#'>Mehr anzeigen</a>", "Mehr anzeigen"),
        ("<div role=button>もっと見る</div>", "もっと見る"),
        ("<button>Apply now</button>", None),
        ("<button>Load more</button><a rel=next href='?page=2'>2</a>", None),
    ],
)
def test_a_button_that_brings_more_is_found(markup: str, button: str | None) -> None:
    assert read(markup).button == button


def test_lists_as_data_that_it_loads_or_names_are_found() -> None:
    found = read(
        '<script>fetch("/api/v1/jobs?page=1"); fetch("/api/v1/users"); load("https://acme.example/careers/feed.json")'
        "</script><div data-url='/rest/positions'></div>"
    )
    assert found.feeds == (
        "https://acme.example/api/v1/jobs?page=1",
        "https://acme.example/careers/feed.json",
        "https://acme.example/rest/positions",
    )


def test_a_page_is_about_careers_by_its_url_or_its_title() -> None:
    jobs, other = (
        parse(f"<title>{title}</title>x".encode(), "text/html") for title in ("Open positions | Acme", "News")
    )
    assert is_about_careers(jobs, "https://acme.example/p/7")
    assert is_about_careers(other, URL)
    assert not is_about_careers(other, "https://acme.example/p/7")


@pytest.mark.parametrize("markup", ["9" * 100_000, " " * 300_000, "<p>" + "1 " * 20_000, "<a href='?page=2'>" * 2_000])
def test_it_is_done_soon_whatever_the_page(markup: str) -> None:
    read(markup)
