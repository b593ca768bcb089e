"""How long the extractors take: milliseconds of processor time for each page of a folder, or a recorded site.

    python -m benchmarks.extractors [FOLDER] [--pages N]

FOLDER holds .html files; without it, the Python manual of Debian's package python3-doc. The figures are the best of
three rounds, for this process alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from extractors.blocked import Seen, judge
from extractors.html import parse
from extractors.links import page_links
from extractors.metadata import page_metadata
from extractors.postings import postings
from extractors.postings.document import Document
from extractors.text import main_markdown

MANUAL = Path("/usr/share/doc/python3/html")
SITE = "https://manual.example/"


def best_of(rounds: int, run: Callable[[], Any]) -> float:
    """The least processor time of a few runs, in seconds."""
    spent = []
    for _ in range(rounds):
        started = time.process_time()
        run()
        spent.append(time.process_time() - started)
    return min(spent)


def measure(folder: Path, limit: int) -> None:
    """Print a line for each extractor."""
    files = sorted(folder.rglob("*.html"))[:: max(1, len(list(folder.rglob("*.html"))) // limit)]
    if not files:
        raise SystemExit(f"{folder} holds no .html file: install python3-doc, or name another folder.")
    bodies = [file.read_bytes() for file in files]
    urls = [SITE + file.relative_to(folder).as_posix() for file in files]
    trees = [parse(body, "text/html; charset=utf-8") for body in bodies]
    headers = {"content-type": "text/html; charset=utf-8"}
    answers = [Seen(url, 200, headers, body) for url, body in zip(urls, bodies, strict=True)]
    kilobytes = sum(map(len, bodies)) / len(bodies) / 1024
    links = sum(len(page_links(tree, url)) for tree, url in zip(trees, urls, strict=True)) / len(trees)
    print(f"{len(files)} pages of {kilobytes:.0f} KB with {links:.0f} links each, on average")
    runs: dict[str, Callable[[], Any]] = {
        "parse": lambda: [parse(body, "text/html; charset=utf-8") for body in bodies],
        "verdict": lambda: [judge(answer) for answer in answers],
        "links": lambda: [page_links(tree, url) for tree, url in zip(trees, urls, strict=True)],
        "metadata": lambda: [page_metadata(tree, url) for tree, url in zip(trees, urls, strict=True)],
        "postings": lambda: [postings(Document(url, tree, b"", "")) for tree, url in zip(trees, urls, strict=True)],
        "text": lambda: [main_markdown(body, url) for body, url in zip(bodies, urls, strict=True)],
    }
    for name, run in runs.items():
        print(f"{name:9} {1e3 * best_of(3, run) / len(files):7.3f} ms a page")


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=MANUAL)
    parser.add_argument("--pages", type=int, default=200, help="about how many pages to take, evenly (200)")
    arguments = parser.parse_args()
    measure(arguments.folder, arguments.pages)


if __name__ == "__main__":
    main()
