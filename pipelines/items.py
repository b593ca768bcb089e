"""What the stages accept: our ``Page``, or any item with its fields (dict, dataclass, attrs, pydantic)."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from itemadapter import ItemAdapter

from schemas.page import Page

_FIELDS = tuple(field.name for field in fields(Page))
_REQUIRED = tuple(f.name for f in fields(Page) if f.default is MISSING and f.default_factory is MISSING)


def as_page(item: Any) -> Page | None:
    """The item as a ``Page``, or None where it lacks one of a page's required fields."""
    if isinstance(item, Page):
        return item
    if not ItemAdapter.is_item(item):
        return None
    adapter = ItemAdapter(item)
    if any(name not in adapter for name in _REQUIRED):
        return None
    return Page(**{name: adapter[name] for name in _FIELDS if name in adapter})
