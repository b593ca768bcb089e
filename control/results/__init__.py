"""Results: pages, their texts, postings, records of people's own spiders, and records that did not pass."""
