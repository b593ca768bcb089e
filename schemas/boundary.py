"""Which URLs belong to a site."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.addresses import normalize_url, site_host
from schemas.networks import is_private_host


class Boundary:
    """The hosts of a site: that of its start URL, those that its config adds, and where its start URL redirects to.

    ``http`` and ``https`` are one site, and so are ``www.example.com`` and ``example.com``.
    """

    def __init__(self, url: str, allowed_hosts: Iterable[str] = ()) -> None:
        self._private = is_private_host(_name(site_host(url)))
        self._hosts = {site_host(url), *map(_as_in_links, allowed_hosts)}
        # Most links of a page lead to where it is itself: no URL is taken apart twice.
        self._known: dict[str, bool] = {}

    def __contains__(self, url: str) -> bool:
        end = url.find("/", len("https://"))
        origin = url[:end] if end > 0 else url
        known = self._known.get(origin)
        if known is None:
            known = self._known[origin] = site_host(url) in self._hosts
        return known

    def adopt(self, url: str) -> None:
        """Take the host of a URL into the site. A public site cannot send us to a private address."""
        host = site_host(url)
        if self._private or not is_private_host(_name(host)):
            self._hosts.add(host)
            self._known.clear()


def _as_in_links(host: str) -> str:
    """People write ``Müller.example``; links, once they are normalised, ``xn--mller-kva.example``."""
    url = f"http://{host}/"
    return site_host(normalize_url(url) or url)


def _name(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).strip("[]")
