"""The main content of a page as markdown."""

from __future__ import annotations

from html_to_markdown import ConversionError, ConversionOptions, PreprocessingOptions, convert
from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractors.clutter import remove_clutter, remove_link_lists, remove_silent
from extractors.html import parse
from extractors.links import base_url
from extractors.main_content import main_content

_MAX_HTML = 8 * 2**20
"""Characters of HTML that are converted; what goes on after them is data that was dressed as a page."""


def main_markdown(html: bytes, url: str) -> str:
    """Markdown of what the page at ``url`` is about: without its navigation, banners and forms; links are absolute.

    Any bytes have some; empty where the page holds no text. The same bytes and URL give the same text.
    """
    tree = parse(html)
    base = base_url(tree, url)
    # Where everything was taken for clutter, the clutter is the page.
    return _markdown(_main_html(tree), base) or _markdown(_whole_html(parse(html)), base)


def _main_html(tree: LexborHTMLParser) -> str:
    remove_clutter(tree)
    if tree.body is None:
        return ""
    main = main_content(tree.body)
    heading = _heading_outside(tree, main)
    remove_link_lists(main)
    return heading + _html(main)


def _whole_html(tree: LexborHTMLParser) -> str:
    if tree.body is None:
        return ""
    remove_silent(tree.body)
    return _html(tree.body)


def _html(node: LexborNode) -> str:
    """The element's markup. Of the body only what is in it: scripts that do not run here may have to show it."""
    return (node.inner_html if node.tag == "body" else node.html) or ""


def _heading_outside(tree: LexborHTMLParser, main: LexborNode) -> str:
    """The page's heading, where its main content lacks it."""
    headings = tree.css("h1")
    return (headings[0].html or "") if len(headings) == 1 and main.css_first("h1") is None else ""


def _markdown(markup: str, base: str) -> str:
    options = ConversionOptions(
        base_url=base,
        bullets="-",
        compact_tables=True,
        extract_metadata=False,
        inline_data_media="drop_element",
        preprocessing=PreprocessingOptions(enabled=False),
    )
    try:
        return (convert(markup[:_MAX_HTML], options).content or "").strip()
    except ConversionError:
        return ""  # data that is no text at all
