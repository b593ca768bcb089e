"""The site ``openings``: postings behind pages, rows, tiles, buttons, scrolling, an API and scripts.

And two that do not show all that they say they have, and one that is to be searched.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from aiohttp import web

from tests.web.careers import posting, posting_page
from tests.web.resource import HTML, Handler, Resource, Site, page, text

PAGE = 4
LISTS = {"sorted": 10, "tiles": 9, "zero": 9, "paged": 10, "button": 9, "scrolled": 9, "api": 10, "app": 3, "posted": 6}
"""How many postings are in each list."""
TITLES = {name: [f"{name.title()} worker {number}" for number in range(1, LISTS[name] + 1)] for name in LISTS}


def address(name: str, number: int) -> str:
    """The page of a posting, by its place in its list, from 0."""
    return f"/{name}/jobs/worker-{number + 1}"


def links(name: str, first: int, count: int = PAGE) -> str:
    """Items of a list of postings."""
    numbers = range(first, min(first + count, LISTS[name]))
    return "".join(f'<li><a href="{address(name, one)}">{TITLES[name][one]}</a></li>' for one in numbers)


def html(title: str, body: str) -> Resource:
    """A page of this body."""
    words = "<p>We make ropes, sails and nets by the sea, and look for people who like to work with their hands.</p>"
    return Resource(f"<!doctype html><title>{title}</title><body><h1>{title}</h1>{words}{body}".encode())


def pages(name: str, total: int | None = None, shown: int | None = None) -> Handler:
    """A list over several pages, each of which links to all others."""
    total, shown = total or LISTS[name], shown or LISTS[name]

    async def answer(request: web.Request) -> web.StreamResponse:
        first = (int(request.query.get("page", "1")) - 1) * PAGE
        numbers = range(1, -(-shown // PAGE) + 1)
        pager = "".join(f'<a href="?page={one}">{one}</a> ' for one in numbers)
        following = f'<a href="?page={first // PAGE + 2}">Weiter</a>' if first + PAGE < shown else ""
        count = f"<p>{first + 1} - {min(first + PAGE, shown)} von {total}</p>"
        body = html("Stellenangebote", f"{count}<ul>{links(name, first)}</ul>{pager}{following}").body
        return web.Response(body=body, headers={"Content-Type": HTML})

    return answer


def sorted_rows(name: str) -> Handler:
    """A list by rows; its pager says how it is sorted, and leads to the last page, too."""

    async def answer(request: web.Request) -> web.StreamResponse:
        first, query = int(request.query.get("startrow", "0")), "?q=&amp;sortColumn=date&amp;sortDirection=desc"
        total = LISTS[name]
        rows = {number: f"&amp;startrow={row}" if row else "" for number, row in enumerate(range(0, total, PAGE), 1)}
        pager = "".join(f'<a href="{query}{row}" title="Page {number}">{number}</a>' for number, row in rows.items())
        pager += f'<a href="{query}{rows[max(rows)]}" title="Last Page">»</a>'
        label = f"<span>Results <b>{first + 1} to {min(first + PAGE, total)}</b> of <b>{total}</b></span>"
        body = html("Search results", f"{label}<ul>{links(name, first)}</ul>{pager}").body
        return web.Response(body=body, headers={"Content-Type": HTML})

    return answer


def from_zero(name: str) -> Handler:
    """A list whose pages are counted from 0, and whose links have pictures."""

    async def answer(request: web.Request) -> web.StreamResponse:
        number = int(request.query.get("pr", "0"))
        more = (number + 1) * PAGE < LISTS[name]
        following = (
            f'<a href="?pr={number + 1}&amp;in_iframe=1"><i title="Next page of results"></i></a>' if more else ""
        )
        body = html("Job listings", f"<ul>{links(name, number * PAGE)}</ul>{following}").body
        return web.Response(body=body, headers={"Content-Type": HTML})

    return answer


def tiles(name: str, first: int) -> str:
    """Items of a list of tiles."""
    return links(name, first).replace("<li>", '<li class="job-tile">')


async def more_tiles(request: web.Request) -> web.StreamResponse:
    """What the script of a list of tiles asks for."""
    return web.Response(text=tiles("tiles", int(request.query["startrow"])), content_type="text/html")


def fragments(name: str) -> Handler:
    """What scripts of a list ask for: more of its items."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(text=links(name, int(request.query["from"])), content_type="text/html")

    return answer


