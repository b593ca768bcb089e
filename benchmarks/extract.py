"""Postings out of pages, on one core, beside extruct: how long it takes, and how often each field is right.

    python -m benchmarks.extract [--rounds N]

The pages are the recorded ones where they are kept beside the checkout, and those of tests/sites otherwise; pages that
hold no posting are those of the Python manual (Debian's package python3-doc), or a page of our own. Milliseconds are of
this process' processor, the best of the rounds for each page, and the median of all pages. extruct gives what stands in
the page as it stands: its postings are the first JobPosting of its JSON-LD, each field as it is called there. It is
not among Longline's requirements: pip install extruct.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.extractors import MANUAL, best_of
from crawler.commands.extract import describe
from crawler.recorded import cases
from extractors.html import is_html, parse
from extractors.postings import postings
from extractors.postings.document import Document
from extractors.postings.values import Node, as_list, nodes_in, text_of, types_of
from tests.corpus import FOLDER
from tests.support.truths import Recorded, Score, recorded, score

Data = dict[str, Any]

SITES = "tests/sites"
EMPTY = b"<html lang=en><title>Bread</title><main><h1>Bread</h1><p>Flour, water, salt and time.</p></main></html>"
_MANUAL_PAGES = 100


@dataclass(frozen=True, slots=True)
class Body:
    """A page of HTML."""

    url: str
    body: bytes


def ours(page: Body) -> list[Data]:
    """All that Longline makes of a page, from its bytes to records that are checked."""
    found: list[Data] = describe(page.body, "", page.url, explain=False)["postings"]
    return found


def peer(page: Body) -> list[Data]:
    """The first JobPosting of extruct's JSON-LD; none where it finds none, or gives the page up."""
    node = _first_posting(page.body, page.url)
    return [mapped(node)] if node else []


def _first_posting(body: bytes, url: str) -> Node | None:
    import extruct  # noqa: PLC0415 - the peer need not be installed

    with suppress(ValueError, TypeError):
        found = extruct.extract(body.decode("utf-8", "replace"), base_url=url, syntaxes=["json-ld"])
        return next((node for node in nodes_in(found["json-ld"]) if "JobPosting" in types_of(node)), None)
    return None


def mapped(node: Node) -> Data:
    """Each field as it stands; what is nested by the path that schema.org's own examples have."""
    addresses = [_dict(_dict(place).get("address")) for place in as_list(node.get("jobLocation"))]
    remote = node.get("jobLocationType") == "TELECOMMUTE"
    return {
        "title": node.get("title"),
        "company": text_of(node.get("hiringOrganization")),
        "locations": [
            {"city": text_of(one.get("addressLocality")), "country": text_of(one.get("addressCountry"))}
            for one in addresses
        ],
        "workplace_type": "remote" if remote else None,
        "employment_types": [str(one) for one in as_list(node.get("employmentType"))],
        "salary": _salary(_dict(node.get("baseSalary"))),
        "date_posted": str(node.get("datePosted") or ""),
        "valid_through": str(node.get("validThrough") or ""),
        "description_text": str(node.get("description") or ""),
        "skills": [{"name": str(one), "source": "explicit"} for one in as_list(node.get("skills"))],
        "status": "open",
    }


def _salary(said: Node) -> Data:
    value = _dict(said.get("value"))
    low, high = value.get("minValue", value.get("value")), value.get("maxValue", value.get("value"))
    unit = str(value.get("unitText") or "").lower()
    return {"min": low, "max": high, "currency": said.get("currency"), "period": unit or None}


def _dict(value: Any) -> Node:
    return value if isinstance(value, dict) else {}


def _pages() -> tuple[list[Body], list[Recorded]]:
    """HTML with a posting; and the pages whose truth is known."""
    folder = FOLDER / "postings"
    if folder.is_dir():
        found = [Body(one.url, one.file.read_bytes()) for one in recorded(folder, judged=False)]
        return [page for page in found if is_html(page.body, "") and ours(page)], recorded(folder)
    truths = [Recorded(str(case), case.document().url, next(case.folder.glob("page.*")), []) for case in cases(SITES)]
    return [Body(one.url, one.file.read_bytes()) for one in truths if one.file.suffix == ".html"], []


def _without() -> list[Body]:
    files = sorted(MANUAL.rglob("*.html"))
    chosen = files[:: max(1, len(files) // _MANUAL_PAGES)]
    return [Body(f"https://manual.example/{file.name}", file.read_bytes()) for file in chosen] or [
        Body("https://bread.example/", EMPTY)
    ]


def _median(pages: Iterable[Body], rounds: int, run: Callable[[Body], Any]) -> float:
    """Milliseconds of the median page."""
    return 1e3 * statistics.median(best_of(rounds, lambda page=page: run(page)) for page in pages)  # type: ignore[misc]


def _parsed(page: Body) -> Any:
    return parse(page.body, "text/html")


def _on_top(page: Body) -> float:
    tree = _parsed(page)
    started = time.process_time()
    postings(Document(page.url, tree, b"", ""))
    return time.process_time() - started


def _times(rounds: int) -> Table:
    holding, _ = _pages()
    without = _without()
    table = Table("milliseconds, median", "pages", "the parse", "Longline in all", "on top of the parse", "extruct")
    for name, pages in (("pages that hold a posting", holding), ("pages that hold none", without)):
        on_top = 1e3 * statistics.median(min(_on_top(page) for _ in range(rounds)) for page in pages)
        figures = [_median(pages, rounds, run) for run in (_parsed, ours)]
        table.add_row(
            name, str(len(pages)), *(f"{one:.2f}" for one in figures), f"{on_top:.2f}", f"{_median(pages, 1, peer):.2f}"
        )
    return table


def _shares() -> Table | None:
    _, truths = _pages()
    if not truths:
        return None
    mine, theirs = (_scored(truths, read) for read in (ours, peer))
    table = Table("right / asked", "Longline", "extruct, first JSON-LD")
    for field, asked in mine.asked.items():
        table.add_row(field, *(f"{one.right[field]} / {asked}" for one in (mine, theirs)))
    return table


def _scored(truths: list[Recorded], read: Callable[[Body], list[Data]]) -> Score:
    return score(truths, lambda page: read(Body(page.url, page.file.read_bytes())))


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each page is read (3)")
    arguments = parser.parse_args()
    if find_spec("extruct") is None:
        parser.exit(2, "extruct, the peer of this benchmark, is not installed: pip install extruct\n")
    console = Console(width=110)
    console.print(_times(arguments.rounds))
    shares = _shares()
    console.print(shares or "No recorded pages: what is right is not measured.")


if __name__ == "__main__":
    main()
