"""Feeds of each platform, written by hand: their shape, how they go on, an empty board, an error."""

from __future__ import annotations

from tests.extractors.postings.platforms import listing_feeds, whole_feeds, xml_feeds
from tests.extractors.postings.platforms.example import Example

EXAMPLES: dict[str, Example] = {**whole_feeds.EXAMPLES, **listing_feeds.EXAMPLES, **xml_feeds.EXAMPLES}
