"""What the rules for hosts and files promise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.addresses import is_private_host, looks_binary, site_host


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.Example.com/a", "example.com"),
        ("https://example.com:443/", "example.com"),
        ("http://example.com:443/", "example.com:443"),
        ("http://example.com:8080/www.x", "example.com:8080"),
        ("http://jobs.example.com/", "jobs.example.com"),
        ("http://www.com/", "www.com"),
        ("http://www.localhost:8000/", "www.localhost:8000"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://127.0.0.1:80/", "127.0.0.1"),
    ],
)
def test_a_site_is_its_host_without_www(url: str, expected: str) -> None:
    assert site_host(url) == expected


@pytest.mark.parametrize(
    "host",
    """
    127.0.0.1 127.1 0x7f000001 2130706433 0177.0.0.1 127.0.0.1. 10.0.0.1
    172.16.0.1 192.168.1.1 169.254.169.254
    100.64.0.1 0.0.0.0 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 198.18.0.1
    ::1 [::1] :: fe80::1 fe80::1%eth0 fc00::1 fec0::1 ff02::1 2001:db8::1 ::7f00:1 ::ffff:127.0.0.1
    ::ffff:a00:1 64:ff9b::7f00:1 64:ff9b:1::808:808 2002:7f00:1::
    localhost LOCALHOST localhost. app.localhost printer.local metadata.google.internal
    """.split(),  # noqa: SIM905 - a list of hosts, not of quotes
)
def test_private_hosts_are_known(host: str) -> None:
    assert is_private_host(host)


@pytest.mark.parametrize(
    "host",
    """
    8.8.8.8 2606:4700::1111 [2606:4700::1111] ::ffff:8.8.8.8 64:ff9b::808:808
    example.com localhost.example.com
    internal.example.com local-jobs.example notlocalhost
    """.split(),  # noqa: SIM905 - a list of hosts, not of quotes
)
def test_public_hosts_are_not_private(host: str) -> None:
    assert not is_private_host(host)


@given(st.text(max_size=40))
def test_any_text_may_be_asked_for_as_a_host(host: str) -> None:
    assert is_private_host(host) in {True, False}


@pytest.mark.parametrize(
    "path",
    [
        "a.png",
        "A.JPG",
        "a.tar.gz",
        "setup.exe",
        "a.pdf",
        "a.docx",
        "a.mp4",
        "a.woff2",
        "style.css",
        "a.zip?v=2.html",
    ],
)
def test_files_that_are_no_pages_look_binary(path: str) -> None:
    assert looks_binary(f"https://example.com/files/{path}")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a",
        "a.html",
        "a.php?file=b.png",
        "jobs.txt",
        "feed.xml",
        "api.json",
        "v1.2/notes",
        "a.png/",
        "png",
        "wiki/File:Tree.jpg",
        "skills/node.js",
    ],
)
def test_pages_do_not_look_binary(path: str) -> None:
    assert not looks_binary(f"https://example.zip/{path}")
