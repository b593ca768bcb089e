"""Values as JavaScript writes them: unquoted names, single quotes, ``undefined``, and parameters of a function."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*|/\*.*?\*/)"
    r"|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`(?:[^`\\$]|\\.|\$(?!\{))*`)"
    r"|(?P<date>new\s+Date\s*\(\s*(?:\"[^\"\\]*\"|'[^'\\]*'|-?\d+)\s*\))"
    r"|(?P<call>(?:new\s+)?[A-Za-z_$][\w$.]*\s*\()"
    r"|(?P<word>void 0|!0|!1|[A-Za-z_$][\w$]*)"
    r"|(?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<mark>[\[\]{}(),:])",
    re.DOTALL,
)
_WORDS = {"true": "true", "!0": "true", "false": "false", "!1": "false", "null": "null"}
_NOTHING = frozenset({"undefined", "void 0", "NaN", "Infinity"})
_CODE = frozenset({"function", "return", "if", "for", "while", "var", "let", "const", "async", "class", "typeof"})
_OPENED, _CLOSED = {"(": "[", "[": "[", "{": "{"}, {")": "]", "]": "]", "}": "}"}
_JS_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|x[0-9a-fA-F]{2}|\r?\n|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_FUNCTION = re.compile(r"\(?function\s*\(([\w$,\s]{1,20000})\)\s*\{")
_ASSIGNMENT = re.compile(r"\s*([A-Za-z_$][\w$]*)((?:\.[A-Za-z_$][\w$]*|\[\d{1,6}\])+)\s*=\s*")
_RETURN = re.compile(r"\s*return\s*(?=[\[{(])")
_STEP = re.compile(r"\.([\w$]+)|\[(\d+)\]")
_CALLED = re.compile(r"\s*;?\s*\}\s*\)?\s*(?=\()")
_NAME = "\x00name"
_MOST_NAMES = 20_000
_MOST_VALUES = 100_000
_DEEPEST = 200


@dataclass(slots=True)
class Budget:
    """How many characters may still be looked at: most of what begins like a value is code, some of it to its end."""

    left: int = 1_000_000


def literal(text: str, start: int = 0, budget: Budget | None = None) -> tuple[Any, int]:
    """The value that begins at ``start``, and where it ends; ``(None, start)`` where it is code.

    A name that stands for a value elsewhere is None.
    """
    value, end = _literal(text, start, budget or Budget())
    return (_Scope({}).of(value), end) if end > start else (None, start)


def string(text: str, start: int = 0) -> tuple[str | None, int]:
    """The string that begins at ``start`` with its quote, and where it ends."""
    match = _TOKEN.match(text, start)
    if match is None or match.lastgroup != "string":
        return None, start
    return _plain(match[0]), match.end()


def called(text: str, start: int, budget: Budget | None = None) -> tuple[Any, int]:
    """What ``(function(a,b){b.x=a;return {…}}(1,{}))`` gives, where it does no more than that."""
    budget = budget or Budget()
    head = _FUNCTION.match(text, start)
    if head is None:
        return None, start
    position = head.end()
    changes: list[tuple[str, str, Any]] = []
    while (match := _ASSIGNMENT.match(text, position)) and len(changes) < _MOST_NAMES:
        value, position = _literal(text, match.end(), budget)
        if position == match.end():
            return None, start
        changes.append((match[1], match[2], value))
        position += text[position : position + 1] in (";", ",")
    body = _RETURN.match(text, position)
    value, position = _literal(text, body.end(), budget) if body else (None, start)
    tail = _CALLED.match(text, position) if body and position > body.end() else None
    given, end = _literal(text, tail.end(), budget) if tail else (None, start)
    if not isinstance(given, list):
        return None, start
    given = _Scope({}).of(given)
    scope = _Scope(dict(zip((name.strip() for name in head[1].split(",")), given, strict=False)))
    for name, path, changed in changes:
        _change(scope.names.get(name), path, scope.of(changed))
    return scope.of(value), end


def _literal(text: str, start: int, budget: Budget) -> tuple[Any, int]:
    """As ``literal`` does, with names as objects of their own."""
    pieces: list[str] = []
    end = _collect(text, start, start + budget.left, pieces)
    budget.left -= abs(end) - start
    if end < 0:
        return None, start
    try:
        return json.loads("".join(pieces), strict=False), end
    except (ValueError, RecursionError):
        return None, start


def _collect(text: str, start: int, limit: int, pieces: list[str]) -> int:
    """Put the tokens of a value behind the pieces; where it ends, negative where it is none."""
    depth, position = 0, start
    while position < limit and depth < _DEEPEST:
        match = _TOKEN.match(text, position)
        if match is None or match[0] in _CODE:
            break
        position = match.end()
        if match.lastgroup == "space":
            continue
        depth += _take(pieces, match, text)
        if depth < 0:
            break
        if not depth and pieces[-1] not in ":,":
            return position
    return -max(position, start, 1)


def _take(pieces: list[str], match: re.Match[str], text: str) -> int:
    """Put a token as JSON has it behind the pieces; by how much it changes the depth."""
    token, kind = match[0], match.lastgroup
    if kind == "mark" and token in _OPENED:
        pieces.append(_OPENED[token])
        return 1
    if kind == "mark" and token in _CLOSED:
        if pieces and pieces[-1] == ",":
            pieces.pop()
        pieces.append(_CLOSED[token])
        return -1
    if kind == "call":
        pieces.append("[")
        return 1
    pieces.append(token if kind == "mark" else _as_json(token, kind or "", text, match.end()))
    return 0


_KEY = re.compile(r"\s*:")


def _as_json(token: str, kind: str, text: str, end: int) -> str:
    if kind == "string":
        return token if token[0] == '"' and "\\x" not in token and "\\'" not in token else json.dumps(_plain(token))
    if kind == "date":
        inner = token[token.index("(") + 1 : -1].strip()
        return json.dumps(inner[1:-1]) if inner[0] in "\"'" else inner
    if _KEY.match(text, end):
        return json.dumps(token)
    if kind == "number":
        return str(float(token)) if "." in token else token
    return _WORDS.get(token) or ("null" if token in _NOTHING else json.dumps({_NAME: token}))


def _plain(quoted: str) -> str:
    """A string literal's text."""
    text = _JS_ESCAPE.sub(_character, quoted[1:-1])
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(match: re.Match[str]) -> str:
    escape = match[1]
    if escape[0] in "ux" and len(escape) > 1:
        return chr(min(int(escape[1:].strip("{}"), 16), 0x10FFFF))
    return "" if escape.endswith("\n") else _ESCAPED.get(escape, escape)


