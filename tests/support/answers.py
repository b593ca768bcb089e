"""Recorded answers: a line with the verdict, perhaps one with the URL, then the answer as it comes over the wire."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from extractors.blocked import Seen

FOLDER = Path(__file__).resolve().parents[1] / "extractors" / "blocked"
URL = "https://example.com/careers/42"


@dataclass(frozen=True)
class Recorded:
    """``verdict``: the kind of the answer, and whose work it is (``captcha: DataDome``)."""

    name: str
    verdict: str
    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def seen(self) -> Seen:
        """As it is judged."""
        headers: dict[str, str] = {}
        for name, value in self.headers:
            known = headers.get(name.lower())
            headers[name.lower()] = value if known is None else f"{known}, {value}"
        return Seen(self.url, self.status, headers, self.body)


def read(path: Path) -> Recorded:
    """The answer in a file."""
    head, _, body = path.read_bytes().partition(b"\n\n")
    verdict, *lines = head.decode().rstrip("\n").split("\n")
    url = lines.pop(0) if lines[0].startswith("https://") else URL
    status = int(lines.pop(0).split()[1])
    headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
    return Recorded(path.stem, verdict, url, status, headers, body.rstrip(b"\n"))


def recorded(folder: str) -> list[Recorded]:
    """All of ``answers`` (walls and errors) or ``pages`` (which are none)."""
    return [read(path) for path in sorted((FOLDER / folder).glob("*.http"))]


def answer(name: str) -> Recorded:
    """One of ``answers``."""
    return read(FOLDER / "answers" / f"{name}.http")
