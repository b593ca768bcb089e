"""Pages that list a board's postings, for platforms without a feed: how each shows them, its pages, and none.

Written by hand, in the shapes that the platforms' pages have.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

NOT_THERE = "<!doctype html><title>Error</title><h1>Something went wrong</h1><p>Please try again.</p>"


@dataclass(frozen=True)
class Listed:
    """A board. ``shown``: how a page of the employer's has it; ``pages``: by address, in order; ``total``: what they
    say; ``empty``: its first page when there is no posting."""

    tenant: str
    shown: str
    pages: dict[str, str]
    listed: tuple[str, ...]
    total: int | None
    empty: str


def _page(title: str, body: str) -> str:
    return f'<!doctype html><html lang="en"><head><title>{title}</title></head><body>{body}</body></html>'


def _of(make: Callable[[int], str], numbers: range) -> str:
    return "".join(map(make, numbers))


# iCIMS: in a frame, pages counted from 0, no total

_ICIMS = "https://careers-acme.icims.com/jobs"


def _icims(first: int, last: int, page: int) -> str:
    def job(number: int) -> str:
        return (
            f'<div class="row"><div class="col-xs-12 title"><a href="{_ICIMS}/{number}/baker-{number}/job?in_iframe=1" '
            f'title="{number} - Baker" class="iCIMS_Anchor"><h3>Baker {number}</h3></a></div>'
            f"<dl><dt>Location</dt><dd><span>DE-Bonn</span></dd></dl></div>"
        )

    def glyph(to: int, words: str, hidden: bool) -> str:
        return (
            f'<a href="{_ICIMS}/search?pr={to}&amp;in_iframe=1" class="glyph{" invisible" * hidden}" target="_self">'
            f'<span class="sr-only" title="{words} page of results">{words} page of results</span></a>'
        )

    ends = f"{glyph(0, 'First', page == 0)}{glyph(page - 1, 'Previous', False) if page else ''}"
    ends += glyph(page + 1, "Next", False) if page < 1 else ""
    numbers = "".join(f'<a href="{_ICIMS}/search?pr={one}&amp;in_iframe=1">{one + 1}</a>' for one in range(2))
    return _page(
        "Careers | Our Jobs",
        f'<h1>Search Results</h1><div class="iCIMS_JobsTable">{_of(job, range(first, last))}</div>'
        f'<div class="iCIMS_Paginator_Bottom"><div>{ends}</div><div class="iCIMS_PagingBatch">{numbers}</div></div>'
        f'<a href="{_ICIMS}/login?in_iframe=1">Log back in</a>',
    )


# Jobvite: 50 on a page, counted from 0, with a total

_JOBVITE = "https://jobs.jobvite.com"


def _jobvite(first: int, last: int, page: int) -> str:
    def job(number: int) -> str:
        return (
            f'<tr><td class="jv-job-list-name"><a href="/acme/job/oAbc{number:02}">Baker {number}</a></td>'
            f'<td class="jv-job-list-location">Bonn, Germany</td></tr>'
        )

    following = f'<a href="/acme/search/?p={page + 1}" class="jv-pagination-next">Next</a>' if last < 5 else ""
    return _page(
        "Acme Careers - Job Search",
        f'<h1>Job listings</h1><table class="jv-job-list"><tbody>{_of(job, range(first, last))}</tbody></table>'
        f'<div class="jv-pagination"><div class="jv-pagination-text">{first + 1}-{last} of 5</div>{following}</div>'
        f'<a href="/acme/jobs">All jobs</a>',
    )


# JazzHR: all on one page


def _jazz(number: int) -> str:
    return (
        f'<li class="list-group-item"><h3 class="list-group-item-heading">'
        f'<a href="https://acme.applytojob.com/apply/Ab12Cd34E{number}/Baker">Baker {number}</a></h3>'
        f'<ul class="list-inline"><li>Bonn, NRW</li></ul></li>'
    )


# join.com: what its scripts know


def _join(first: int, last: int, page: int) -> str:
    items = [
        {
            "id": 100 + number,
            "idParam": f"{100 + number}-baker",
            "title": f"Baker {number}",
            "employmentType": {"name": "Full-time"},
            "city": {"cityName": "Bonn", "countryName": "Germany"},
        }
        for number in range(first, last)
    ]
    pagination = {"rowCount": 3 if items else 0, "pageCount": 2 if items else 0, "page": page, "pageSize": 2}
    state = {
        "company": {"id": 42, "name": "Acme", "domain": "acme"},
        "jobs": {"items": items, "pagination": pagination},
    }
    data = json.dumps({"props": {"pageProps": {"initialState": state}}})
    shown = "".join(f'<a href="/companies/acme/{one["idParam"]}">{one["title"]}</a>' for one in items)
    words = "" if items else "<p>There are no open positions at the moment.</p>"
    script = f'<script id="__NEXT_DATA__" type="application/json">{data}</script>'
    return _page("Jobs at Acme", f"<h1>Acme</h1>{shown}{words}{script}")


def successfactors_page(*numbers: int) -> str:
    """What a board shows whose feed is closed."""
    address = "/career?career_ns=job_listing&amp;company=acme&amp;career_job_req_id="
    rows = "".join(f'<tr><td><a class="jobTitle" href="{address}{one}">Baker {one}</a></td></tr>' for one in numbers)
    return _page("Career Opportunities", f"<h1>Job Search</h1><table>{rows}</table>")


def talentclue_row(number: int) -> str:
    """Of a table of offers."""
    address = f"https://acme.talentclue.com/es/node/{number}/77"
    return f'<tr><td><a href="{address}">Panadero {number}</a></td><td>Bonn</td></tr>'


LISTS = {
    "icims": Listed(
        "careers-acme",
        f'<iframe src="{_ICIMS}/intro?in_iframe=1"></iframe>',
        {
            f"{_ICIMS}/search?ss=1&pr=0&in_iframe=1": _icims(1001, 1003, 0),
            f"{_ICIMS}/search?pr=1&in_iframe=1": _icims(1003, 1004, 1),
        },
        tuple(f"{_ICIMS}/{number}/baker-{number}/job?in_iframe=1" for number in (1001, 1002, 1003)),
        None,
        _page("Careers", "<h1>Search Results</h1><p>Sorry, no jobs were found that match your criteria.</p>"),
    ),
    "jobvite": Listed(
        "acme",
        '<script src="//jobs.jobvite.com/__assets__/frame.js"></script><div data-careersite="acme"></div>',
        {
            f"{_JOBVITE}/acme/search?p=0": _jobvite(0, 2, 0),
            f"{_JOBVITE}/acme/search/?p=1": _jobvite(2, 4, 1),
            f"{_JOBVITE}/acme/search/?p=2": _jobvite(4, 5, 2),
        },
        tuple(f"{_JOBVITE}/acme/job/oAbc{number:02}" for number in range(5)),
        5,
        _page("Acme Careers", "<h1>Job listings</h1><p>No results found. Please try again.</p>"),
    ),
    "jazzhr": Listed(
        "acme",
        '<script src="//app.jazz.co/widgets/basic/create/acme"></script>',
        {
            "https://acme.applytojob.com/apply": _page(
                "Acme - Career Page", f'<h1>Current Openings</h1><ul class="list-group">{_of(_jazz, range(3))}</ul>'
            )
        },
        tuple(f"https://acme.applytojob.com/apply/Ab12Cd34E{number}/Baker" for number in range(3)),
        None,
        _page("Acme - Career Page", "<h1>Current Openings</h1><p>There are no open positions at this time.</p>"),
    ),
    "join": Listed(
        "acme",
        '<iframe src="https://join.com/companies/acme"></iframe>',
        {
            "https://join.com/companies/acme": _join(0, 2, 1),
            "https://join.com/companies/acme?page=2": _join(2, 3, 2),
        },
        tuple(f"https://join.com/companies/acme/{number}-baker" for number in (100, 101, 102)),
        3,
        _join(0, 0, 1),
    ),
    "talentclue": Listed(
        "acme",
        '<iframe src="https://acme.talentclue.com/es"></iframe>',
        {
            "https://acme.talentclue.com/": _page(
                "Ofertas de empleo", f"<h1>Ofertas</h1><table>{_of(talentclue_row, range(11, 14))}</table>"
            )
        },
        tuple(f"https://acme.talentclue.com/es/node/{number}/77" for number in (11, 12, 13)),
        None,
        _page("Ofertas de empleo", "<h1>Ofertas</h1><p>Actualmente no hay ofertas.</p>"),
    ),
}
