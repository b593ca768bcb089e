"""Feeds in XML."""

from __future__ import annotations

from tests.extractors.postings.platforms.example import TEXT, Example


def _personio(*ids: int) -> str:
    """Each with a description; a board of one has one element, and no list."""
    jobs = "".join(
        f"<position><id>{one}</id><office>Bonn</office><name>Baker {one}</name><schedule>full-time</schedule>"
        f"<jobDescriptions><jobDescription><name>Tasks</name><value><![CDATA[{TEXT}]]></value></jobDescription>"
        f"</jobDescriptions><createdAt>2026-03-02T08:00:00+00:00</createdAt></position>"
        for one in ids
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><workzag-jobs>{jobs}</workzag-jobs>'


def jobvite(*ids: str) -> str:
    """Dates as they are written in America."""
    jobs = "".join(
        f"<job><id>{one}</id><title>Baker {one}</title><requisitionid>R-{one}</requisitionid>"
        f"<category>Bakery</category>"
        f"<jobtype>Full-Time</jobtype><location>Bonn, Germany</location><date>3/2/2026</date>"
        f"<detail-url><![CDATA[https://jobs.jobvite.com/acme/job/{one}]]></detail-url>"
        f"<apply-url><![CDATA[https://jobs.jobvite.com/acme/job/{one}/apply]]></apply-url>"
        f"<description><![CDATA[{TEXT}]]></description></job>"
        for one in ids
    )
    return f'<?xml version="1.0" encoding="utf-8"?><result>{jobs}</result>'


def successfactors(*ids: int) -> str:
    """Fields by labels of the tenant's own."""
    jobs = "".join(
        f"<Job><JobTitle>Baker {one}</JobTitle><ReqId>{one}</ReqId><Posted-Date>03/02/2026</Posted-Date>"
        f"<Job-Description><![CDATA[{TEXT}]]></Job-Description>"
        f"<filter1><label><![CDATA[Country]]></label><value><![CDATA[Germany]]></value></filter1></Job>"
        for one in ids
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><Job-Listing>{jobs}</Job-Listing>'


_SF = "https://career5.successfactors.eu/career?company=acme&career_ns=job_listing"

EXAMPLES = {
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
    "jobvite": Example(
        "https://app.jobvite.com/CompanyJobs/Xml.aspx?c=qAbc9",
        jobvite("oAbc1", "oAbc2"),
        jobvite(),
        "<html><body>Not found</body></html>",
        ("https://jobs.jobvite.com/acme/job/oAbc1", "https://jobs.jobvite.com/acme/job/oAbc2"),
        ("oAbc1", "oAbc2"),
        tenant="qabc9",
    ),
    "successfactors": Example(
        f"{_SF}_summary&resultType=XML",
        successfactors(77, 78),
        successfactors(),
        "<html><body>Not found</body></html>",
        (f"{_SF}&career_job_req_id=77", f"{_SF}&career_job_req_id=78"),
        ("77", "78"),
    ),
}
