"""For scrapyd-deploy, which makes an egg with it. What goes into the egg stands in pyproject.toml."""

from setuptools import setup  # type: ignore[import-untyped] # it has no types

setup()
