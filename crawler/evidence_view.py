"""What is in one page, and why: for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from crawler.why_words import count
from extractors.postings.reasons import ADDRESS, ALONE, NAMES, NOTHING, SOURCES

Data = dict[str, Any]
_MOST_POSTINGS = 10
_MOST_REST = 20
_LONGEST = 300
_LEFT_OUT = frozenset({"description_html", "date_precision", "platform", "tenant", "source_id", "title"})
"""Shown beside another field, or in the heading."""
_INDENT = (0, 0, 0, 2)


def show(found: Data, console: Console) -> None:
    """Print what ``describe`` gives with ``explain``."""
    page, gate = found["page"], found["gate"]
    console.print(Text(page["url"], "bold"), Text(f"  {page['body_bytes']:,} bytes", "dim"))
    console.print(_gate(gate))
    shown = list(zip(found["postings"], found["evidence"], strict=True))
    for posting, fields in shown[:_MOST_POSTINGS]:
        console.print(_posting(posting, fields))
    if len(shown) > _MOST_POSTINGS:
        console.print(Text(f"\nand {count(len(shown) - _MOST_POSTINGS, 'posting')} more: --json has all of them"))
    _rest(found, console)


def _gate(gate: Data) -> Text:
    said = Text("gate      ", "dim")
    if gate["kind"] != "ok":
        said.append(f"It {gate['says']}.", "red")
    elif gate["closed"]:
        said.append("Its head says that it is closed", "yellow").append(f": “{gate['closed']}”", "dim")
    else:
        said.append("A page of the site; nothing in its head says that a posting is closed.", "dim")
    return said


def _posting(posting: Data, fields: list[Data]) -> RenderableType:
    by_name = {one["field"]: one for one in fields}
    key = Text(f"  {posting['platform']} / {posting['tenant']} / {posting['source_id'][:20]}", "dim")
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(ratio=1)
    for one in [by_name["title"], *(one for one in fields if one["field"] not in _LEFT_OUT)]:
        table.add_row(one["field"], _field(one))
    heading = Text.assemble("\n", (posting["title"], "bold green"), key)
    sources = {said["source"] for one in fields for said in one["candidates"]} & SOURCES
    if len(sources) == 1:
        heading.append(f"\n  {NAMES[sources.pop()]} {ALONE}", "italic dim")
    return Group(heading, Padding(table, _INDENT))


def _field(one: Data) -> RenderableType:
    name, (taken, *others) = one["field"], one["candidates"]
    obvious = one["why"].endswith(ALONE) or (others and all(other["agrees"] for other in others))
    why = "" if obvious else one["why"]
    said = [] if taken["source"] in (ADDRESS, NOTHING) else [_said(taken)]
    reason = Text.assemble(*said, (f" ({why})" if said else why, "italic dim") if why else "")
    lines = [Text(words(name, one["value"])), reason, *(_other(name, other) for other in others)]
    return Group(*(line for line in lines if line))


def _said(candidate: Data) -> Text:
    """Who says it, and where."""
    name = NAMES.get(candidate["source"], str(candidate["source"])).removeprefix("the ")
    said = Text(name, "dim")
    return said.append(f" {candidate['where']}", "cyan dim") if candidate["where"] else said


def _other(name: str, other: Data) -> Text:
    if other["agrees"]:
        return Text.assemble(("= ", "green"), _said(other))
    return Text.assemble(("≠ ", "yellow"), words(name, other["value"]), "  ", _said(other))


def _rest(found: Data, console: Console) -> None:
    for one in found["rejected"][:_MOST_REST]:
        console.print(
            Text.assemble("\n", (str(one["data"].get("title") or "without a title"), "bold red"), "  rejected")
        )
        for problem in one["problems"]:
            console.print(Padding(f"{problem['field'] or 'the posting'}: {problem['problem']}", _INDENT))
    if found["left_out"]:
        console.print(Text(f"\n{count(len(found['left_out']), 'posting')} left out:", "dim"))
        console.print(Padding(Text(_some([f"{one['title']}: {one['reason']}" for one in found["left_out"]])), _INDENT))
    if not (found["postings"] or found["rejected"] or found["left_out"]):
        console.print("No posting: neither markup, nor data in its scripts, nor what a reader sees shows one for sure.")


def _some(titles: list[str]) -> str:
    more = f"\nand {len(titles) - _MOST_REST:,} more" if len(titles) > _MOST_REST else ""
    return "\n".join(titles[:_MOST_REST]) + more


def words(field: str, value: Any) -> str:
    """A field's value as people write it, in one line."""
    if field in ("locations", "applicant_scope"):
        return "  ·  ".join(map(_place, value))
    if field == "salary":
        return _salary(value)
    if field == "skills":
        return _each(f"{one['name']}{'' if one['source'] == 'explicit' else '*'}" for one in value)
    if field.startswith("description"):
        text = " ".join(str(value).split())
        return f"{len(str(value)):,} characters: {_short(text)}"
    if field in ("date_posted", "valid_through"):
        return str(value).removesuffix("T00:00:00+00:00").removesuffix("T00:00:00Z")
    return _each(map(str, value)) if isinstance(value, list) else _short(str(value))


def _place(place: Data) -> str:
    parts = [place[name] for name in ("city", "region", "country") if place.get(name)]
    said = ", ".join(parts) or str(place.get("raw"))
    return said if place.get("role", "office") == "office" else f"{said} ({place['role'].replace('_', ' ')})"


def _salary(salary: Data) -> str:
    ends = [f"{float(salary[end]):,.10g}" for end in ("min", "max") if salary.get(end) is not None]
    if not ends:
        return f"no amount: “{_each(salary.get('raw') or [])}”"
    period = f" a {salary['period']}" if salary.get("period") else ", period not said"
    more = len(salary.get("ranges") or []) - 1
    ranges = f"  (envelope of {more + 1} ranges)" if more > 0 else ""
    return f"{' to '.join(dict.fromkeys(ends))} {salary.get('currency') or 'of no currency'}{period}{ranges}"


def _each(texts: Iterable[str]) -> str:
    return _short(", ".join(texts))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]}…"
