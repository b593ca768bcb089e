"""Does on a page what a site's config asks for before the page is read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic

from playwright.async_api import Error as PlaywrightError

from crawler.fetch.reading import grown, keep_page, rest
from crawler.fetch.reading import scroll as scroll_to_end
from crawler.fetch.tab import Tab
from crawler.fetch.visit import Visit
from schemas.actions import Action

CLICK_SECONDS = 3.0
"""How long a thing that is to be clicked may take to be there, in sight and still."""
SECONDS = 120.0
"""For all actions of a page: what is there by then counts."""


async def act(tab: Tab, visit: Visit, actions: tuple[Action, ...], quiet: float) -> None:
    """Do them in their order; what is not there is left out."""
    end = monotonic() + SECONDS
    for action in actions:
        await _repeat(_doing(tab, visit, action, quiet), action, end)


async def _repeat(do: Callable[[], Awaitable[bool]], action: Action, end: float) -> None:
    for _ in range(action.times):
        if monotonic() > end or not await do():
            return


def _doing(tab: Tab, visit: Visit, action: Action, quiet: float) -> Callable[[], Awaitable[bool]]:
    """One round of an action, which says whether another one may help."""

    async def settled() -> None:
        visit.traffic.expect()
        await rest(tab, visit, quiet)

    async def click() -> bool:
        if not await _click(tab, action.selector):
            return False
        await settled()
        return True

    async def scroll() -> bool:
        before = await grown(tab)
        await scroll_to_end(tab)
        await settled()
        return await grown(tab) != before

    async def more() -> bool:
        before = await grown(tab)
        return await click() and await grown(tab) != before

    async def following() -> bool:
        before = await grown(tab)
        await keep_page(tab)
        if await click() and await grown(tab) != before:
            return True
        await keep_page(tab, drop=True)
        return False

    return {"click": click, "scroll": scroll, "more": more, "next": following}[action.verb]


async def _click(tab: Tab, selector: str) -> bool:
    with suppress(PlaywrightError):
        found = tab.page.locator(selector).first
        await found.click(timeout=CLICK_SECONDS * 1000)
        return True
    return False
