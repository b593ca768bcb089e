"""Rows such as crawls leave, made through Django."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.addresses import url_sha256

if TYPE_CHECKING:
    from django.db.models import Model

TABLES = [
    "sites/site",
    "jobs/job",
    "results/page",
    "results/pagetext",
    "results/posting",
    "results/postingversion",
    "results/listing",
    "results/postinggroup",
    "results/postinggroupmember",
    "results/record",
    "results/rejectedrecord",
    "jobs/deadrequest",
]
URL = "https://acme.example/careers"
DIGEST = b"\xab" * 32


def crawled(*numbers: int) -> dict[str, Model]:
    """For each number a site with a job, a page and what it yielded; the last row of each table."""
    from django.utils import timezone  # noqa: PLC0415 - as the models

    from control.jobs.models import DeadRequest, Job  # noqa: PLC0415 - needs Django to be set up
    from control.results.models import (  # noqa: PLC0415 - needs Django to be set up
        Listing,
        Page,
        PageText,
        Posting,
        PostingGroup,
        PostingGroupMember,
        PostingVersion,
        Record,
        RejectedRecord,
    )
    from control.sites.models import Site  # noqa: PLC0415 - needs Django to be set up

    rows: dict[str, Model] = {}
    for number in numbers or (0,):
        site = Site.objects.create(slug=f"site-{number}", config={"url": URL})
        job = Job.objects.create(site=site, url=URL, state="completed", stats={"pages": 1})
        url = f"{URL}/{number}"
        fetched = {"url": url, "final_url": url, "status": 200, "body_sha256": DIGEST, "body_bytes": 9}
        place = {"archive_uri": "file:///a.warc.gz", "archive_offset": 0, "archive_length": 5}
        page = Page.objects.create(site=site, job=job, url_sha256=url_sha256(url), **fetched, **place)
        key = {"platform": "web", "tenant": "acme.example", "source_id": str(number)}
        title = f"Baker <b>{number}</b>"
        posting = Posting.objects.create(page=page, url=url, title=title, content_sha256=DIGEST, **key)
        seen = {"content_sha256": DIGEST, "seen_at": timezone.now(), "data": {"status": "open"}, "changed": ["title"]}
        version = PostingVersion.objects.create(posting=posting, page=page, **seen, **place)
        listing = Listing.objects.create(
            job=job, url=url, url_sha256=url_sha256(url), platform="web", tenant=f"acme-{number}.example"
        )
        group = PostingGroup.objects.create()
        member = PostingGroupMember.objects.create(group=group, posting=posting, rule="text", score=0.98)
        reasons = [{"field": "title", "problem": "is missing"}]
        bad = {"kind": "posting", "data": {"title": None}, "problems": reasons, "data_sha256": DIGEST}
        record = Record.objects.create(site=site, kind="book", key="<i>1</i>", data={"title": title}, page=page)
        rejected = RejectedRecord.objects.create(page=page, **bad)
        text = PageText.objects.create(body_sha256=DIGEST, extractor=f"v{number}", markdown="# Jobs")
        dead = DeadRequest.objects.create(
            job=job, url=url, url_sha256=url_sha256(url), cause=f"<b>{number}</b> refused"
        )
        advert = (posting, version, listing, group, member)
        rows = dict(zip(TABLES, (site, job, page, text, *advert, record, rejected, dead), strict=True))
    return rows
