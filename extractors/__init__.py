"""Pure functions from a page to what is in it."""

EXTRACTOR = "longline-1"
"""Which extractors a row was read by: another name when the same page may read differently."""
