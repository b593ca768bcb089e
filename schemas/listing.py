"""A listing: what one job saw of one list of postings. Complete ones prove that what is not in them is not there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

FEW = 3
"""Postings by which a list may fall at once, however short it is."""

Count = Annotated[int, Field(ge=0)]


class Listing(BaseModel):
    """Of the board (``platform``, ``tenant``), from the list at ``url``.

    ``declared_total``: how many the list says there are; None: it does not say. ``listed``: how many were read from it.
    ``complete``: whoever read it saw its end, and nothing was left out. ``problems``: what was left out, in sentences.
    """

    model_config = ConfigDict(extra="forbid")

    url: str
    platform: Annotated[str, Field(min_length=1)]
    tenant: Annotated[str, Field(min_length=1)]
    declared_total: Count | None = None
    listed: Count = 0
    complete: bool = False
    problems: tuple[str, ...] = ()

    def judged(self, before: int, shrink_percent: int) -> Listing:
        """The same, and not complete where something speaks against that.

        ``before``: how many there were when the list was last complete.
        """
        found = list(self.problems)
        if self.declared_total is not None and self.listed < self.declared_total:
            found.append(f"It says that it has {self.declared_total:,} postings, and listed {self.listed:,}.")
        if fell(before, self.listed, shrink_percent):
            found.append(
                f"It fell from {before:,} postings to {self.listed:,}: by more than shrink_percent: {shrink_percent}."
            )
        found = list(dict.fromkeys(found))
        return self.model_copy(update={"complete": self.complete and not found, "problems": tuple(found)})


def fell(before: int, listed: int, percent: int) -> bool:
    """Whether a list shrank so suddenly that it is likelier to be cut off."""
    return before - listed > max(FEW, before * percent / 100)


@dataclass(frozen=True, slots=True)
class WholeCrawl:
    """A job that went through a whole site: what it may have missed.

    ``problems``: why it is no proof, in sentences. ``left_out``: what each such crawl leaves out, by cause, as links
    that robots.txt does not allow: no problem while there are not more of them than when the crawl was last complete.
    """

    problems: tuple[str, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)

    def since(self, before: dict[str, int]) -> tuple[str, ...]:
        """All that speaks against it; ``before``: what was left out by the crawl that was complete."""
        more = [
            f"More is left out than when it was last complete: {cause} {count:,} times, then {before.get(cause, 0):,}."
            for cause, count in sorted(self.left_out.items())
            if count > before.get(cause, 0)
        ]
        return (*self.problems, *more)
