"""Which hosts and addresses are private, however they are spelled."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.networks import endpoint, endpoint_of, is_private_host, why_private, why_private_host

PRIVATE = {
    "this machine itself": """
        127.0.0.1 127.255.255.254 127.1 127.0.1 0x7f000001 0x7f.1 0x7F.0x0.0x0.0x1 2130706433 0177.0.0.1 0177.1
        00000177.0.0.1 017700000001 127.0.0x0.1 127.0.0.1. 0 0x0 0.0.0.0 0.1.2.3 ::1 [::1] :: [::]
        \uff11\uff12\uff17.\uff10.\uff10.\uff11 \u2460\u2461\u2466.0.0.1 127\u30020\u30020\u30021 %31%32%37.0.0.1
        0:0:0:0:0:0:0:1
    """,
    "this machine itself (127.0.0.1)": """
        ::7f00:1 ::ffff:127.0.0.1 ::ffff:7f00:1 [::ffff:7f00:1] 64:ff9b::7f00:1 64:ff9b::127.0.0.1 2002:7f00:1::
        2001:0:0:0:0:0:80ff:fffe
    """,
    "a private address": """
        10.0.0.1 10.1 0xa000001 172.16.0.1 172.31.255.255 192.168.1.1 192.168.257 fc00::1 fd12::1 fec0::1
    """,
    "a private address (10.0.0.1)": "::ffff:a00:1 ::10.0.0.1 64:ff9b::a00:1 2002:a00:1::",
    "a link-local address": "169.254.1.1 fe80::1 fe80::1%eth0 febf::1",
    "a cloud's metadata service": """
        169.254.169.254 169.16689662 0xa9fea9fe 2852039166 0251.0376.0251.0376 100.100.100.200 168.63.129.16
        fd00:ec2::254 [fd00:ec2:0:0::254] fd20:ce::254
    """,
    "a cloud's metadata service (169.254.169.254)": "::ffff:169.254.169.254 ::ffff:a9fe:a9fe 64:ff9b::a9fe:a9fe",
    "a carrier's own address": "100.64.0.1 100.127.255.255",
    "a multicast address": "224.0.0.1 239.1.1.1 ff02::1",
    "an address for benchmarks": "198.18.0.1 198.19.255.255 2001:2::1",
    "an address for documentation": "192.0.2.1 198.51.100.1 203.0.113.1 2001:db8::1 3fff::1",
    "a reserved address": "192.0.0.1 192.88.99.1 240.0.0.0 255.255.255.255 4294967295 100::1 4000::1 5f00::1",
    "a tunnel's address": "::8.8.8.8 2001:0:1:2:3:4:f7f7:f7f7 64:ff9b:1::808:808 ::ffff:0:127.0.0.1",
    "a name of a private network": """
        localhost LOCALHOST localhost. loc\u00adalhost \u24dbocalhost app.localhost printer.local nas.lan wiki.corp
        metadata.google.internal redis.default.svc.cluster.local box.home.arpa localhost.localdomain redis
    """,
}
"""What each is called, and hosts that are it."""
PUBLIC = """
    8.8.8.8 1.1.1.1. 0x8080808 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 11.0.0.1 169.253.1.1 198.17.0.1
    2606:4700::1111 [2606:4700::1111] ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::
    example.com localhost.example.com internal.example.com local-jobs.example.org 127.0.0.1.example.com
"""


@pytest.mark.parametrize(
    ("words", "host"), [(words, host) for words, hosts in PRIVATE.items() for host in hosts.split()]
)
def test_private_hosts_are_known_and_named(words: str, host: str) -> None:
    assert (why_private_host(host), is_private_host(host)) == (words, True)


@pytest.mark.parametrize("host", PUBLIC.split())
def test_public_hosts_are_not_private(host: str) -> None:
    assert why_private_host(host) is None


@given(st.text(max_size=40))
def test_any_text_may_be_asked_for_as_a_host(host: str) -> None:
    assert is_private_host(host) in {True, False}


@given(st.ip_addresses(v=4))
def test_an_address_is_as_private_in_the_clothes_of_ipv6(address: IPv4Address) -> None:
    number = int(address)
    wraps = (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80)
    assert {bool(why_private(IPv6Address(wrap))) for wrap in wraps} == {bool(why_private(address))}


@given(st.ip_addresses())
def test_what_the_registries_call_private_is_never_public(address: IPv4Address | IPv6Address) -> None:
    if address.is_private or address.is_multicast or address.is_loopback or address.is_unspecified:
        # What wraps an address of IPv4 is judged by that, whatever a version of Python says of the wrapping.
        inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
        assert why_private(address) or (inner and not why_private(inner))


@given(st.ip_addresses(v=4))
def test_a_number_is_the_address_that_it_stands_for(address: IPv4Address) -> None:
    spellings = (str(int(address)), hex(int(address)), ".".join(oct(part).replace("o", "") for part in address.packed))
    assert {why_private_host(spelling) for spelling in spellings} == {why_private(ip_address(str(address)))}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.1/", "127.0.0.1:80"),
        ("https://Example.COM./a:9", "example.com:443"),
        ("http://[0:0::1]:8080/x", "[::1]:8080"),
        ("http://user:word@example.com:99?q", "example.com:99"),
        ("wss://example.com", "example.com:443"),
        ("http://example.com:99x/", ""),
        ("data:,start", ""),
    ],
)
def test_an_endpoint_has_one_spelling(url: str, expected: str) -> None:
    assert endpoint_of(url) == expected


def test_names_are_compared_without_case_and_last_dot() -> None:
    assert endpoint("Wiki.Example.", 80) == endpoint("wiki.example", 80)
