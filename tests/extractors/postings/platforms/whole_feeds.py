"""Feeds that hold all of each posting, in JSON."""

from __future__ import annotations

from extractors.postings.asking import Ask
from tests.extractors.postings.platforms.example import TEXT, UUIDS, Example, two

EXAMPLES = {
    "greenhouse": Example(
        "https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true",
        {
            "jobs": two(
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
            two(
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
            "jobs": two(
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
    "recruitee": Example(
        "https://acme.recruitee.com/api/offers/",
        {
            "offers": two(
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
            "items": two(
                lambda number, title: {
                    "id": UUIDS[number],
                    "url": f"https://acme.teamtailor.com/jobs/{number}-{title.lower()}",
                    "title": title,
                    "content_html": TEXT,
                    "date_published": "2026-03-02T08:00:00+01:00",
                    "_jobposting": {
                        "@context": "http://schema.org/",
                        "@type": "JobPosting",
                        "title": title,
                        "description": TEXT,
                        "datePosted": "2026-03-02T08:00:00+01:00",
                        "employmentType": "FULL_TIME",
                        "identifier": {"@type": "PropertyValue", "name": "Acme", "value": UUIDS[number]},
                    },
                }
            ),
        },
        {"version": "https://jsonfeed.org/version/1.1", "title": "Acme", "items": []},
        {"errors": [{"title": "Record not found", "status": "404"}]},
        ("https://acme.teamtailor.com/jobs/1-baker", "https://acme.teamtailor.com/jobs/2-miller"),
        ("1", "2"),
        marked=True,
        next=Ask("https://acme.teamtailor.com/jobs.json?page=2"),
    ),
    "breezy": Example(
        "https://acme.breezy.hr/json?verbose=true",
        two(
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
            "data": two(
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
    "manatal": Example(
        "https://www.careers-page.com/api/v1.0/c/acme/jobs/",
        {
            "count": 12,
            "next": "https://www.careers-page.com/api/v1.0/c/acme/jobs/?page=2",
            "previous": None,
            "results": two(
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
    "comeet": Example(
        "https://www.comeet.co/careers-api/2.0/company/1A.005/positions?token=1A2B3C4D&details=true",
        two(
            lambda number, title: {
                "name": title,
                "uid": f"2B.00{number}",
                "department": "Bakery",
                "employment_type": "Full-time",
                "location": {"name": "Bonn", "city": "Bonn", "country": "DE", "is_remote": False},
                "url_comeet_hosted_page": f"https://www.comeet.com/jobs/acme/1A.005/{title.lower()}/2B.00{number}",
                "url_active_page": "https://www.acme.example/careers",
                "details": [{"name": "Description", "value": TEXT, "order": 1}],
                "time_updated": "2026-03-02T08:00:00Z",
            }
        ),
        [],
        {"status": 400, "message": "Wrong token"},
        tuple(f"https://www.comeet.com/jobs/acme/1A.005/{name}" for name in ("baker/2B.001", "miller/2B.002")),
        ("2B.001", "2B.002"),
        tenant="1a.005",
    ),
    "gem": Example(
        "https://api.gem.com/job_board/v0/acme/job_posts/",
        two(
            lambda number, title: {
                "id": f"am9icG9zdA{number}",
                "title": title,
                "absolute_url": f"https://jobs.gem.com/acme/am9icG9zdA{number}",
                "location": {"name": "Bonn"},
                "location_type": "in_office",
                "employment_type": "full_time",
                "content": TEXT,
                "first_published_at": "2026-03-02T08:00:00.000000+00:00",
                "departments": [{"id": "x", "name": "Bakery", "parent_id": None}],
            }
        ),
        [],
        {"error": "Not found"},
        ("https://jobs.gem.com/acme/am9icG9zdA1", "https://jobs.gem.com/acme/am9icG9zdA2"),
        ("am9icG9zdA1", "am9icG9zdA2"),
    ),
    "paylocity": Example(
        f"https://recruiting.paylocity.com/recruiting/v2/api/feed/jobs/{UUIDS[0]}",
        {
            "jobs": two(
                lambda number, title: {
                    "jobId": 1000 + number,
                    "title": title,
                    "description": TEXT,
                    "hiringDepartment": "Bakery",
                    "publishedDate": "2026-03-02T08:00:00Z",
                    "jobLocation": {"city": "Bonn", "country": "DE", "locationDisplayName": "Bonn"},
                    "displayUrl": f"https://recruiting.paylocity.com/Recruiting/Jobs/Details/{1000 + number}",
                    "applyUrl": f"https://recruiting.paylocity.com/Recruiting/Jobs/Apply/{1000 + number}",
                }
            )
        },
        {"jobs": []},
        {"message": "Unknown company", "error": True},
        tuple(f"https://recruiting.paylocity.com/recruiting/jobs/Details/{number}" for number in (1001, 1002)),
        ("1001", "1002"),
        tenant=UUIDS[0],
    ),
}
