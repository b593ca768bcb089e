"""Where the archive is, and how objects are put there."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypedDict
from urllib.parse import unquote, urlsplit

from schemas.archives import ANSWER_SECONDS, read_tags

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


class PutOptions(TypedDict, total=False):
    """What obstore's ``put`` takes beside a name and data."""

    attributes: dict[str, str]
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class ArchiveLocation:
    """The archive's URL; where the store is reached, if not where it usually is; and how it keeps objects.

    ``path_style``: the bucket stands in the path of an S3 URL (True), or before the host (False); None: in the path
    where there is an endpoint. ``tags``: ``name=value``, with commas between them.
    """

    url: str
    endpoint: str | None = None
    region: str | None = None
    path_style: bool | None = None
    encryption: str | None = None
    kms_key: str | None = None
    storage_class: str | None = None
    tags: str | None = None
    answer_seconds: float = ANSWER_SECONDS

    @classmethod
    def of(cls, settings: BaseSettings) -> Self:
        """By LONGLINE_ARCHIVE_URL and the others of that family, one for each field."""
        said = {one.name: settings[_setting(one.name)] for one in fields(cls)}
        return cls(**{name: value for name, value in said.items() if value is not None})

    def settings(self) -> dict[str, Any]:
        """The same in the words of Scrapy's settings."""
        return {_setting(one.name): getattr(self, one.name) for one in fields(self)}

    @property
    def scheme(self) -> str:
        """``file``, ``s3``, ``gs`` or ``az``."""
        return urlsplit(self.url).scheme

    @property
    def bucket(self) -> str:
        """That of ``s3`` and ``gs``, or the container of ``az``."""
        return urlsplit(self.url).netloc

    @property
    def prefix(self) -> str:
        """The folder in the bucket, without slashes at its ends; empty where there is none."""
        return urlsplit(self.url).path.strip("/")

    @property
    def by_path(self) -> bool:
        """Whether the bucket stands in the path of an S3 URL."""
        return self.endpoint is not None if self.path_style is None else self.path_style

    def put_options(self) -> PutOptions:
        """Storage class and tags of each object."""
        options = PutOptions()
        if self.storage_class:
            options["attributes"] = {"Storage-Class": self.storage_class}
        if self.tags:
            options["tags"] = read_tags(self.tags)
        return options


def _setting(name: str) -> str:
    return f"LONGLINE_ARCHIVE_{name.upper()}"


def local_folder(url: str) -> Path | None:
    """The folder of a ``file://`` URL, or None for another kind."""
    parts = urlsplit(url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None
