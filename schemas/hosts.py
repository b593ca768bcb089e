"""Hosts and user agents as people write them."""

from __future__ import annotations

import re

from schemas.addresses import normalize_url

_NOT_IN_A_HOST = re.compile(r"[/\\?#@*%,;\s\x00-\x1f]")
_USER_AGENT = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,510}[\x21-\x7e])?")


def check_host(host: str) -> None:
    """Refuse what is no host, with or without a port.

    Raises:
        ValueError: names it, and says what may stand there.
    """
    if _NOT_IN_A_HOST.search(host) or host.endswith(":") or normalize_url(f"http://{host}/") is None:
        raise ValueError(f"{host!r} is no host: write example.com or example.com:8080, without http:// and path")


def check_user_agent(user_agent: str) -> None:
    """Refuse what cannot be sent as a User-Agent.

    Raises:
        ValueError: says what may stand there.
    """
    if not _USER_AGENT.fullmatch(user_agent):
        raise ValueError(
            "must be one line of up to 512 ASCII characters, such as: Acme/1.0 (+https://acme.example/bot)"
        )
