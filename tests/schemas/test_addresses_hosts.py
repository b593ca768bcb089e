"""What the rules for hosts and files promise."""

from __future__ import annotations

import pytest

from schemas.addresses import looks_binary, site_host


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
