"""Why a page could not be kept. One class for each cause; each ends the job."""

from __future__ import annotations


class StorageError(RuntimeError):
    """Pages cannot be kept any more: the job must stop."""


class ArchiveError(StorageError):
    """The archive does not take or give bytes."""


class DatabaseError(StorageError):
    """PostgreSQL does not take rows."""


class RowError(RuntimeError):
    """PostgreSQL refused the rows of one page; the others go on."""


class RejectedItemError(ValueError):
    """An item of somebody's own spider did not pass, and there is no page to set it aside with."""


class NoJobError(StorageError):
    """Records come without a job that they could belong to."""