class _Scope:
    """What names stand for; each is copied where it is used, so that nothing holds itself, up to a bound."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names
        self._left = _MOST_VALUES

    def of(self, value: Any, depth: int = 60) -> Any:
        """The value with what its names stand for."""
        self._left -= 1
        if not depth or self._left < 0:
            return None
        if isinstance(value, list):
            return [self.of(one, depth - 1) for one in value]
        if not isinstance(value, dict):
            return value
        if _NAME in value:
            return self.of(self.names.get(str(value[_NAME])), depth - 1)
        return {name: self.of(one, depth - 1) for name, one in value.items()}


def _change(target: Any, path: str, value: Any) -> None:
    """``a.b[0] = value``; nothing where there is no such place."""
    steps = [match[1] if match[1] is not None else int(match[2]) for match in _STEP.finditer(path)]
    for step in steps[:-1]:
        target = _inner(target, step)
    last = steps[-1]
    if isinstance(target, dict) and isinstance(last, str):
        target[last] = value
    elif isinstance(target, list) and isinstance(last, int) and last < _MOST_NAMES:
        target.extend([None] * (last + 1 - len(target)))
        target[last] = value


def _inner(target: Any, step: str | int) -> Any:
    if isinstance(target, dict):
        return target.get(str(step))
    return target[step] if isinstance(target, list) and isinstance(step, int) and step < len(target) else None
