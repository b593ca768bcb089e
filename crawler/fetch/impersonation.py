"""Which TLS and HTTP/2 a browser's identity goes with: curl_cffi's nearest imitation of the same browser. No Scrapy."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, get_args

from crawler.fetch.browsers import Browser
from schemas.site import Impersonate

SETTING = "LONGLINE_IMPERSONATE"
PACKAGE = "curl_cffi"
HOW_TO_GET_IT = f"{sys.executable} -m pip install curl-cffi"
# Edge's network is Chromium's, on each of its platforms; on an iPhone, each browser's is the system's.
_FAMILIES: Mapping[str, str] = {"Chrome": "Chrome", "Edge": "Chrome", "Firefox": "Firefox", "Safari": "Safari"}
_APART = frozenset({"Android"})
"""Imitations that are years older than those of the same browser elsewhere."""


_SAFARI = re.compile(r"Version/(\d+\.\d+)")


class BadImpersonationError(ValueError):
    """LONGLINE_IMPERSONATE takes no such value."""


class NotInstalledError(RuntimeError):
    """Impersonation is asked for, and the package for it is not there."""


@cache
def is_installed() -> bool:
    """Whether requests can be impersonated here."""
    return find_spec(PACKAGE) is not None


def check_installed(who: str) -> None:
    """``who`` asks for it: the beginning of a sentence.

    Raises:
        NotInstalledError: in vain.
    """
    if not is_installed():
        raise NotInstalledError(
            f"{who} impersonation, and the package {PACKAGE} is not installed. Get it: {HOW_TO_GET_IT}"
        )


def read_setting(value: str | None) -> str:
    """What LONGLINE_IMPERSONATE says; without it, ``never``.

    Raises:
        BadImpersonationError: nothing that is known.
        NotInstalledError: ``auto``, and the package is not there.
    """
    said, known = value or "never", get_args(Impersonate)
    if said not in known:
        raise BadImpersonationError(f"{SETTING}={said}: it takes {' or '.join(known)}.")
    if said == "auto":
        check_installed(f"{SETTING}=auto asks for")
    return said


def newest() -> str:
    """The package, and the newest browser of each family that it imitates."""
    families = {family: max(_number(t) for t in _targets() if t["browser"] == family) for family in _FAMILIES.values()}
    return f"{PACKAGE} {version(PACKAGE)}, up to {', '.join(f'{name} {number:g}' for name, number in families.items())}"


def target_of(browser: Browser) -> str | None:
    """curl_cffi's name of what is nearest to a browser; None where it imitates none of its family."""
    return nearest(browser, _targets())


def nearest(browser: Browser, targets: Iterable[Mapping[str, Any]]) -> str | None:
    """The target of the same family, and for Safari of the same system, whose version is nearest; of two, the newer."""
    alike = [target for target in targets if _is_alike(browser, target)]
    distances = [(abs(_number(target) - _version(browser)), -_number(target)) for target in alike]
    return str(alike[distances.index(min(distances))]["target_name"]) if alike else None


def _is_alike(browser: Browser, target: Mapping[str, Any]) -> bool:
    if target["browser"] != _FAMILIES[browser.engine] or target["os"] in _APART:
        return False
    return browser.engine != "Safari" or browser.mobile == (target["os"] == "iOS")


def _version(browser: Browser) -> float:
    """Safari's TLS changes between main versions, too."""
    match = _SAFARI.search(browser.user_agent) if browser.engine == "Safari" else None
    return float(match[1]) if match else browser.version


def _number(target: Mapping[str, Any]) -> float:
    return float(".".join(str(target["version"]).split(".")[:2]))


@cache
def _targets() -> tuple[Mapping[str, Any], ...]:
    from curl_cffi.fingerprints import NATIVE_IMPERSONATE_TARGETS  # noqa: PLC0415 - 40 MB, and optional

    return tuple(NATIVE_IMPERSONATE_TARGETS)
