"""Why a page or an item could not be kept. One class for each cause; a ``StorageError`` ends the job."""

from __future__ import annotations

from scrapy.exceptions import DropItem


class StorageError(RuntimeError):
    """Pages cannot be kept any more: the job must stop."""


class ArchiveError(StorageError):
    """The archive does not take or give bytes."""


class MissingObjectError(ArchiveError):
    """The archive has no object of that name."""


class ArchiveAwayError(ArchiveError):
    """The archive gives no answer, or one that may be another a little later."""


class DatabaseError(StorageError):
    """PostgreSQL does not take rows."""


class StoppedError(StorageError):
    """What was on its way was cut off: the crawl was stopped by force, or a stage closed too early."""


class RowError(RuntimeError):
    """PostgreSQL refused the rows of one page; the others go on."""


class RejectedItemError(ValueError):
    """An item of somebody's own spider did not pass, and there is no page to set it aside with."""


class SetAsideError(DropItem):
    """An item of somebody's own spider did not pass, and was set aside with its page and its reasons."""


class NoJobError(StorageError):
    """Records come without a job that they could belong to."""
