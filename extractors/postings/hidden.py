"""Postings in data that nobody is to see: drafts, internal ones, those that their board does not list."""

from __future__ import annotations

from extractors.postings.fields import is_false, is_true
from extractors.postings.flat import Flat
from extractors.postings.values import text_of
from extractors.postings.words import word_list


def is_hidden(flat: Flat) -> bool:
    """Whether an object says so of itself."""
    lists = word_list("paging")
    states = (text_of(value) or "" for value in flat.all("state") if isinstance(value, str))
    return (
        any(is_false(value) for value in flat.all("unlisted"))
        or any(is_true(flat.values.get(name)) for name in lists["hidden"])
        or any(state.strip().lower() in lists["hidden_states"] for state in states)
    )
