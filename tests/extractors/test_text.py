"""The main content of a page as markdown."""

from __future__ import annotations

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.text import main_markdown
from tests.corpus import corpus

PAGE = "https://example.com/blog/bread.html"
PROSE = "Flour, water and salt are all that a good loaf needs, besides a little patience and a hot oven. "
ARTICLE = f"<h1>Bread</h1><p>{PROSE * 2}</p><p>{PROSE}</p>"
AROUND = """
<header class="site-header"><div class="menu"><a href="/">Home</a> <a href="/about">About us</a></div></header>
<nav><ul><li><a href="/1">First section</a></li></ul></nav>
<div class="cookie-banner"><p>We use cookies to make this site better for you.</p></div>
"""
AFTER = """
<aside>Our sponsors are the best.</aside>
<div id="comments"><p>First!</p></div>
<form><input name="mail"><button>Subscribe now</button></form>
<footer>All rights reserved.</footer><script>track("everything")</script><style>p { color: red }</style>
"""
CLUTTER = ("About us", "First section", "cookies", "sponsors", "First!", "Subscribe", "rights", "track", "color")
tokens = st.sampled_from(
    [
        "<div>", "</div>", "<table>", "<tr>", "<td>", "<p>", "<a href='", "'>", "<pre>", "<code>", "```", "<li>",
        "<ul>", "\0", "<svg>", "<math>", "<template>", "<frameset>", "<img src=data:,>", "<base href='//['>", "<main>",
        "<article>", PROSE, "<!--", "<script>", "<noscript>", "<h1>", "<h2>", "<br>", "<select><option>", "<dl><dd>",
        "<blockquote>", "<abbr title=x>", "<textarea>", "<plaintext>", "\u202e", "|", "<a class=share>", "</body>",
    ]
)  # fmt: skip


def markdown(html: str) -> str:
    return main_markdown(html.encode(), PAGE)


@pytest.mark.parametrize(
    "page",
    [
        f"<body>{AROUND}<main>{ARTICLE}</main>{AFTER}",
        f"<body>{AROUND}<div role=main>{ARTICLE}</div>{AFTER}",
        f"<body>{AROUND}<article>{ARTICLE}</article>{AFTER}",
        f"<body>{AROUND}<div><div class='entry-content'>{ARTICLE}</div></div>{AFTER}",
        f"<body>{AROUND}<div class=x><div class=y>{ARTICLE}</div><div>More</div></div>{AFTER}",
        f"<body>{AROUND}<form action=/page><div>{ARTICLE}</div></form>{AFTER}",
    ],
    ids=["main", "role", "article", "content", "nothing said", "all in a form"],
)
def test_the_content_stays_and_what_surrounds_it_goes(page: str) -> None:
    text = markdown(page)
    assert text.startswith("# Bread")
    assert text.count(PROSE.strip()) == 3
    assert [word for word in CLUTTER if word in text] == []


def test_a_heading_above_the_content_is_kept() -> None:
    text = markdown(f"<body><h1>Bread</h1><div class=a></div><article><p>{PROSE * 3}</p></article>")
    assert text.startswith("# Bread\n")


def test_markup_becomes_markdown() -> None:
    text = markdown(
        f"""<main><h1>Bread</h1><p>{PROSE}</p><h2>Steps</h2><ol><li>Mix</li><li><b>Bake</b></li></ol>
        <pre><code class="language-python">x = 1 &lt; 2</code></pre>
        <table><tr><th>Flour</th><th>Gram</th></tr><tr><td>Rye</td><td>500</td></tr></table></main>"""
    )
    assert "## Steps" in text
    assert "1. Mix\n2. **Bake**" in text
    assert "```python\nx = 1 < 2\n```" in text
    assert re.search(r"\| *Rye *\| *500 *\|", text)


def test_links_and_pictures_are_absolute() -> None:
    text = markdown(f"<main><p>{PROSE} See <a href='rye.html?a=1&amp;b=2'>rye</a> <img src=/i.png alt=Loaf></p></main>")
    assert "[rye](https://example.com/blog/rye.html?a=1&b=2)" in text
    assert "![Loaf](https://example.com/i.png)" in text


