"""From a site's pages to its postings: which links first, where lists go on, and boards on other hosts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from scrapy import Request
from scrapy.http import Response

from crawler.boards import BOARD, Boards, allows, is_feed, kept, name_of, of_posting
from crawler.fetch.keys import UNJUDGED
from crawler.fetch.render import RENDER
from crawler.fetch.wishes import WISHES
from crawler.listing_chain import LIST, MOST_PAGES, Chain
from crawler.responses import header
from extractors.directives import NOFOLLOW
from extractors.postings.asking import Ask
from extractors.postings.careers import CAREERS, POSTING, is_careers, says_careers, worth
from extractors.postings.document import Document
from extractors.postings.feed import Feed, feed, shown_feed
from extractors.postings.listed import ListPage, is_about_careers, list_page
from extractors.postings.paged import list_key, page_number
from extractors.postings.platforms import Board, board_of
from extractors.postings.platforms.embedded import WEB
from pipelines.listings import KIND
from schemas.addresses import join_url, normalize_url
from schemas.page import Page, Record
from schemas.templates import template_of

if TYPE_CHECKING:
    from crawler.site_crawl import SiteCrawl

LIST_PRIORITY = 40
MOST_PRESSED = 20
"""Lists that one worker has a browser bring whole."""
MOST_TEMPLATES = 10_000
MOST_TEXTS = 2_000
CLICKS, SCROLLS = 200, 50


_GUESS = {RENDER: "never", UNJUDGED: True}
NO_TEXTS: Mapping[str, str] = {}


@dataclass(slots=True)
class Found:
    """What a page leads to: links; more requests; what links say, where that matters."""

    links: list[str]
    requests: list[Request] = field(default_factory=list)
    texts: Mapping[str, str] = field(default_factory=dict)


class Discovery:
    """Of one job. Each page costs a look; those that are about jobs are read as lists."""

    def __init__(self, crawl: SiteCrawl) -> None:
        self._crawl = crawl
        self._boards = Boards()
        self._pressed: set[str] = set()
        self._yields: dict[str, tuple[int, int]] = {}
        self._on = "posting" in crawl.job.config.extract

    # What comes first

    def worth(self, link: str, texts: Mapping[str, str]) -> int:
        """The priority of a link; ``texts``: what links of its page say."""
        return worth(link, self._yields, texts.get(link, "")) if self._on else 0

    def learn(self, page: Page) -> None:
        """Note whether a page has held a posting of its own."""
        if page.status != 200 or page.unchanged or not self._on:
            return
        template = template_of(page.url)
        if template in self._yields or len(self._yields) < MOST_TEMPLATES:
            read, held = self._yields.get(template, (0, 0))
            holds = sum(record.kind == "posting" for record in page.records) == 1
            self._yields[template] = (read + 1, held + holds)

    def _texts(self, page: Page, url: str, depth: int) -> Mapping[str, str]:
        """What the links say of a start page, or of a page about jobs: of others, their URLs must do."""
        if page.tree is None or (depth and not is_careers(url)):
            return NO_TEXTS
        found = {}
        for node in page.tree.css("a[href]")[:MOST_TEXTS]:
            text = node.text(strip=True)
            if text and says_careers(text):
                found[join_url(url, node.attributes.get("href") or "") or ""] = text
        return found

    # What is on other hosts

    def allows(self, meta: dict[str, Any], url: str) -> bool:
        """Whether a request goes to the board that a page of the site has led to."""
        return allows(meta, url)

    def redirected(self, request: Request, response: Response) -> Iterator[Request]:
        """The board to which a page about jobs redirects."""
        target = join_url(response.url, header(response, "Location"))
        board = board_of(target) if target and self._on and is_careers(request.url) else None
        if board:
            yield from self._board(board, request.meta["depth_in_site"])

    def _board(self, board: Board, depth: int) -> Iterator[Request]:
        if not self._boards.follow(board):
            return
        url, body = board.feed or board.list or "", board.body if board.feed else ""
        ask = Ask(url, "POST" if body else "GET", body)
        if board.platform == WEB:
            yield from self._asked(ask, Chain.web(url, guessed=True), depth, _GUESS)
        else:
            yield from self._asked(ask, Chain.of(board, url), depth, {BOARD: name_of(board)})

    # Pages

    @staticmethod
    def is_miss(response: Response) -> bool:
        """Whether it is nothing: nobody has said that there is a list at this address."""
        chain = Chain.in_meta(response.meta)
        return chain is not None and chain.guessed and response.status >= 400

    def read(self, response: Response, page: Page, links: list[str]) -> Found:
        """What a page leads to; what is known of its list is noted as a record of the page."""
        request, chain = cast("Request", response.request), Chain.in_meta(response.meta)
        if not self._on:
            return Found(links)
        if response.status != 200:
            return Found(links, list(self._no_list(request, page, chain, f"answered {response.status}")))
        if page.tree is None:
            return Found(links, list(self._data(request, response, page, chain)))
        if chain and is_feed(chain.url):
            return Found(links, list(self._no_list(request, page, chain, "is no list of postings")))
        texts = self._texts(page, response.url, request.meta["depth_in_site"])
        if NOFOLLOW in page.directives and not links:
            return Found(links)
        return self._html(request, response, page, Found(links, texts=texts), chain)

    def _no_list(self, request: Request, page: Page, chain: Chain | None, what: str) -> Iterator[Request]:
        """What is known of a list that did not answer as one; of a board without a feed, its pages tell more."""
        if chain is None or chain.guessed:
            return
        self._note(page, chain, [_rest(chain, page.url), f"{page.url} {what}."])
        if chain.otherwise and not chain.pages:
            other = replace(chain, url=chain.otherwise, otherwise="")
            yield from self._asked(Ask(other.url), other, request.meta["depth_in_site"], kept(request))

    def _data(self, request: Request, response: Response, page: Page, chain: Chain | None) -> Iterator[Request]:
        if chain is None and not is_careers(response.url):
            return
        document = Document(response.url, None, response.body, page.content_type, page.fetched_at)
        asked = Ask(request.url, request.method, request.body.decode("utf-8", "replace"))
        found = feed(document, asked, header(response, "Link"))
        if found is None:
            yield from self._no_list(request, page, chain, "is no list of postings")
            return
        chain = chain or Chain.web(response.url)
        yield from self._of_feed(request, page, chain, found)

    def _of_feed(self, request: Request, page: Page, chain: Chain, found: Feed) -> Iterator[Request]:
        now = chain.read(found.listed, found.count, found.total)
        problems = ["The platform shows no more of them, however many there are."] if found.capped else []
        more = self._goes_on(chain, now, found.next, request)
        if found.next and not more and found.count:
            problems.append(f"It goes on at {found.next.url}, which was not read.")
        if more:
            assert found.next
            yield from self._asked(found.next, now, request.meta["depth_in_site"], kept(request))
            problems.append(_rest(now, found.next.url))
        if not found.whole:
            yield from self._postings(request, found.listed)
        self._note(page, now, problems)

    def _html(self, request: Request, response: Response, page: Page, known: Found, chain: Chain | None) -> Found:
        url, depth = response.url, request.meta["depth_in_site"]
        about_jobs = chain is not None or is_about_careers(page.tree, url)
        known.requests += self._boards_of(page, url, depth, about_jobs=about_jobs)
        if not about_jobs:
            return known
        found = list_page(page.tree, url, known.links, sure=BOARD in request.meta and chain is not None)
        for address in found.feeds:
            known.requests += self._asked(Ask(address), Chain.web(address, guessed=True), depth, _GUESS)
        if chain and BOARD in request.meta and (data := self._shown(request, page, found)):
            known.requests += self._of_feed(request, page, chain, data)
        elif chain or (found.is_list and page_number(url) <= 1):
            known.requests += self._of_page(request, page, chain or Chain.web(url), found)
            if chain or found.next:
                known.links = [link for link in known.links if link not in {*found.siblings, found.next}]
        return known

    def _shown(self, request: Request, page: Page, found: ListPage) -> Feed | None:
        """The list as a board's page has it for its scripts, where it knows more than the page shows."""
        data = shown_feed(Document(page.url, page.tree, b"", page.content_type), Ask(request.url))
        if data is None or data.count < len(found.listed):
            return None
        return data if data.next or data.total is not None or not found.listed else None

    def _of_page(self, request: Request, page: Page, chain: Chain, found: ListPage) -> Iterator[Request]:
        now = chain.read(found.listed, len(found.listed), found.total)
        ask = Ask(found.next) if found.next else None
        problems = []
        if self._goes_on(chain, now, ask, request):
            assert ask
            yield from self._asked(ask, now, request.meta["depth_in_site"], kept(request))
            problems.append(_rest(now, ask.url))
        elif ask and now.listed > chain.listed:
            problems.append(f"It goes on at {ask.url}, which was not read: page {now.pages + 1:,}.")
        elif not page.rendered and self._hides_more(found, now):
            problems += [f"It goes on by a button that is no link: {found.button}."] if found.button else []
            yield from self._pressing(request, chain, found)
        if found.more_pages:
            problems.append(f"{page.url} says that there are more pages, and links to none.")
        if BOARD in request.meta:
            if not now.listed and not found.empty:
                problems.append(f"{page.url} lists no postings, and does not say that there are none.")
            yield from self._postings(request, found.listed)
        self._note(page, now, problems)

    def _goes_on(self, before: Chain, now: Chain, ask: Ask | None, request: Request) -> bool:
        """Whether there is a next page that may be asked for; a page without a new posting is the last."""
        if ask is None or now.pages >= MOST_PAGES or now.listed == before.listed:
            return False
        return ask.url in self._crawl.boundary or self.allows(request.meta, ask.url)

    def _hides_more(self, found: ListPage, now: Chain) -> bool:
        return bool(
            found.button or found.scrolls or found.more_pages or (now.total is not None and now.listed < now.total)
        )

    def _pressing(self, request: Request, chain: Chain, found: ListPage) -> Iterator[Request]:
        """The page once more, by a browser that presses the button, or scrolls, until all is there."""
        config = self._crawl.job.config
        key = list_key(request.url)
        if config.render != "auto" or chain.pressed or key in self._pressed or len(self._pressed) >= MOST_PRESSED:
            return
        self._pressed.add(key)
        depth = request.meta["depth_in_site"]
        action = f"more {CLICKS} text={found.button}" if found.button else f"scroll {SCROLLS}"
        wishes = {"actions": [action]} | request.meta.get(WISHES, {})
        meta = kept(request) | {RENDER: "always", WISHES: wishes} | replace(chain, pressed=True).meta
        yield self._crawl.page_request(request.url, depth, LIST_PRIORITY, meta).replace(dont_filter=True)

    def _boards_of(self, page: Page, url: str, depth: int, *, about_jobs: bool) -> Iterator[Request]:
        for board in self._boards.of_page(page, url, about_jobs=about_jobs, escaped=about_jobs or depth == 0):
            yield from self._board(board, depth)

    def _asked(self, ask: Ask, chain: Chain, depth: int, meta: dict[str, Any]) -> list[Request]:
        if ask.url not in self._crawl.boundary and not self.allows(meta, ask.url):
            return []
        request = self._crawl.page_request(ask.url, depth, LIST_PRIORITY, meta | chain.meta)
        if ask.method == "POST":
            request = request.replace(method="POST", body=ask.body, headers={"Content-Type": "application/json"})
        return [request]

    def _postings(self, request: Request, links: tuple[str, ...]) -> Iterator[Request]:
        depth, most = request.meta["depth_in_site"] + 1, self._crawl.job.config.max_depth
        for link in links if most is None or depth <= most else ():
            meta = {} if link in self._crawl.boundary else of_posting(request, link)
            if meta is not None:
                yield self._crawl.page_request(link, depth, POSTING, meta)

    def searches(self) -> Iterator[Request]:
        """The searches where the crawl starts."""
        for said in self._crawl.job.config.searches:
            url = normalize_url(said)
            if url and url in self._crawl.boundary:
                yield self._crawl.page_request(url, 0, CAREERS, Chain.web(url).meta if self._on else {})

    @staticmethod
    def _note(page: Page, chain: Chain, problems: list[str]) -> None:
        page.records.append(Record(KIND, chain.listing(problems)))


def _rest(chain: Chain, url: str) -> str:
    return f"What comes after {chain.listed:,} postings was not read: {url}."


def of_list(request: Request) -> dict[str, Any]:
    """What a page of a list hands on to where it redirects."""
    return {name: request.meta[name] for name in (LIST, BOARD) if name in request.meta}
