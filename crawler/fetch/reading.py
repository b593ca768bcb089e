"""When a page in a tab is ready to be read, and what it says then."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Error as PlaywrightError

from crawler.fetch.tab import Tab
from crawler.fetch.visit import Visit

SETTLE_SECONDS = 10.0
"""How long a page may take, after its document has come, until it is at rest, or shows what is waited for."""
CHANGE_SECONDS = 2.0
"""How long it may add things while it asks for nothing: a clock or a carousel never comes to rest."""
DOCUMENTS = 5
"""So often the document may come anew: it may set a cookie, and load itself once more."""

# Notes when elements come; the times of what was loaded, the browser has itself. Set up once for each document.
_WATCH = """
  const kept = globalThis.longline ??= (() => {
    const kept = {times: [], pages: []};
    new MutationObserver(() => {
      kept.last = performance.now();
      if (kept.times.length < 1000 && !(kept.last - kept.times.at(-1) < 10)) kept.times.push(kept.last);
    }).observe(document, {childList: true, subtree: true});
    return kept;
  })();
"""
_AGE = f"(() => {{ {_WATCH} return performance.now() - (kept.last ?? performance.now()) }})()"
_THERE = """
new Promise(resolve => {
  const selector = %s, words = %s;
  const there = () => words ? (document.body?.innerText ?? "").includes(words) : document.querySelector(selector);
  let watching;
  const look = () => { if (there()) { watching?.disconnect(); resolve(true) } };
  watching = new MutationObserver(look);
  watching.observe(document, {childList: true, subtree: true, attributes: true, characterData: true});
  look();
})
"""
# The longest time in which nothing happened, before something did.
_READ = (
    "((most) => {"
    + _WATCH
    + """
  const loads = performance.getEntriesByType("resource").map(entry => [entry.startTime, entry.responseEnd]);
  const [page] = performance.getEntriesByType("navigation");
  const spans = [...loads, ...kept.times.map(time => [time, time])].sort((one, other) => one[0] - other[0]);
  let gap = 0, until = Math.max(page?.responseEnd ?? 0, page?.loadEventEnd ?? 0);
  for (const [from, to] of spans) { gap = Math.max(gap, from - until); until = Math.max(until, to) }
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : "";
  let html = type + (document.documentElement?.outerHTML ?? "");
  const sections = kept.pages.map((page, number) => `<section data-page="${number + 1}">${page}</section>`).join("");
  const end = html.lastIndexOf("</body>");
  if (sections) html = end < 0 ? html + sections : html.slice(0, end) + sections + html.slice(end);
  return most && html.length > most ? {length: html.length} : {html, gap, url: location.href};
})(%d)
"""
)
# What tells a page that has grown or turned from one that stays: how much there is, and what.
_GROWN = """
(() => {
  const text = document.body?.textContent ?? "";
  let hash = 0;
  for (let place = 0; place < text.length; place++) hash = (hash * 31 + text.charCodeAt(place)) | 0;
  return `${document.getElementsByTagName("*").length} ${text.length} ${hash}`;
})()
"""
# A page hears of it with its next frame, for which one that is not in front may wait long.
_SCROLL = """
(async () => {
  scrollTo(0, document.documentElement.scrollHeight);
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
  const long = new Promise(resolve => setTimeout(resolve, 3000));
  await Promise.race([frame().then(frame), long]);
})()
"""
_KEEP = "(() => {" + _WATCH + "if (%s) kept.pages.pop(); else kept.pages.push(document.body?.innerHTML ?? '') })()"


@dataclass(frozen=True, slots=True)
class Reading:
    """``html`` is None where it is too large. ``gap``: the longest rest, in seconds, that was not the last."""

    html: str | None
    url: str = ""
    gap: float = 0.0


async def rest(tab: Tab, visit: Visit, quiet: float) -> None:
    """Return when the page has asked for nothing, and added nothing, for ``quiet`` seconds; or after a while."""
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_SECONDS):
            await _in_document(tab, _AGE)
            await visit.traffic.silence(quiet)
            with suppress(TimeoutError):
                async with asyncio.timeout(CHANGE_SECONDS):
                    await _no_change(tab, visit, quiet)


async def _no_change(tab: Tab, visit: Visit, quiet: float) -> None:
    while (age := await _in_document(tab, _AGE) / 1000) and age < quiet:
        await asyncio.sleep(quiet - age)
        await visit.traffic.silence(quiet)


async def there(tab: Tab, what: str) -> bool:
    """Whether what is named, a CSS selector or ``text=`` with words, is on the page within a while."""
    words = what.removeprefix("text=") if what.startswith("text=") else ""
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_SECONDS):
            await _in_document(tab, _THERE % (json.dumps(what), json.dumps(words)), waits=True)
            return True
    return False


async def read(tab: Tab, most_bytes: int) -> Reading:
    """The page as it is now."""
    said = await _in_document(tab, _READ % most_bytes)
    return Reading(said.get("html"), said.get("url", ""), said.get("gap", 0.0) / 1000)


async def grown(tab: Tab) -> str:
    """A text that is another one when the page has grown or changed."""
    return str(await _in_document(tab, _GROWN))


async def scroll(tab: Tab) -> None:
    """Scroll to the end of the page."""
    await _in_document(tab, _SCROLL, waits=True)


async def keep_page(tab: Tab, *, drop: bool = False) -> None:
    """Keep what the page shows, to be read with what it shows later; ``drop``: let go what was kept last."""
    await _in_document(tab, _KEEP % ("true" if drop else "false"))


async def _in_document(tab: Tab, script: str, *, waits: bool = False) -> Any:
    """What a script says, in the document that there is in the end."""
    for _ in range(DOCUMENTS):
        with suppress(PlaywrightError):
            return await tab.ask(script, waits=waits)
    return await tab.ask(script, waits=waits)
