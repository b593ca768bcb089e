"""Which line of a robots.txt decides about a URL (RFC 9309), by the rules of Protego, which the crawl obeys.

The longest rule that matches wins, and of two that are as long, the one that allows. Groups for one user agent are
merged. Protego takes more than the RFC says, and so does this: directives that are misspelled or lack their colon, user
agents with stars, and ``/index.html``, which stands for its folder too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlparse, urlsplit

_DISALLOW = frozenset({"disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"})
_ALLOW = frozenset({"allow"})
_USER_AGENT = frozenset({"user-agent", "useragent", "user agent"})
_OF_THE_WHOLE_SITE = frozenset({"sitemap", "sitemaps", "site-map", "host"})
_OTHERS = frozenset({"crawl-delay", "crawl delay", "request-rate", "request rate", "visit-time", "visit time"})
_DIRECTIVES = _DISALLOW | _ALLOW | _USER_AGENT | _OF_THE_WHOLE_SITE | _OTHERS
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_INDEX = "/index.html"
_CONTACT = re.compile(r"[a-z]+://[^\s;,)]*|[^\s;,(+]+@[^\s;,)]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RobotsVerdict:
    """Whether a URL may be fetched, and the line that says so: its number, from 1, and its text. Without: no rule."""

    allowed: bool
    line: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    allows: bool
    pattern: str
    line: int


def without_contact(user_agent: str) -> str:
    """A user agent without URLs and mail addresses: robots.txt is not spoken to by words that stand in them."""
    return _CONTACT.sub("", user_agent)


def explain(robots_txt: str, url: str, user_agent: str) -> RobotsVerdict:
    """What a robots.txt says of a URL to a user agent (a whole header will do), and by which line."""
    if urlparse(url).path == "/robots.txt":
        return RobotsVerdict(allowed=True)
    lines, path = robots_txt.splitlines(), _plain_path(url)
    rules = [rule for rule in _rules_for(user_agent, _groups(lines)) if _matches(rule.pattern, path)]
    if not rules:
        return RobotsVerdict(allowed=True)
    winner = max(rules, key=lambda rule: (len(rule.pattern), rule.allows))
    return RobotsVerdict(winner.allows, winner.line, lines[winner.line - 1].strip())


def _rules_for(user_agent: str, groups: dict[str, list[_Rule]]) -> list[_Rule]:
    """The rules of the longest name that the user agent has, else those for all."""
    agent = user_agent.strip().lower()
    best = max(groups, key=lambda name: _likeness(name, agent), default=None)
    return groups[best] if best is not None and _likeness(best, agent) else []


def _likeness(name: str, agent: str) -> int:
    if name == "*":
        return 1
    return len(name) if re.search(rf"(?<![\w-]){re.escape(name)}", agent) else 0


def _groups(lines: list[str]) -> dict[str, list[_Rule]]:
    """The rules by user agent, in their order."""
    groups: dict[str, list[_Rule]] = {}
    current: dict[str, None] = {}
    last = None
    for number, line in enumerate(lines, start=1):
        field, value = _directive(line.partition("#")[0].strip())
        if field in _USER_AGENT and last is not None and last not in _USER_AGENT:
            current = {}
        last = last if not field or field in _OF_THE_WHOLE_SITE else field
        if field in _USER_AGENT:
            current |= dict.fromkeys(_names(value))
            groups |= {name: [] for name in current if name not in groups}
        elif field in _ALLOW or field in _DISALLOW:
            for name in current:
                groups[name] += _rules(field in _ALLOW, value, number)
    return groups


def _names(value: str) -> Iterator[str]:
    """A user agent, and where it has stars, it without them."""
    name = value.lower()
    yield from filter(None, (name, name.replace("*", "") if name != "*" else ""))


def _directive(line: str) -> tuple[str, str]:
    """Its name, in small letters, and its value; of a line that is none, two empty texts."""
    name, colon, value = line.partition(":")
    name = name.strip().lower()
    if colon and (name in _DIRECTIVES or not value or value[0].isspace()):
        return name, value.strip()
    words = line.split()
    for count in (1, 2):
        beginning = " ".join(words[:count]).lower()
        if beginning in _DIRECTIVES:
            return beginning, " ".join(words[count:])
    return (name, value.strip()) if colon else ("", "")


def _rules(allows: bool, value: str, line: int) -> Iterator[_Rule]:
    """What one line means: a $ that is not at the end is a plain character, and one at the end may be."""
    if "$" in value:
        yield _Rule(allows, _plain_pattern(value.replace("$", "%24")), line)
    pattern = _plain_pattern(value)
    if pattern:
        yield _Rule(allows, pattern, line)
    if allows and pattern.endswith(_INDEX):
        yield _Rule(allows, pattern.removesuffix(_INDEX) + "/$", line)


def _matches(pattern: str, path: str) -> bool:
    anchored = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not others:
        return path == first if anchored else path.startswith(first)
    if not path.startswith(first):
        return False
    place = len(first)
    for part in others[:-1]:
        found = path.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    last = others[-1]
    return path.endswith(last) and len(path) - len(last) >= place if anchored else path.find(last, place) >= 0


def _plain_path(url: str) -> str:
    """The path and query, escaped in one way."""
    url = url.partition("#")[0]
    parts = urlsplit(url)
    path = _escaped(f"{parts.path}?{parts.query}" if "?" in url else parts.path, kept=b"/%", safe="/%=")
    return path if path.startswith("/") else f"/{path}"


def _plain_pattern(value: str) -> str:
    if value.startswith(("http://", "https://")):
        value = f"/{value}"
    anchor = "$" if value.endswith("$") else ""
    return _escaped(value.removesuffix("$"), kept=b"/%*", safe="/%*=") + anchor


def _escaped(text: str, kept: bytes, safe: str) -> str:
    """With the escapes undone that need not be, but for those of ``kept``, and with those that must be."""

    def plain(escape: re.Match[bytes]) -> bytes:
        byte = bytes.fromhex(escape[1].decode())
        return escape[0].upper() if byte in kept else byte

    if "%" in text:
        text = _ESCAPE.sub(plain, text.encode()).decode(errors="replace")
    return quote(text, safe=safe)
