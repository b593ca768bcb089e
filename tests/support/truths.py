"""What a person has read on recorded pages, beside what the extractors read there."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractors.postings.names import company_key

Data = dict[str, Any]
Reader = Callable[["Recorded"], list[Data]]
"""From a page to postings in the shape of ``schemas.posting.Posting``, as JSON has them."""

_LETTERS = str.maketrans("łŁ", "lL")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A page, where it is from (empty: nobody knows), and its postings; none: it holds no open one."""

    name: str
    url: str
    file: Path
    wants: list[Data]


@dataclass(frozen=True, slots=True)
class Score:
    """For each field how often the truth says something of it, and how often that was read."""

    asked: Counter[str]
    right: Counter[str]

    def share(self, field: str) -> float:
        """0 to 1; 1 where nothing is asked."""
        return self.right[field] / self.asked[field] if self.asked[field] else 1.0


def recorded(folder: Path, *, judged: bool = True) -> list[Recorded]:
    """The pages of a folder that have a truth; or all, judged or not."""
    found = []
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        truth = folder / "truth" / f"{row['id']}.json"
        if truth.is_file() or not judged:
            said = json.loads(truth.read_text(encoding="utf-8")) if truth.is_file() else {}
            wants = said.get("postings") or ([said] if said.get("is_job_posting") else [])
            file = folder / "pages" / row["file"]
            found.append(Recorded(row["id"], row["url"] or "", file, wants))
    return found


def score(pages: Iterable[Recorded], read: Reader) -> Score:
    """Compare what is read with what there is. ``negative``: pages without an open posting, on which none is read."""
    counted = Score(Counter(), Counter())
    for page in pages:
        for field, is_right in _judged(page, read(page)):
            counted.asked[field] += 1
            counted.right[field] += is_right
    return counted


def _judged(page: Recorded, found: list[Data]) -> Iterator[tuple[str, bool]]:
    if not page.wants:
        yield "negative", not any(one.get("status", "open") == "open" for one in found)
    for want in page.wants:
        titled = (one for one in found if _plain(one.get("title")) == _plain(want["title"]))
        yield from compared(want, next(titled, found[0] if found and len(page.wants) == 1 else {}))


def compared(want: Data, got: Data) -> Iterator[tuple[str, bool]]:
    """Each field that the truth speaks of, and salary where it says that there is none; whether it is right."""
    yield "title", _plain(want["title"]) == _plain(got.get("title"))
    yield "salary", _same_pay(want.get("salary") or {}, got.get("salary") or {})
    yield from ((field, is_same(want, got)) for field, (is_asked, is_same) in _COMPARED.items() if is_asked(want))
    text = " ".join((got.get("description_text") or "").split())
    for words in want.get("description_contains") or []:
        yield "description", " ".join(words.split()) in text


def _has(name: str) -> Callable[[Data], bool]:
    return lambda want: bool(want.get(name))


def _same_day(name: str) -> Callable[[Data, Data], bool]:
    return lambda want, got: want[name][:10] == (got.get(name) or "")[:10]


def _same_company(want: Data, got: Data) -> bool:
    return company_key(_plain(want["company"])) == company_key(_plain(got.get("company")))


def _same_kinds(want: Data, got: Data) -> bool:
    return _kinds(want["employment_type"]) == set(got.get("employment_types") or [])


def _same_skills(want: Data, got: Data) -> bool:
    listed = {_plain(one["name"]) for one in got.get("skills") or [] if one["source"] == "explicit"}
    return {_plain(_name(one)) for one in want["skills"]} <= listed


def _workplace(want: Data) -> str | None:
    return want.get("workplace_type") or ("remote" if want.get("remote") else None)


def _name(skill: Any) -> str:
    return str(skill["name"] if isinstance(skill, dict) else skill)


def _plain(text: Any) -> str:
    """Without capitals, accents, and punctuation at the ends."""
    apart = unicodedata.normalize("NFKD", str(text or "").translate(_LETTERS))
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()
    return " ".join(bare.split()).strip(" .,;:-\u2013|")


def _parts(record: Data, part: str) -> set[str]:
    places = record.get("locations") or []
    return {_plain(one[part]) for one in places if one.get(part) and one.get("role") != "remote_scope"}


def _kinds(said: Any) -> set[str]:
    words = said if isinstance(said, list) else re.split(r"[,/]", said)
    return {re.sub(r"\W+", "_", word.strip().upper()) for word in words}


def _same_pay(want: Data, got: Data) -> bool:
    """A currency or a period that the page does not say may be left open."""
    if (want.get("min"), want.get("max")) != (got.get("min"), got.get("max")):
        return False
    if want.get("min") is None and want.get("max") is None:
        return True
    currency, period = got.get("currency"), got.get("period")
    open_currency = want.get("currency_stated") is False and not currency
    open_period = want.get("period_stated") is False and not period
    same_period = (period or "") == (want.get("period") or "").lower()
    return (open_currency or currency == want.get("currency")) and (open_period or same_period)


_COMPARED: dict[str, tuple[Callable[[Data], bool], Callable[[Data, Data], bool]]] = {
    "company": (_has("company"), _same_company),
    "cities": (lambda want: bool(_parts(want, "city")), lambda want, got: _parts(want, "city") == _parts(got, "city")),
    "countries": (
        lambda want: bool(_parts(want, "country")),
        lambda want, got: _parts(want, "country") == _parts(got, "country"),
    ),
    "workplace": (
        lambda want: _workplace(want) is not None,
        lambda want, got: _workplace(want) == got.get("workplace_type"),
    ),
    "employment": (_has("employment_type"), _same_kinds),
    "date_posted": (_has("date_posted"), _same_day("date_posted")),
    "valid_through": (_has("valid_through"), _same_day("valid_through")),
    "status": (_has("status"), lambda want, got: want["status"] == got.get("status")),
    "skills": (_has("skills"), _same_skills),
}
"""For each field whether a truth says something of it, and whether a posting says the same."""
