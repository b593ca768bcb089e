"""A request as plain values, and back: only what differs from a plain GET."""

from __future__ import annotations

from typing import Any

from scrapy import Request, Spider
from scrapy.utils.request import request_from_dict

from frontier.codec import dumps

_DEFAULTS: dict[str, Any] = {
    "method": "GET",
    "headers": {},
    "body": b"",
    "cookies": {},
    "meta": {},
    "encoding": "utf-8",
    "priority": 0,
    "dont_filter": False,
    "flags": [],
    "cb_kwargs": {},
}


class NotQueueableError(ValueError):
    """A request holds what cannot be written down."""


def check(request: Request, spider: Spider) -> None:
    """See that a request of somebody's own spider can be queued, where its maker still hears of it.

    Raises:
        NotQueueableError: names the request and the reason.
    """
    try:
        dumps(to_dict(request, spider))
    except (ValueError, TypeError, OverflowError) as error:
        raise NotQueueableError(
            f"{request} cannot be queued: {error}. Its callbacks must be methods of the spider; its meta and cb_kwargs "
            f"may hold text, numbers, lists and dicts."
        ) from error


def to_dict(request: Request, spider: Spider) -> dict[str, Any]:
    """What ``from_dict`` needs. Scrapy's own walks through all of a spider's members for each callback.

    Raises:
        ValueError: a callback is not a method of the spider.
    """
    values: dict[str, Any] = {"url": request.url}
    for name in ("callback", "errback"):
        function = getattr(request, name)
        function = getattr(function, "original", function)
        if function is not None:
            values[name] = _method_name(spider, function)
    for name, default in _DEFAULTS.items():
        value = getattr(request, name)
        if value != default:
            values[name] = dict(value) if name == "headers" else value
    if type(request) is not Request:
        values["_class"] = f"{type(request).__module__}.{type(request).__qualname__}"
        own = (name for name in request.attributes if name not in values and name not in _DEFAULTS)
        values |= {name: getattr(request, name) for name in own}
    return values


def from_dict(values: dict[str, Any], spider: Spider) -> Request:
    """The request that ``to_dict`` wrote down."""
    return request_from_dict(values, spider=spider)


def _method_name(spider: Spider, function: Any) -> str:
    name = getattr(function, "__name__", "")
    if getattr(spider, name, None) != function:
        raise ValueError(f"{function!r} is not a method of {spider!r}: a callback must be one to be queued.")
    return str(name)
