"""Recorded pages: a folder with a page, what is known of it, and the postings that a person has reviewed.

``<root>/<site>/<case>/`` holds ``page.html`` (or ``.json``, ``.xml``), ``meta.json`` and ``expected.json``. A field
that is taken out of an expected posting is not compared.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

from extractors.html import is_html
from extractors.postings import postings
from extractors.postings.document import Document
from schemas.posting import Posting
from schemas.selectors import PostingSelectors

Data = dict[str, Any]

ROOT = "tests/sites"
"""Where they are kept, below the folder of a project."""
_META, _EXPECTED = "meta.json", "expected.json"
_HOW = {"provenance", "conflicts", "description_html"}
"""Fields that say how a posting was read, or the same as others at length."""
_MOST_LINES = 20


class RecordedError(ValueError):
    """A recorded page cannot be written, or is not whole; says which, and what to do."""


class Meta(BaseModel):
    """What is known of a page beside its bytes. ``fetched`` stands still: relative dates count from there."""

    model_config = ConfigDict(extra="forbid")

    url: str
    content_type: str = ""
    fetched: AwareDatetime
    posting_selectors: PostingSelectors = PostingSelectors()


@dataclass(frozen=True, slots=True)
class Case:
    """One recorded page."""

    folder: Path

    def __str__(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    def document(self) -> Document:
        """The page as it is read.

        Raises:
            RecordedError: a file is missing, or is not what it has to be.
        """
        try:
            meta = Meta.model_validate_json((self.folder / _META).read_bytes())
            body = next(self.folder.glob("page.*")).read_bytes()
        except (OSError, ValueError, StopIteration) as error:
            raise RecordedError(f"{self.folder} is no recorded page: {error or 'it has no page.*'}") from error
        return _document(body, meta)

    def read(self) -> list[Data]:
        """The postings that the page is read as today, as ``expected.json`` has them.

        Raises:
            RecordedError: see ``document``.
            ValidationError: a posting does not pass.
        """
        return [_record(found) for found in postings(self.document())]

    def expected(self) -> list[Data]:
        """The postings as a person has reviewed them.

        Raises:
            RecordedError: they are missing, or no JSON.
        """
        try:
            found: list[Data] = json.loads((self.folder / _EXPECTED).read_bytes())
        except (OSError, ValueError) as error:
            raise RecordedError(f"{self.folder / _EXPECTED} cannot be read: {error}") from error
        return found

    def accept(self) -> None:
        """Take what the page is read as today for what is expected."""
        _write(self.folder / _EXPECTED, self.read())


def cases(root: Path | str = ROOT) -> list[Case]:
    """All recorded pages below a folder, by site and name."""
    return [Case(meta.parent) for meta in sorted(Path(root).glob(f"*/*/{_META}"))]


def record(folder: Path, body: bytes, meta: Meta) -> Case:
    """Write a page and what it is read as; the folder is made.

    Raises:
        RecordedError: there is such a folder already.
        ValidationError: a posting of the page does not pass: there is nothing to expect yet.
    """
    if folder.exists():
        raise RecordedError(f"{folder} is there already: give another --case, or take it away.")
    found = [_record(one) for one in postings(_document(body, meta))]
    folder.mkdir(parents=True)
    (folder / f"page.{_suffix(body, meta.content_type)}").write_bytes(body)
    _write(folder / _META, meta.model_dump(mode="json", exclude_defaults=True))
    _write(folder / _EXPECTED, found)
    return Case(folder)


def difference(case: Case) -> str:
    """What a page is read as other than expected, posting by posting and field by field; empty where all is the same.

    Raises:
        RecordedError: the folder is not whole.
        ValidationError: a posting does not pass any more.
    """
    expected, read = case.expected(), case.read()
    lines: list[str] = []
    for want in expected:
        got = next((one for one in read if _is_same(want, one)), None)
        if got is None:
            lines.append(f"missing: {want.get('title')}")
            continue
        read.remove(got)
        changed = [line for name in want if want[name] != got.get(name) for line in _changed(name, want, got)]
        lines += [f"{want.get('title')}:", *(f"  {line}" for line in changed)] if changed else []
    lines += [f"not expected: {one['title']}" for one in read]
    return "\n".join([f"{case.folder} is read otherwise than expected.", *lines]) if lines else ""


def _document(body: bytes, meta: Meta) -> Document:
    document = Document.read(meta.url, body, meta.content_type, meta.fetched)
    document.selectors = meta.posting_selectors
    return document


def _record(found: Data) -> Data:
    return Posting.model_validate(found).model_dump(mode="json", exclude=_HOW)


def _suffix(body: bytes, content_type: str) -> str:
    if is_html(body, content_type):
        return "html"
    return "json" if body.lstrip()[:1] in (b"{", b"[") else "xml"


def _write(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _is_same(want: Data, got: Data) -> bool:
    """By the key, or by the title where the key has changed."""
    return got["source_id"] == want.get("source_id") or bool(got["title"] == want.get("title"))


def _changed(name: str, want: Data, got: Data) -> Iterator[str]:
    old, new = want[name], got.get(name)
    yield name
    if isinstance(old, str) and isinstance(new, str) and "\n" in old + new:
        lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm=""))[3:]
        yield from (f"  {line}" for line in lines[:_MOST_LINES] if not line.startswith("@@"))
    else:
        yield f"  expected  {json.dumps(old, ensure_ascii=False)}"
        yield f"  read      {json.dumps(new, ensure_ascii=False)}"


def now() -> datetime:
    """This moment, to the second."""
    return datetime.now().astimezone().replace(microsecond=0)
