"""What an answer is: a page, or something in its place."""

from __future__ import annotations

from extractors.blocked import walls
from extractors.blocked.evidence import quote, verdict
from extractors.blocked.rules import VENDORS, Rule
from extractors.blocked.seen import LARGEST, Facts, Seen
from extractors.blocked.shell import is_empty_shell, may_be_shell
from schemas.verdicts import OK, Kind, Verdict

ANSWERS = frozenset({204, 205, 304, 404, 410, 451})
"""Statuses that say what became of a page: no bans."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LARGEST_SHELL = 4 * 1024 * 1024
"""Bytes of a page that may be parsed to see whether it is an empty shell: some carry their data in a script."""
_BY_HEADER = tuple(rule for rule in VENDORS if rule.header and not (rule.title or rule.code or rule.words))
_NAMES = frozenset(rule.header[0] for rule in _BY_HEADER if rule.header)
# Of each rule by content, what stands in the bytes: where nothing of it does, no such rule holds.
_TITLES = tuple(dict.fromkeys(title for rule in VENDORS for title in rule.title))
_CODES = tuple(dict.fromkeys(rule.code[0] for rule in VENDORS if rule.code))
_WORDS = tuple({words.encode(): 0 for rule in VENDORS if not rule.code and not rule.title for words in rule.words})


def judge(answer: Seen) -> Verdict:
    """What an answer is, and what shows it. Any bytes and headers have a verdict; most pages take microseconds.

    A certain sign decides; where there is none, the answer is a page. Statuses that say what became of a page (404,
    410, 304, 204) are no bans, whatever else is there.
    """
    if answer.status in ANSWERS:
        return OK
    facts = Facts(answer)
    if answer.status in REDIRECTS:
        return walls.redirect(facts)
    found = _by_header(facts) or _of_page(facts) if facts.good else _of_error(facts)
    return found or OK


def _by_header(facts: Facts) -> Verdict | None:
    if _NAMES.isdisjoint(facts.seen.headers):
        return None
    return next((_verdict(rule, facts) for rule in _BY_HEADER if holds(rule, facts)), None)


def _of_page(facts: Facts) -> Verdict | None:
    """Of an answer with the status of a page. First a look at its bytes: most pages need no other."""
    if not facts.seen.body or not facts.html:
        return None
    error = walls.error_title(facts)
    found = walls.error_page(facts) if error else None
    if facts.many_links:
        return found
    return (_in_place(facts) if len(facts.seen.body) <= LARGEST else None) or found or _shell(facts)


def _in_place(facts: Facts) -> Verdict | None:
    """Of a page with few links, and not too long."""
    found = _by_content(facts) if _suspicious(facts) else None
    return found or walls.captcha(facts) or walls.refusal(facts) or walls.login(facts)


def _of_error(facts: Facts) -> Verdict | None:
    """Of an error's answer: it refuses, or says that something else is wrong."""
    return _by_content(facts) or walls.captcha(facts) or walls.refused(facts)


def _suspicious(facts: Facts) -> bool:
    low, title = facts.low, facts.title
    return title.startswith(_TITLES) or any(code in low for code in _CODES) or any(words in low for words in _WORDS)


def _by_content(facts: Facts) -> Verdict | None:
    return next((_verdict(rule, facts) for rule in VENDORS if holds(rule, facts)), None)


def holds(rule: Rule, facts: Facts) -> bool:
    """Whether all that a rule asks for is there: the cheap first."""
    if rule.statuses and facts.status not in rule.statuses:
        return False
    headers = facts.seen.headers
    if rule.header and (rule.header[0] not in headers or rule.header[1] not in headers[rule.header[0]].lower()):
        return False
    if rule.cookie and f"{rule.cookie}=" not in headers.get("set-cookie", ""):
        return False
    return _content_holds(rule, facts)


def _content_holds(rule: Rule, facts: Facts) -> bool:
    if rule.title and not facts.title.startswith(rule.title):
        return False
    if not all(code in facts.low for code in rule.code):
        return False
    if not (rule.title or rule.code or rule.words):
        return True
    if facts.good and not _may_be_in_place(rule, facts):
        return False
    if rule.words and not any(words in facts.text for words in rule.words):
        return False
    return not rule.text_under or len(facts.text) < rule.text_under


def _may_be_in_place(rule: Rule, facts: Facts) -> bool:
    if not facts.slight or (not rule.code and len(facts.text) >= walls.LITTLE):
        return False
    # In an article about such pages, the code is quoted.
    return not any(code.decode() in facts.text for code in rule.code)


def _verdict(rule: Rule, facts: Facts) -> Verdict:
    signs = [f"status {facts.status}"]
    if rule.header:
        signs.append(f"header {rule.header[0]}: {quote(facts.seen.headers[rule.header[0]])}")
    if rule.cookie:
        signs.append(f"cookie {rule.cookie}")
    if rule.title:
        signs.append(f"title {quote(facts.title)}")
    signs += [f"{code.decode()} in its code" for code in rule.code]
    if rule.words:
        signs.append(quote(next(words for words in rule.words if words in facts.text)))
    return verdict(rule.kind, rule.by, *signs)


def _shell(facts: Facts) -> Verdict | None:
    body = facts.seen.body
    if facts.status != 200 or not facts.html or len(body) > LARGEST_SHELL or not may_be_shell(body):
        return None
    if not is_empty_shell(facts.whole_tree()):
        return None
    return verdict(Kind.EMPTY_SHELL, None, "scripts, and next to nothing to see")
