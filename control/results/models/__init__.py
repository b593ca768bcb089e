"""The tables that crawls write: pages and what was read from them.

Pipelines write them with plain SQL: whatever has a sensible value of its own gets it from the database. A URL
is keyed by its digest, since a row of a btree holds at most 2,704 bytes.
"""

from control.results.models.pages import Page, PageText, Record, RejectedRecord
from control.results.models.postings import (
    Listing,
    Posting,
    PostingCompared,
    PostingGroup,
    PostingGroupMember,
    PostingSign,
    PostingVersion,
)

__all__ = [
    "Listing",
    "Page",
    "PageText",
    "Posting",
    "PostingCompared",
    "PostingGroup",
    "PostingGroupMember",
    "PostingSign",
    "PostingVersion",
    "Record",
    "RejectedRecord",
]
