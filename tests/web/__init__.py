"""A small web of sites that misbehave as real ones do, in a process of its own: ``python -m tests.web``."""
