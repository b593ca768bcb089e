"""Feeds that only list postings: each has its data, or its page, elsewhere."""

from __future__ import annotations

from typing import Any

from extractors.postings.asking import Ask
from tests.extractors.postings.platforms.example import UUIDS, Example, two


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


EXAMPLES = {
    "workable by token": Example(
        "https://apply.workable.com/api/v3/accounts/acme/jobs",
        {
            "total": 12,
            "results": two(
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
    "bamboohr": Example(
        "https://acme.bamboohr.com/careers/list",
        {
            "meta": {"totalCount": 2},
            "result": two(
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
    "rippling": Example(
        "https://api.rippling.com/platform/api/ats/v1/board/acme/jobs",
        two(
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
    "talentclue": Example(
        f"https://api.talentclue.com/jswidget-ajax/jswidget/jobs/{'0a' * 16}",
        {
            "jobs": {
                str(number): {
                    "title": title,
                    "url": f"https://acme.talentclue.com/es/node/{number}/77",
                    "city": "Bonn",
                    "discipline_label": "Bakery",
                    "shift_label": "Full time",
                    "is_archived": "0",
                }
                for number, title in ((11, "Baker"), (12, "Miller"))
            }
        },
        {"jobs": []},
        {"error": "Unknown client"},
        ("https://acme.talentclue.com/es/node/11/77", "https://acme.talentclue.com/es/node/12/77"),
        asked=Ask(f"https://api.talentclue.com/jswidget-ajax/jswidget/jobs/{'0a' * 16}", "POST", "{}"),
        board="0a" * 16,
    ),
}
