"""Postings: from a page to dicts in the shape of ``schemas.posting.Posting``, which are validated later."""

from __future__ import annotations

from typing import Any

from selectolax.lexbor import LexborHTMLParser

from extractors.metadata import page_metadata
from extractors.postings.jsonld import jsonld_postings


def postings(tree: LexborHTMLParser, url: str) -> list[dict[str, Any]]:
    """The postings on the page at ``url``, in the order of the page; none on most pages.

    A posting that lacks something, or says nonsense, is there too: who validates it says what is wrong.
    """
    # Most pages have none, and are done with one look at their bytes.
    return jsonld_postings(tree, page_metadata(tree, url), url) if b"JobPosting" in tree.raw_html else []
