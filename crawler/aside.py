"""Coroutines from code that has no event loop of its own, beside the one that Scrapy will run."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


def run_aside(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end. ``asyncio.run`` would take away the loop that Scrapy has installed."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()
