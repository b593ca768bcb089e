"""What an item of somebody's own spider is in the table ``record``: its kind, its key, its data.

kind: the item's field ``kind``, else the attribute ``kind`` of its class, else the name of its class in small letters
without ``Item``. A dict without that field is of the only kind that the spider's ``keys`` names, else an ``item``.

key: the fields that the spider's attribute ``keys`` names, for a kind (``{"book": "isbn", "offer": ("shop", "isbn")}``)
or for every item (``"isbn"``), else those that the attribute ``key`` of its class names. Where nothing is declared, a
digest of the data: an item that comes again unchanged is the same record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any
from uuid import UUID

import orjson
from itemadapter import ItemAdapter

from pipelines.cleaning import Cleaner, clean_text
from pipelines.rows import content_key

Problem = dict[str, str]

# A row of an index holds 2,704 bytes.
LONGEST_KIND, LONGEST_KEY = 100, 2500
_ANY_KIND = ""
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class KeyDeclarationError(ValueError):
    """A spider's ``keys``, or the ``key`` of an item's class, is not what it should be."""


class NoItemError(TypeError):
    """A spider yielded something that has no fields."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The fields that make the key, by kind."""

    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def declared(cls, keys: Any) -> Keys:
        """Read a spider's attribute ``keys``; None: it has none.

        Raises:
            KeyDeclarationError: with an example of what it should be.
        """
        if keys is None:
            return cls()
        if isinstance(keys, Mapping):
            return cls({str(kind): _names("keys", names) for kind, names in keys.items()})
        return cls({_ANY_KIND: _names("keys", keys)})

    def of(self, kind: str, item: Any) -> tuple[str, ...]:
        """The fields that make the key of an item; none where nothing is declared."""
        found = self.fields.get(kind) or self.fields.get(_ANY_KIND)
        if found or isinstance(item, dict) or "key" in ItemAdapter(item).field_names():
            return found or ()
        own = getattr(type(item), "key", None)
        return () if own is None else _names("key", own)

    def kind(self, item: Any) -> str:
        """The kind of an item."""
        adapter = ItemAdapter(item)
        kind = adapter.get("kind") if "kind" in adapter else getattr(type(item), "kind", None)
        if isinstance(kind, str) and kind:
            return kind
        if not isinstance(item, dict):
            return _WORD.sub("_", type(item).__name__.removesuffix("Item")).lower() or "item"
        named = self.fields.keys() - {_ANY_KIND}
        return next(iter(named)) if len(named) == 1 else "item"


def read(item: Any, keys: Keys, cleaner: Cleaner | None = None) -> tuple[str, str, dict[str, Any], list[Problem]]:
    """Kind, key, data fit for JSON, and why the item may not pass: ``{"field": …, "problem": …}`` each.

    ``cleaner`` counts the texts that PostgreSQL would refuse as they are.

    Raises:
        NoItemError: it is no dict, dataclass, attrs, pydantic or Scrapy item.
        KeyDeclarationError: its class declares no usable key.
    """
    if not ItemAdapter.is_item(item):
        raise NoItemError(f"A {type(item).__name__} is no item. Yield a dict, dataclass, attrs or pydantic object.")
    kind = clean_text(keys.kind(item))
    plain = Plain(cleaner or Cleaner())
    data = {
        plain.cleaner.clean(str(name)): plain.value(value, str(name))
        for name, value in ItemAdapter(item).asdict().items()
    }
    names = keys.of(kind, item)
    key = _key(data, names, plain.problems) if names else content_key(data)
    if len(kind.encode()) > LONGEST_KIND:
        plain.problems.append({"field": "kind", "problem": f"is longer than {LONGEST_KIND} bytes"})
    return kind, key, data, plain.problems


def _key(data: dict[str, Any], names: tuple[str, ...], problems: list[Problem]) -> str:
    parts = []
    for name in names:
        value = data.get(name)
        if value is None or value == "":
            problems.append({"field": name, "problem": "is missing, but is part of the key"})
        elif isinstance(value, bool | list | dict):
            problems.append({"field": name, "problem": "is part of the key, so it must be text or a number"})
        parts.append(str(value))
    key = parts[0] if len(parts) == 1 else orjson.dumps(parts).decode()
    if len(key.encode()) > LONGEST_KEY:
        problems.append({"field": names[0], "problem": f"makes a key of more than {LONGEST_KEY} bytes"})
    return key


@dataclass(slots=True)
class Plain:
    """Turns values into those that JSON has, and notes what it has not."""

    cleaner: Cleaner
    problems: list[Problem] = field(default_factory=list)

    def value(self, value: Any, path: str) -> Any:
        """The same value for JSON; ``path`` names it in a problem."""
        if isinstance(value, Mapping):
            return {self.cleaner.clean(str(key)): self.value(part, f"{path}.{key}") for key, part in value.items()}
        if isinstance(value, set | frozenset):
            value = sorted(value, key=str)
        if isinstance(value, list | tuple):
            return [self.value(part, f"{path}.{number}") for number, part in enumerate(value)]
        return self._single(value.value if isinstance(value, Enum) else value, path)

    def _single(self, value: Any, path: str) -> Any:
        if isinstance(value, str):
            return self.cleaner.clean(value)
        if isinstance(value, float) and not isfinite(value):
            return self._refuse(value, path, "must be a finite number")
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, date | time):
            return value.isoformat()
        if isinstance(value, Decimal | UUID):
            return str(value)
        return self._refuse(value, path, f"is a {type(value).__name__}, which JSON does not have")

    def _refuse(self, value: Any, path: str, problem: str) -> str:
        self.problems.append({"field": clean_text(path), "problem": problem})
        return clean_text(str(value))


def _names(attribute: str, names: Any) -> tuple[str, ...]:
    names = (names,) if isinstance(names, str) else names
    if isinstance(names, tuple | list) and names and all(isinstance(name, str) and name for name in names):
        return tuple(names)
    raise KeyDeclarationError(
        f'{attribute} = {names!r}: name the fields that make the key, as "isbn" or ("shop", "isbn"). '
        f'The keys of a spider may do so for each kind, as {{"book": "isbn"}}.'
    )
