"""What waits for its rows to be committed: pages, and items of people's own spiders."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from pipelines import rows
from pipelines.batch import Row
from pipelines.cleaning import Cleaner
from pipelines.counting import counts_of, item_counts
from pipelines.sieve import problem
from schemas.page import ArchivePointer, OwnItem, Page


@dataclass(slots=True)
class Waiting:
    """A page with its address in the archive and its own row, and whoever waits for its rows.

    ``sifted``: those of its records that PostgreSQL refuses are set aside.
    """

    page: Page
    pointer: ArchivePointer
    row: Row
    committed: asyncio.Future[None]
    sifted: bool = False

    @classmethod
    def of(cls, page: Page, pointer: ArchivePointer) -> Waiting:
        """Make the page's own row, once, and count in the page what had to be cleaned for it."""
        cleaner = Cleaner()
        if page.unchanged:
            row = rows.unchanged_row(page, page.unchanged, cleaner)
        else:
            row = rows.page_row(page, pointer, cleaner)
        with suppress(RecursionError):  # data that are too deep cannot be stored: see pipelines/sieve.py
            cleaner.clean([record.data for record in page.rejected])
        page.pointer = pointer
        page.cleaned += cleaner.count
        return cls(page, pointer, row, asyncio.get_running_loop().create_future())

    @property
    def job_id(self) -> UUID:
        """The job that it is counted in."""
        return self.page.job_id

    @property
    def what(self) -> str:
        """For a sentence about it."""
        return self.page.url

    @property
    def leased(self) -> bool:
        """It is counted elsewhere."""
        return self.page.leased

    @property
    def counts(self) -> dict[str, int]:
        """What it adds to its job."""
        return counts_of(self.page)


@dataclass(slots=True)
class WaitingItem:
    """An item of somebody's own spider, and whoever waits for its row."""

    item: OwnItem
    committed: asyncio.Future[None]

    @property
    def job_id(self) -> UUID:
        """The job that it is counted in."""
        return self.item.job_id

    @property
    def what(self) -> str:
        """For a sentence about it."""
        return f"{self.item.kind} {self.item.key}"

    @property
    def leased(self) -> bool:
        """It is counted elsewhere."""
        return self.item.leased

    @property
    def counts(self) -> dict[str, int]:
        """What it adds to its job."""
        return item_counts(rejected=bool(self.item.problems), cleaned=self.item.cleaned)

    def set_aside(self, reason: str) -> bool:
        """Have it go to ``rejected_record``, where it came from a page and is not on its way there already."""
        if self.item.problems or self.item.url is None:
            return False
        self.item.problems.append(problem(reason))
        return True


Batch = list[Waiting | WaitingItem]
