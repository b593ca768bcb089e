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
}
