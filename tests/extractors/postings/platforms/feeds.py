"""Feeds of each platform, written by hand: their shape, how they go on, an empty board, an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from extractors.postings.asking import Ask

TEXT = "<p>You bake bread and rolls for the whole town, from four in the morning until noon, with two others.</p>"
UUIDS = [f"0f1e2d3c-0000-4000-8000-00000000000{number}" for number in range(3)]
NONE: dict[str, Any] = {}


@dataclass(frozen=True)
class Example:
    """What a board answers, and what is to be read from it. ``keys``: those of the postings that it holds whole."""

    url: str
    full: Any
    empty: Any
    error: Any
    listed: tuple[str, ...]
    keys: tuple[str, ...] = ()
    total: int | None = None
    next: Ask | None = None
    asked: Ask | None = None
    last: Any = None
    count: int = 2


def _two(make: Any) -> list[Any]:
    return [make(1, "Baker"), make(2, "Miller")]


def _workday(first: int, total: int) -> Any:
    jobs = [
        {
            "title": f"Baker {number}",
            "externalPath": f"/job/Bonn/Baker-{number}_R-{number}",
            "locationsText": "Bonn",
            "postedOn": "Posted Today",
            "bulletFields": [f"R-{number}"],
        }
        for number in range(first, min(first + 20, total))
    ]
    facets = [{"facetParameter": "place", "values": [{"descriptor": "Bonn", "id": "b0", "count": total}]}]
    return {"total": 0 if first else total, "jobPostings": jobs, "facets": facets}


_WORKDAY = "https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/Careers"
_SMART = "https://api.smartrecruiters.com/v1/companies/acme/postings"


def _smart(first: int, total: int) -> Any:
    content = [
        {"id": str(700000000 + number), "name": f"Baker {number}", "location": {"city": "Bonn", "country": "de"}}
        for number in range(first, min(first + 2, total))
    ]
    return {"offset": first, "limit": 2, "totalFound": total, "content": content}


def _personio(*ids: int) -> str:
    """Each with a description; a board of one has one element, and no list."""
    jobs = "".join(
        f"<position><id>{one}</id><office>Bonn</office><name>Baker {one}</name><schedule>full-time</schedule>"
        f"<jobDescriptions><jobDescription><name>Tasks</name><value><![CDATA[{TEXT}]]></value></jobDescription>"
        f"</jobDescriptions><createdAt>2026-03-02T08:00:00+00:00</createdAt></position>"
        for one in ids
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><workzag-jobs>{jobs}</workzag-jobs>'


EXAMPLES = {
    "greenhouse": Example(
        "https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true",
        {
            "jobs": _two(
                lambda number, title: {
                    "id": number,
                    "title": title,
                    "absolute_url": f"https://boards.greenhouse.io/acme/jobs/{number}",
                    "location": {"name": "Bonn"},
                    "content": TEXT.replace("<", "&lt;"),
                    "updated_at": "2026-03-02T08:00:00-05:00",
                    "departments": [{"id": 7, "name": "Bakery", "child_ids": []}],
                    "offices": [{"id": 8, "name": "Bonn", "location": "Bonn"}],
                }
            ),
            "meta": {"total": 2},
        },
        {"jobs": [], "meta": {"total": 0}},
        {"status": 404, "error": "Job board not found"},
        ("https://boards.greenhouse.io/acme/jobs/1", "https://boards.greenhouse.io/acme/jobs/2"),
        ("1", "2"),
        total=2,
    ),
    **{
        name: Example(
            f"https://api{region}.lever.co/v0/postings/acme?mode=json&skip=0&limit=2",
            _two(
                lambda number, title, region=region: {
                    "id": UUIDS[number],
                    "text": title,
                    "hostedUrl": f"https://jobs{region}.lever.co/acme/{UUIDS[number]}",
                    "applyUrl": f"https://jobs{region}.lever.co/acme/{UUIDS[number]}/apply",
                    "categories": {"commitment": "Full-time", "location": "Bonn", "team": "Bakery"},
                    "description": TEXT,
                    "createdAt": 1_772_438_400_000,
                    "workplaceType": "onsite",
                }
            ),
            [],
            {"ok": False, "error": "Document not found"},
            tuple(f"https://jobs{region}.lever.co/acme/{uuid}" for uuid in UUIDS[1:]),
            tuple(UUIDS[1:]),
            next=Ask(f"https://api{region}.lever.co/v0/postings/acme?mode=json&skip=2&limit=2"),
            last=[],
        )
        for name, region in (("lever", ""), ("lever in the EU", ".eu"))
    },
    "ashby": Example(
        "https://api.ashbyhq.com/posting-api/job-board/acme?includeCompensation=true",
        {
            "apiVersion": "1",
            "jobs": [
                {
                    "id": uuid,
                    "title": title,
                    "location": "Bonn",
                    "employmentType": "FullTime",
                    "isListed": title != "Secret",
                    "jobUrl": f"https://jobs.ashbyhq.com/acme/{uuid}",
                    "descriptionHtml": TEXT,
                }
                for uuid, title in zip(UUIDS, ("Baker", "Secret", "Miller"), strict=True)
            ],
        },
        {"apiVersion": "1", "jobs": []},
        {"error": "Unknown job board"},
        tuple(f"https://jobs.ashbyhq.com/acme/{uuid}" for uuid in (UUIDS[0], UUIDS[2])),
        (UUIDS[0], UUIDS[2]),
    ),
    "workable": Example(
        "https://apply.workable.com/api/v1/widget/accounts/acme?details=true",
        {
            "name": "Acme",
            "description": "Bread.",
            "jobs": _two(
                lambda number, title: {
                    "title": title,
                    "shortcode": f"A1B2C3D4E{number}",
                    "employment_type": "Full-time",
                    "url": f"https://apply.workable.com/acme/j/A1B2C3D4E{number}",
                    "application_url": f"https://apply.workable.com/acme/j/A1B2C3D4E{number}/apply",
                    "published_on": "2026-03-02",
                    "country": "Germany",
                    "city": "Bonn",
                    "description": TEXT,
                }
            ),
        },
        {"name": "Acme", "description": None, "jobs": []},
        {"error": "Not found"},
        tuple(f"https://apply.workable.com/acme/j/A1B2C3D4E{number}" for number in (1, 2)),
        ("A1B2C3D4E1", "A1B2C3D4E2"),
    ),
    "workable by token": Example(
        "https://apply.workable.com/api/v3/accounts/acme/jobs",
        {
            "total": 12,
            "results": _two(
                lambda number, title: {
                    "id": number,
                    "shortcode": f"A1B2C3D4E{number}",
                    "title": title,
                    "remote": False,
                    "location": {"city": "Bonn", "country": "Germany"},
                    "published": "2026-03-02T00:00:00.000Z",
                }
            ),
            "nextPage": "WzE3XQ==",
        },
        {"total": 0, "results": []},
        {"error": "Not found"},
        tuple(f"https://apply.workable.com/acme/j/A1B2C3D4E{number}" for number in (1, 2)),
        total=12,
        asked=Ask("https://apply.workable.com/api/v3/accounts/acme/jobs", "POST", "{}"),
        next=Ask("https://apply.workable.com/api/v3/accounts/acme/jobs", "POST", '{"token":"WzE3XQ=="}'),
    ),
    "smartrecruiters": Example(
        f"{_SMART}?limit=2&offset=0",
        _smart(0, 3),
        {"offset": 0, "limit": 2, "totalFound": 0, "content": []},
        {"message": "Company not found", "errors": [{"code": "NOT_FOUND"}]},
        (f"{_SMART}/700000000", f"{_SMART}/700000001"),
        total=3,
        next=Ask(f"{_SMART}?limit=2&offset=2"),
        last=_smart(2, 3),
    ),
    "workday": Example(
        f"{_WORKDAY}/jobs",
        _workday(0, 27),
        {"total": 0, "jobPostings": [], "facets": []},
        {"errorCode": "HTTP_422", "httpStatus": 422, "message": "Invalid"},
        tuple(f"{_WORKDAY}/job/Bonn/Baker-{number}_R-{number}" for number in range(20)),
        total=27,
        asked=Ask(f"{_WORKDAY}/jobs", "POST", '{"limit":20,"offset":0}'),
        next=Ask(f"{_WORKDAY}/jobs", "POST", '{"limit":20,"offset":20}'),
        last=_workday(20, 27),
        count=20,
    ),
    "recruitee": Example(
        "https://acme.recruitee.com/api/offers/",
        {
            "offers": _two(
                lambda number, title: {
                    "id": number,
                    "slug": title.lower(),
                    "title": title,
                    "status": "published",
                    "careers_url": f"https://acme.recruitee.com/o/{title.lower()}",
                    "city": "Bonn",
                    "description": TEXT,
                    "employment_type_code": "fulltime",
                }
            )
        },
        {"offers": []},
        {"error": ["Not found"]},
        ("https://acme.recruitee.com/o/baker", "https://acme.recruitee.com/o/miller"),
        ("baker", "miller"),
    ),
    "teamtailor": Example(
        "https://acme.teamtailor.com/jobs.json",
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Acme",
            "next_url": "https://acme.teamtailor.com/jobs.json?page=2",
            "items": _two(
                lambda number, title: {
                    "id": UUIDS[number],
                    "url": f"https://acme.teamtailor.com/jobs/{number}-{title.lower()}",
                    "title": title,
                    "content_html": TEXT,
                    "date_published": "2026-03-02T08:00:00+01:00",
                    "_jobposting": {"employmentType": "FULL_TIME", "@type": "JobPosting", "title": title},
                }
            ),
        },
        {"version": "https://jsonfeed.org/version/1.1", "title": "Acme", "items": []},
        {"errors": [{"title": "Record not found", "status": "404"}]},
        ("https://acme.teamtailor.com/jobs/1-baker", "https://acme.teamtailor.com/jobs/2-miller"),
        next=Ask("https://acme.teamtailor.com/jobs.json?page=2"),
    ),
    "personio": Example(
        "https://acme.jobs.personio.de/xml",
        _personio(11, 12),
        _personio(),
        "<html><body>Not found</body></html>",
        ("https://acme.jobs.personio.de/job/11", "https://acme.jobs.personio.de/job/12"),
        ("11", "12"),
    ),
    "personio with one": Example(
        "https://acme.jobs.personio.com/xml",
        _personio(11),
        _personio(),
        "",
        ("https://acme.jobs.personio.com/job/11",),
        ("11",),
        count=1,
    ),
    "bamboohr": Example(
        "https://acme.bamboohr.com/careers/list",
        {
            "meta": {"totalCount": 2},
            "result": _two(
                lambda number, title: {
                    "id": str(number),
                    "jobOpeningName": title,
                    "departmentLabel": "Bakery",
                    "employmentStatusLabel": "Full-Time",
                    "location": {"city": "Bonn", "state": None},
                    "isRemote": None,
                }
            ),
        },
        {"meta": {"totalCount": 0}, "result": []},
        {"error": "not found"},
        ("https://acme.bamboohr.com/careers/1/detail", "https://acme.bamboohr.com/careers/2/detail"),
        total=2,
    ),
    "breezy": Example(
        "https://acme.breezy.hr/json?verbose=true",
        _two(
            lambda number, title: {
                "id": f"00000000000{number}",
                "name": title,
                "url": f"https://acme.breezy.hr/p/00000000000{number}-{title.lower()}",
                "published_date": "2026-03-02T08:00:00.000Z",
                "type": {"id": "fullTime", "name": "Full-Time"},
                "location": {"name": "Bonn, DE", "city": "Bonn"},
                "description": TEXT,
            }
        ),
        [],
        {"error": {"type": "notfound"}},
        ("https://acme.breezy.hr/p/000000000001-baker", "https://acme.breezy.hr/p/000000000002-miller"),
        ("000000000001", "000000000002"),
    ),
    "pinpoint": Example(
        "https://acme.pinpointhq.com/postings.json",
        {
            "data": _two(
                lambda number, title: {
                    "id": str(number),
                    "title": title,
                    "url": f"https://acme.pinpointhq.com/en/postings/{UUIDS[number]}",
                    "employment_type": "full_time",
                    "description": TEXT,
                    "location": {"city": "Bonn"},
                }
            )
        },
        {"data": []},
        {"errors": ["none"]},
        tuple(f"https://acme.pinpointhq.com/en/postings/{uuid}" for uuid in UUIDS[1:]),
        tuple(UUIDS[1:]),
    ),
    "rippling": Example(
        "https://api.rippling.com/platform/api/ats/v1/board/acme/jobs",
        _two(
            lambda number, title: {
                "uuid": UUIDS[number],
                "name": title,
                "department": {"id": "Bakery", "label": "Bakery"},
                "url": f"https://ats.rippling.com/acme/jobs/{UUIDS[number]}",
                "workLocation": {"id": "Bonn", "label": "Bonn"},
            }
        ),
        [],
        {"detail": "Not found.", "error": "x"},
        tuple(f"https://ats.rippling.com/acme/jobs/{uuid}" for uuid in UUIDS[1:]),
    ),
    "manatal": Example(
        "https://www.careers-page.com/api/v1.0/c/acme/jobs/",
        {
            "count": 12,
            "next": "https://www.careers-page.com/api/v1.0/c/acme/jobs/?page=2",
            "previous": None,
            "results": _two(
                lambda number, title: {
                    "id": number,
                    "hash": f"XYZ{number}",
                    "position_name": title,
                    "description": TEXT,
                    "city": "Bonn",
                    "country": "Germany",
                    "contract_details": "full_time",
                }
            ),
        },
        {"count": 0, "next": None, "previous": None, "results": []},
        {"detail": "Not found.", "status": 404},
        ("https://www.careers-page.com/acme/job/XYZ1", "https://www.careers-page.com/acme/job/XYZ2"),
        ("XYZ1", "XYZ2"),
        total=12,
        next=Ask("https://www.careers-page.com/api/v1.0/c/acme/jobs/?page=2"),
    ),
}
