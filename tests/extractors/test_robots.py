"""Which line of a robots.txt decides, and that it is the one that the crawl obeys."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from protego import Protego

from extractors.robots import RobotsVerdict, explain, without_contact

AGENT = "Longline/0.1.0"
SITE = "https://example.com"
ROBOTS = """\
# Our rules
User-agent: *
Disallow: /private/   # nobody's business
Allow: /private/press
Disallow: /*.pdf$
Crawl-delay: 2

User-agent: Longline
User-agent: otherbot
Disallow: /search
Allow: /search/about
Sitemap: https://example.com/sitemap.xml
Disallow: /*?sort=

User-agent: Googlebot
Disallow: /

User-agent: longline
Disallow: /late
Allow: /late
"""


def verdict(path: str, agent: str = AGENT) -> tuple[bool, int | None, str | None]:
    said = explain(ROBOTS, SITE + path, agent)
    return said.allowed, said.line, said.text


@pytest.mark.parametrize(
    ("path", "agent", "expected"),
    [
        ("/", AGENT, (True, None, None)),
        ("/search?q=1", AGENT, (False, 10, "Disallow: /search")),
        ("/search/about", AGENT, (True, 11, "Allow: /search/about")),
        ("/jobs?sort=new", AGENT, (False, 13, "Disallow: /*?sort=")),
        ("/jobs?sort=new", "Mozilla/5.0 (compatible; OtherBot/1.0)", (False, 13, "Disallow: /*?sort=")),
        ("/late", AGENT, (True, 20, "Allow: /late")),
        ("/private/x", AGENT, (True, None, None)),
        ("/private/x", "somebody", (False, 3, "Disallow: /private/   # nobody's business")),
        ("/private/press/1", "somebody", (True, 4, "Allow: /private/press")),
        ("/a.pdf", "somebody", (False, 5, "Disallow: /*.pdf$")),
        ("/a.pdf?x", "somebody", (True, None, None)),
        ("/anything", "Googlebot", (False, 16, "Disallow: /")),
        ("/robots.txt", "Googlebot", (True, None, None)),
        ("/anything", "notgooglebot", (True, None, None)),
    ],
)
def test_the_longest_rule_of_the_agents_own_groups_decides(
    path: str, agent: str, expected: tuple[bool, int | None, str | None]
) -> None:
    assert verdict(path, agent) == expected


@pytest.mark.parametrize("robots", ["", "Disallow: /", "<html>no such page</html>", "User-agent: *\nDisallow:"])
def test_without_a_rule_all_is_allowed(robots: str) -> None:
    assert explain(robots, f"{SITE}/a", AGENT) == RobotsVerdict(allowed=True)


def test_lines_are_counted_as_an_editor_does() -> None:
    assert explain("\ufeff\r\nUser-agent: *\r\n\r\nDisallow: /a\r\n", f"{SITE}/a", AGENT).line == 4


fields = st.sampled_from(
    ["User-agent", "useragent", "Disallow", "Dissallow", "Allow", "Sitemap", "Crawl-delay", "Host", "Foo", "", "#"]
)
colons = st.sampled_from([": ", ":", " ", "  :  ", ""])
agents = st.sampled_from(["*", "Longline", "longline*", "line", "*bot", "other", "**", "", "l", "0.1.0", "long line"])
values = st.text(alphabet="/ab*$?=&%24F~é #.", max_size=10)
whole_values = st.one_of(
    values, agents, st.sampled_from(["/", "/*", "/a/index.html", "http://a/b", "/a$", "index.html"])
)
lines = st.builds("{}{}{}".format, fields, colons, whole_values)
files = st.lists(st.one_of(lines, st.text(max_size=15)), max_size=12).map("\n".join)
sound_lines = st.builds("{}: {}".format, st.sampled_from(["Allow", "Disallow"]), values.map("/{}".format))
sound_files = st.lists(sound_lines, max_size=8).map(lambda rules: "\n".join(["User-agent: longline", *rules]))
paths = st.one_of(
    st.text(alphabet="/ab*$?=&%24F~é.;", max_size=10),
    st.sampled_from(["a/index.html", "a/", "a", "robots.txt", "robots.txt;a", "robots.txt?a", "/a", "http://a/b"]),
)


@given(st.one_of(files, sound_files), paths, st.sampled_from([AGENT, "other", "my-longline-bot", " Longline ", ""]))
@example("User-agent: *\nAllow: /a/index.html\nDisallow: /a/", "a/", AGENT)
@example("User-agent: *\nDisallow: /a$b", "a$b", AGENT)
@example("User-agent: *\nDisallow: /%61%2f*$", "a%2Fb", AGENT)
def test_the_verdict_is_protegos(robots: str, path: str, agent: str) -> None:
    url = f"{SITE}/{path}"
    said = explain(robots, url, agent)

    assert said.allowed == Protego.parse(robots).can_fetch(url, agent)
    assert said.allowed or said.line


@given(sound_files, paths)
def test_the_line_that_is_named_says_by_itself_what_was_decided(robots: str, path: str) -> None:
    url = f"{SITE}/{path}"
    said = explain(robots, url, AGENT)
    if said.line is None:
        return

    rows = robots.splitlines()
    alone = f"{rows[0]}\n{rows[said.line - 1]}"

    assert said.text == rows[said.line - 1].strip()
    assert Protego.parse(alone).can_fetch(url, AGENT) == said.allowed
    if said.allowed:
        opposite = f"{alone}\nDisallow: /"
        assert Protego.parse(opposite).can_fetch(url, AGENT)


@pytest.mark.parametrize(
    "user_agent", ["Acme/1.0 (+https://acme.example/bot)", "Acme/1.0 (bot@acme.example)", "Acme/1.0 (https://bot/; x)"]
)
def test_robots_txt_does_not_speak_to_words_of_a_contact(user_agent: str) -> None:
    text = "User-agent: bot\nDisallow: /\n\nUser-agent: acme\nDisallow: /a\n"
    name = without_contact(user_agent)

    assert explain(text, "https://example.com/b", name).allowed
    assert not explain(text, "https://example.com/a", name).allowed