MORE = """<script>
const list = document.querySelector("ul");
async function more() {
  const items = await (await fetch("/%s/fragments?from=" + list.children.length)).text();
  list.insertAdjacentHTML("beforeend", items);
}
%s
</script>"""
PRESS = """document.querySelector("button").onclick = async event => {
  await more();
  if (list.children.length >= %d) event.target.remove();
};"""
SCROLL = """addEventListener("scroll", () => {
  if (innerHeight + scrollY >= document.body.scrollHeight - 50) more();
});  // infinite-scroll"""


async def api(request: web.Request) -> web.StreamResponse:
    """A list as data, by offset."""
    first, limit = int(request.query.get("offset", "0")), int(request.query.get("limit", "3"))
    numbers = range(first, min(first + limit, LISTS["api"]))
    jobs = [{"id": one, "jobTitle": TITLES["api"][one], "url": address("api", one)} for one in numbers]
    return web.json_response({"total": LISTS["api"], "jobs": jobs})


APPLICATION = """<!doctype html><title>Jobs</title><body><div id="root"></div><script>
const titles = %s;
const root = document.getElementById("root");
root.innerHTML = "<h1>Open positions</h1>" + titles.map((title, index) =>
  `<p><a href="/app/jobs/worker-${index + 1}">${title}</a></p>`).join("");
</script>"""


def postings(names: Sequence[str]) -> Site:
    """The pages of all postings of these lists."""
    return {
        address(name, number): posting_page(title, posting(title))
        for name in names
        for number, title in enumerate(TITLES[name])
    }


OPENINGS: Site = {
    "/robots.txt": text("User-agent: *\nAllow: /\n"),
    "/": html("Ropeworks", '<a href="/news/">News</a> <a href="/unternehmen/mitmachen">Karriere</a>'),
    "/news/": page("News", *(f"/news/{number}" for number in range(1, 13))),
    **{f"/news/{number}": page(f"News {number}", "/") for number in range(1, 13)},
    "/unternehmen/mitmachen": page("Mitmachen", *(f"/{name}/jobs/" for name in LISTS if name != "posted")),
    "/sorted/jobs/": sorted_rows("sorted"),
    "/zero/jobs/": from_zero("zero"),
    "/tiles/jobs/": html(
        "Open positions",
        f"<span>Showing 1 to {PAGE} of {LISTS['tiles']} Jobs</span><ul>{tiles('tiles', 0)}</ul>"
        '<script>j2w.SearchResults.init({apiEndpoint: "tile-search-results", searchQuery: "?q="});</script>',
    ),
    "/tiles/tile-search-results/": more_tiles,
    "/paged/jobs/": pages("paged"),
    "/button/jobs/": html(
        "Open positions",
        f"<ul>{links('button', 0)}</ul><button>Load more jobs</button>{MORE % ('button', PRESS % LISTS['button'])}",
    ),
    "/button/fragments": fragments("button"),
    "/scrolled/jobs/": html(
        "Open positions",
        f"<ul>{links('scrolled', 0)}</ul><div style='height:2000px'></div>{MORE % ('scrolled', SCROLL)}",
    ),
    "/scrolled/fragments": fragments("scrolled"),
    "/api/jobs/": html(
        "Open positions",
        '<p>One moment.</p><script>fetch("/api/v1/jobs?offset=0&limit=3");fetch("/api/v1/jobs/saved")</script>',
    ),
    "/api/v1/jobs": api,
    "/api/v1/jobs/saved": Resource(b'{"error": "Who are you?"}', "application/json", status=401),
    "/app/jobs/": Resource((APPLICATION % json.dumps(TITLES["app"])).encode()),
    **postings([name for name in LISTS if name != "posted"]),
}
HALF: Site = {
    "/": page("Half", "/paged/jobs/"),
    "/paged/jobs/": pages("paged", total=LISTS["paged"], shown=2 * PAGE),
    **postings(["paged"]),
}
"""A list that says it has ten, and shows eight."""


async def one_fails(request: web.Request) -> web.StreamResponse:
    """The second page of a list is never there."""
    if request.query.get("page") == "2":
        return web.Response(status=410, text="Gone")
    return await pages("paged")(request)


BROKEN: Site = {"/": page("Broken", "/paged/jobs/"), "/paged/jobs/": one_fails, **postings(["paged"])}


async def searched(request: web.Request) -> web.StreamResponse:
    """A list that only a search brings."""
    word, where = request.query.get("q", ""), request.query.get("where", "")
    found = links("posted", 0, 3 if where == "Köln" else LISTS["posted"]) if word == "rope & sail" else ""
    return web.Response(body=html("Search", f"<ul>{found}</ul>").body, headers={"Content-Type": HTML})


SEARCHED: Site = {"/": page("Search", "/about"), "/about": page("About"), "/search": searched, **postings(["posted"])}
