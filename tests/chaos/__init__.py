"""Crawls that are disturbed on purpose, and must end as one that is not: ``python -m tests.chaos``."""
