"""The postings of the site ``plain``, as schema.org JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from tests.web.resource import Resource, Site, page

ORGANIZATION = {"@type": "Organization", "name": "Plain Ltd"}
BERLIN = {
    "@type": "Place",
    "address": {
        "@type": "PostalAddress",
        "addressLocality": "Berlin",
        "addressRegion": "BE",
        "addressCountry": "DE",
    },
}


def posting(title: str | None, **more: Any) -> dict[str, Any]:
    """A sound JobPosting, but for what ``more`` says; a value of None leaves the field out."""
    fields = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": title,
        "description": f"<p>We look for: <b>{title}</b>.</p>",
        "datePosted": "2026-03-02",
        "validThrough": "2031-03-02T23:59:00+01:00",
        "employmentType": "FULL_TIME",
        "hiringOrganization": ORGANIZATION,
        "jobLocation": BERLIN,
    }
    return {name: value for name, value in (fields | more).items() if value is not None}


def salary(least: float, most: float, currency: str = "EUR", unit: str = "YEAR") -> dict[str, Any]:
    """A schema.org MonetaryAmount from ``least`` to ``most``."""
    value = {"@type": "QuantitativeValue", "minValue": least, "maxValue": most, "unitText": unit}
    return {"@type": "MonetaryAmount", "currency": currency, "value": value}


def posting_page(title: str, *documents: Any) -> Resource:
    """A page with each document in a script of its own."""
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(document)}</script>' for document in documents)
    return page(title, "/careers/", head=scripts)


REMOTE = posting(
    "Writer",
    jobLocation=None,
    jobLocationType="TELECOMMUTE",
    applicantLocationRequirements={"@type": "Country", "name": "Germany"},
    employmentType=["PART_TIME", "CONTRACTOR"],
    identifier={"@type": "PropertyValue", "name": "Plain Ltd", "value": "W-7"},
)
NIGHT_WATCH = posting("Night watch", description="<p>Stay\u0000 awake \ud800 all night.</p>")

CAREERS: Site = {
    "/careers/": page("Careers", "engineer", "nurse", "two-at-once", "remote", "broken", "unreadable", "night-watch"),
    "/careers/engineer": posting_page(
        "Engineer",
        posting("Engineer", baseSalary=salary(60_000, 75_000)),
        {"@type": "WebSite", "name": "Plain"},
    ),
    "/careers/nurse": posting_page(
        "Nurse",
        {
            "@context": "https://schema.org",
            "@graph": [ORGANIZATION, posting("Nurse", baseSalary=salary(21.5, 24, unit="HOUR"))],
        },
    ),
    "/careers/two-at-once": posting_page("Two at once", [posting("Cook"), posting("Waiter")]),
    "/careers/remote": posting_page("Remote", REMOTE),
    "/careers/broken": posting_page("Broken posting", posting(None, baseSalary=salary(-5, -1)), posting("Gardener")),
    "/careers/unreadable": page(
        "Unreadable", head='<script type="application/ld+json">{"@type": "JobPosting", </script>'
    ),
    "/careers/night-watch": posting_page("Night watch", NIGHT_WATCH),
}
