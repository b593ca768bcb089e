"""The tabs of one browser, kept for the next page of the same context: a new one costs more than most pages do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol

from playwright.async_api import Error as PlaywrightError

from crawler.fetch.browser import OpenPages
from crawler.fetch.persona import Persona
from crawler.fetch.tab import CLOSE_SECONDS, Tab

CONTEXT_SECONDS = 1800.0
"""One that is older gets no new pages: it has gathered a cache and cookies."""
TAB_VISITS = 100
"""A tab that has shown so many pages is closed."""
KEPT_CONTEXTS = 8
"""Contexts that stay open while nobody uses them."""


class Contexts(Protocol):
    """What a browser does for its tabs."""

    async def open_page(self, persona: Persona) -> Tab:
        """A new tab in the context of ``persona``, which is made where there is none."""

    async def close_context(self, name: str) -> None:
        """Close a context, where it is there."""

    def doubt(self) -> None:
        """A tab does not let itself be closed: the browser is not to be relied on any more."""


@dataclass(slots=True)
class _Use:
    """A context: how many of its tabs are in use, which ones are free, the one that was used last at the end."""

    busy: int = 0
    closing: bool = False
    idle: list[Tab] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    last: float = 0.0


class Tabs:
    """``most_contexts`` and ``most_in_context`` bound what is open in this browser; ``open_pages``, in all."""

    def __init__(
        self, contexts: Contexts, open_pages: OpenPages, most_contexts: int | None, most_in_context: int
    ) -> None:
        self._contexts = contexts
        self._open_pages = open_pages
        self._most_contexts = most_contexts
        self._most_in_context = most_in_context
        self._uses: dict[str, _Use] = {}
        self._changed = asyncio.Event()
        self._retired = False

    @asynccontextmanager
    async def lent(self, persona: Persona, *, new: bool = False) -> AsyncIterator[Tab]:
        """A tab of a context for one visit; ``new``: one that nobody has used or will use again.

        Raises:
            BrowserLostError: it could not be opened.
        """
        use = await self._admitted(persona.name, new=new)
        use.busy += 1
        tab: Tab | None = None
        try:
            tab = (None if new else await self._idle(use)) or await self._opened(persona)
            yield tab
        finally:
            use.busy -= 1
            use.last = time.monotonic()
            if tab is not None:
                await self._returned(persona.name, tab, spent=new)
            self._tell()

    async def retire(self) -> None:
        """Keep no tab from now on."""
        self._retired = True
        await self._each(self._close_idle, list(self._uses))

    async def _admitted(self, name: str, *, new: bool) -> _Use:
        """The context's use, once it may have one more tab in use."""
        while True:
            self._changed.clear()
            use = self._uses.get(name)
            if use and use.closing:
                await self._changed.wait()
            elif use and not use.busy and use.began < time.monotonic() - CONTEXT_SECONDS:
                await self._close_context(name)
            elif use and new and use.idle and use.busy + len(use.idle) >= self._most_in_context:
                await self._close(use.idle.pop(0))
            elif use and use.busy + (len(use.idle) if new else 0) < self._most_in_context:
                return use
            elif use is None and (self._most_contexts is None or len(self._uses) < self._most_contexts):
                return self._uses.setdefault(name, _Use())
            elif use is None and (free := self._free()):
                await self._close_context(free[0][0])
            else:
                await self._changed.wait()

    def _free(self) -> list[tuple[str, _Use]]:
        """Contexts that nobody uses, the one that was used last at the end."""
        free = [(name, use) for name, use in self._uses.items() if not use.busy and not use.closing]
        return sorted(free, key=lambda pair: pair[1].last)

    async def _idle(self, use: _Use) -> Tab | None:
        """A free tab that is in order."""
        while use.idle:
            tab = use.idle.pop()
            if not tab.is_lost:
                return tab
            await self._close(tab)
        return None

    async def _opened(self, persona: Persona) -> Tab:
        await self._open_pages.enter(self._make_room)
        try:
            return await self._contexts.open_page(persona)
        except BaseException:
            self._open_pages.leave()
            raise

    async def _make_room(self) -> bool:
        """Close the tab that was free for longest: whether there was one."""
        for _, use in sorted(self._uses.items(), key=lambda pair: pair[1].last):
            if use.idle:
                await self._close(use.idle.pop(0))
                return True
        return False

    async def _returned(self, name: str, tab: Tab, *, spent: bool) -> None:
        use = self._uses.get(name)
        if spent or tab.is_lost or tab.visits >= TAB_VISITS or self._retired or use is None:
            await self._close(tab)
        else:
            use.idle.append(tab)
        free = self._free()
        spare = free if self._retired else free[:-KEPT_CONTEXTS]
        await self._each(self._close_context, [name for name, _ in spare])

    async def _close(self, tab: Tab) -> None:
        try:
            if not await tab.close():
                self._contexts.doubt()
        finally:
            self._open_pages.leave()
            self._tell()

    async def _close_idle(self, name: str) -> None:
        use = self._uses[name]
        while use.idle:
            await self._close(use.idle.pop())

    async def _close_context(self, name: str) -> None:
        use = self._uses[name]
        use.closing = True
        try:
            await self._close_idle(name)
            with suppress(PlaywrightError, TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._contexts.close_context(name)
        finally:
            del self._uses[name]
            self._tell()

    async def _each(self, do: Callable[[str], Awaitable[None]], names: list[str]) -> None:
        for name in names:
            await do(name)

    def _tell(self) -> None:
        self._changed.set()
