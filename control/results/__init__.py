"""Results: pages, their texts, postings, and records that did not pass."""