def test_links_honour_the_base_of_the_page() -> None:
    text = markdown(f"<head><base href='/other/'></head><main><p>{PROSE} See <a href='rye.html'>rye</a></p></main>")
    assert "(https://example.com/other/rye.html)" in text


def test_a_list_of_links_below_prose_goes_with_its_heading() -> None:
    links = "<h2>Read on</h2><ul><li><a href=1>The history of rye</a><li><a href=2>Ten ovens</a></ul>"
    text = markdown(f"<main>{ARTICLE}{links}</main>")
    assert "Read on" not in text
    assert "ovens" not in text


def test_a_page_that_is_a_list_of_links_keeps_it() -> None:
    links = "".join(f"<li><a href={n}>Chapter number {n}</a></li>" for n in range(30))
    text = markdown(f"<main><h1>Contents</h1><ul>{links}</ul></main>")
    assert text.count("Chapter number") == 30


def test_a_chapter_named_like_clutter_stays() -> None:
    text = markdown(
        f"<main>{ARTICLE}<section id='search-path'><h2>Search</h2><p>Paths are searched.</p></section></main>"
    )
    assert "Paths are searched." in text


def test_hidden_things_are_not_read() -> None:
    hidden = "<p hidden>one</p><p aria-hidden=true>two</p><p style='display: none'>three</p><template>four</template>"
    text = markdown(f"<main>{ARTICLE}{hidden}</main>")
    assert [word for word in ("one\n", "two", "three", "four") if word in text] == []


def test_the_content_of_a_noscript_counts_where_it_is_the_page() -> None:
    assert PROSE.strip() in markdown(f"<body><div id=app></div><noscript>{ARTICLE * 2}</noscript>")
    assert "enable" not in markdown(f"<body><main>{ARTICLE}</main><noscript>Please enable JavaScript.</noscript>")


def test_a_body_that_scripts_would_show_is_read() -> None:
    assert PROSE.strip() in markdown(f"<body style='display:none'><main>{ARTICLE}</main>")


def test_a_page_that_is_all_clutter_is_not_empty() -> None:
    assert "Hello" in markdown("<body><div role=banner>Hello</div>")


@pytest.mark.parametrize(
    "body", [b"", b" ", b"\0" * 5_000, b"%PDF-1.4\n" + bytes(range(32)) * 200, b"<script>x</script>"]
)
def test_what_holds_no_text_has_none(body: bytes) -> None:
    assert len(main_markdown(body, PAGE)) < 10


def test_the_encoding_that_the_page_declares_is_used() -> None:
    page = f"<meta charset=iso-8859-1><main><h1>B\xe4ckerei</h1><p>{PROSE}</p></main>"
    assert main_markdown(page.encode("latin-1"), PAGE).startswith("# Bäckerei")


@given(st.lists(tokens, max_size=40).map("".join))
def test_any_page_has_markdown_and_always_the_same(page: str) -> None:
    assert markdown(page) == markdown(page)


@given(st.binary(max_size=400))
def test_any_bytes_have_markdown(body: bytes) -> None:
    assert isinstance(main_markdown(body, "not a url"), str)


@pytest.mark.parametrize(
    "page",
    ["<div class=comments>" * 50_000 + PROSE * 100, "<ul><li><a href=x>y</a>" * 20_000, f"<div>{PROSE}" * 10_000],
    ids=["named", "links", "prose"],
)
def test_hostile_pages_cost_little(page: str) -> None:
    started = time.process_time()
    markdown(page)
    assert time.process_time() - started < 20


def plain(text: str) -> str:
    """Without markdown's marks and doubled space, so that markup does not hide a passage."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\\([\\`*_{}\[\]()#+.!|<>~-])", r"\1", text)
    return re.sub(r"\s+", " ", re.sub(r"[*_`#>|]+", "", text)).strip()


@pytest.mark.corpus
def test_real_articles_are_told_from_what_surrounds_them() -> None:
    folder = corpus("articles")
    right = missed = wrong = 0
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = plain(main_markdown((folder / "pages" / row["file"]).read_bytes(), row["url"]))
        found = sum(plain(passage) in text for passage in row["with"])
        right, missed = right + found, missed + len(row["with"]) - found
        wrong += sum(plain(passage) in text for passage in row["without"])
    precision, recall = right / (right + wrong), right / (right + missed)
    assert 2 * precision * recall / (precision + recall) > 0.88
