"""A site's configuration as it is stored and written, and what is wrong with it in words for those who write it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from schemas.site import SiteConfig

MAX_SHOWN = 60
HUGE = 10**18
PLAIN_WORDS = {
    "missing": "must be given",
    "extra_forbidden": f"is not a field of a site ({', '.join(SiteConfig.model_fields)})",
    "tuple_type": "must be a list",
    "model_type": "must be a mapping of fields to values",
    "invalid_key": "is not a field: a field is a word",
}
Place = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """``place`` is the way to the field: ``("expect", "pages")``; empty where the whole is at fault."""

    place: Place
    message: str


class InvalidConfigError(ValueError):
    """A site's configuration has problems, at least one."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, p.place))}: {p.message}" for p in problems))
        self.problems = problems


def checked_config(raw: Any) -> SiteConfig:
    """The configuration that ``raw`` (a mapping, of whatever was written) means.

    Raises:
        InvalidConfigError: names every problem.
    """
    try:
        return SiteConfig.model_validate(raw)
    except ValidationError as error:
        reasons = error.errors(include_url=False, include_context=False)
        problems = [
            Problem(tuple(reason["loc"]), _message(reason["type"], reason["msg"], reason["input"]))
            for reason in reasons
        ]
        raise InvalidConfigError(problems) from None


def config_json(config: SiteConfig) -> dict[str, Any]:
    """What is stored and exported: only what differs from the defaults."""
    return config.model_dump(mode="json", exclude_defaults=True)


def _message(kind: str, message: str, value: Any) -> str:
    if kind in PLAIN_WORDS:
        return PLAIN_WORDS[kind]
    rule = message.removeprefix("Value error, ").replace("Input should be", "must be", 1)
    return f"{rule[:1].lower()}{rule[1:]}; it is {_shown(value)}"


def _shown(value: Any) -> str:
    """Short, and safe for what YAML can mean: an alias of aliases, a number of a million digits."""
    if value is None:
        return "empty"
    if isinstance(value, (list, tuple, dict)):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and abs(value) >= HUGE:
        return "a huge number"
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
