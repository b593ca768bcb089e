"""Results in the admin."""

from control.results.admin.groups import PostingGroupAdmin, PostingGroupMemberAdmin
from control.results.admin.pages import PageAdmin, PageTextAdmin, RecordAdmin, RejectedRecordAdmin
from control.results.admin.postings import ListingAdmin, PostingAdmin, PostingVersionAdmin

__all__ = [
    "ListingAdmin",
    "PageAdmin",
    "PageTextAdmin",
    "PostingAdmin",
    "PostingGroupAdmin",
    "PostingGroupMemberAdmin",
    "PostingVersionAdmin",
    "RecordAdmin",
    "RejectedRecordAdmin",
]
