"""Rules for networks: which hosts and addresses are private, so that no page may send a crawl there."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

import ada_url

Address = IPv4Address | IPv6Address

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_PRIVATE_NAMES = frozenset(
    ("localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home", "lan")
)
_HOME = ".home.arpa"


def _networks(words: str, *networks: str) -> list[tuple[IPv4Network | IPv6Network, str]]:
    return [(ip_network(network), words) for network in networks]


# The first that has the address says what it is. What the standard library calls global is so by the registries of
# IANA; some of that goes to machines next to ours all the same.
_NETWORKS = [
    *_networks("a cloud's metadata service", "169.254.169.254/32", "100.100.100.200/32", "168.63.129.16/32"),
    *_networks("a cloud's metadata service", "fd00:ec2::254/128", "fd20:ce::254/128"),
    *_networks("this machine itself", "127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128"),
    *_networks("a private address", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"),
    *_networks("a link-local address", "169.254.0.0/16", "fe80::/10"),
    *_networks("a carrier's own address", "100.64.0.0/10"),
    *_networks("a multicast address", "224.0.0.0/4", "ff00::/8"),
    *_networks("an address for benchmarks", "198.18.0.0/15", "2001:2::/48"),
    *_networks("an address for documentation", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
    *_networks("an address for documentation", "2001:db8::/32", "3fff::/20"),
    *_networks("a reserved address", "192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4"),
    *_networks("a tunnel's address", "::/96", "2001::/32", "64:ff9b:1::/48", "::ffff:0:0:0/96"),
]
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")  # no longer in use, but some systems still send it on as IPv4


def is_private_host(host: str) -> bool:
    """Is ``host`` (a name or an IP literal, with or without brackets) surely inside some private network?

    A name says little: what it resolves to must be asked again.
    """
    return why_private_host(host) is not None


@lru_cache(maxsize=4096)
def why_private_host(host: str) -> str | None:
    """What a name or an IP literal is that is surely inside some private network: ``this machine itself``; else None.

    A name without a dot is one of the network that we are in, or that the proxy is in.
    """
    host = host.removeprefix("[").removesuffix("]")
    address = address_in(host)
    if address is not None:
        return why_private(address)
    name = host.lower().rstrip(".")
    private = name.rpartition(".")[2] in _PRIVATE_NAMES or name.endswith(_HOME) or "." not in name
    return "a name of a private network" if private else None


@lru_cache(maxsize=4096)
def why_private(address: Address) -> str | None:
    """What an address is that is not of the public Internet; None for one that is.

    An IPv6 address that wraps an IPv4 one is judged by that: it is where the packets go.
    """
    inner = _wrapped(address) if isinstance(address, IPv6Address) else None
    if inner is not None and (words := why_private(inner)):
        return f"{words} ({inner})"
    for network, words in _NETWORKS:
        if address.version == network.version and address in network:
            return words
    public = inner or (address.is_global and not address.is_reserved)
    return None if public else "a reserved address"


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def address_in(host: str) -> Address | None:
    """The address that a browser takes ``host`` for: ``127.1`` and ``0x7f000001`` are some too; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(ada_url.parse_url(f"http://{host}/", ("hostname",))["hostname"])
    except ValueError:
        return None


def endpoint(host: str, port: int) -> str:
    """One spelling for all of a host, with its port: ``example.com:443``, ``127.0.0.1:8000``, ``[::1]:80``."""
    bare = host.removeprefix("[").removesuffix("]")
    address = address_in(bare)
    if address is None:
        return f"{bare.lower().rstrip('.')}:{port}"
    return f"[{address}]:{port}" if isinstance(address, IPv6Address) else f"{address}:{port}"


def endpoint_of(url: str) -> str:
    """The host that a URL leads to, with its port, as :func:`endpoint` has it; empty where it has none."""
    return _endpoint_of_origin(url[: end if (end := url.find("/", url.find("//") + 2)) > 0 else len(url)])


@lru_cache(maxsize=4096)
def _endpoint_of_origin(origin: str) -> str:
    try:
        parts = urlsplit(origin)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return ""
    return endpoint(parts.hostname, port) if parts.hostname else ""
