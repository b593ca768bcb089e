"""The site ``reserved``: pages that ask not to be read, or that their links not be followed."""

from __future__ import annotations

from dataclasses import replace

from tests.web.careers import posting, posting_page
from tests.web.resource import Resource, Site, page

MARKED = '<a rel="external NoFollow" href="/vouched">x</a> <a rel="nofollow" href="/linked-twice">y</a>'


def meta(content: str, name: str = "robots") -> str:
    return f'<meta name="{name}" content="{content}">'


def tagged(resource: Resource, value: str) -> Resource:
    return replace(resource, headers={"X-Robots-Tag": value})


SITE: Site = {
    "/robots.txt": Resource(b"", status=404),
    "/sitemap.xml": Resource(b"", status=404),
    "/": page(
        "Reserved",
        *("/noindex", "/nofollow", "/none", "/header", "/for-others", "/for-us", "/links", "/posting"),
    ),
    "/noindex": page("Unread", "/behind-noindex", head=meta("NOINDEX, follow")),
    "/behind-noindex": page("Behind noindex"),
    "/nofollow": page("Read, not followed", "/behind-nofollow", head=meta("nofollow")),
    "/behind-nofollow": page("Behind nofollow"),
    "/none": page("Neither", "/behind-none", head=meta("none")),
    "/behind-none": page("Behind none"),
    "/header": tagged(page("By its header", "/behind-header"), "noindex, nofollow"),
    "/behind-header": page("Behind a header"),
    "/for-others": tagged(page("For others", "/behind-others"), "otherbot: noindex, nofollow"),
    "/behind-others": page("Behind what is for others"),
    "/for-us": page("For us", "/behind-us", head=meta("noindex, nofollow", name="Longline")),
    "/behind-us": page("Behind what is for us"),
    "/links": page("Links", "/linked-twice", body=MARKED),
    "/linked-twice": page("Linked twice"),
    "/vouched": page("Not vouched for"),
    "/posting": tagged(posting_page("Secret job", posting("Secret job")), "noindex"),
}
