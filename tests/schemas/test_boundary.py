"""Which URLs belong to a site, and where a redirect may move it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.boundary import Boundary

PRIVATE = (
    "http://localhost/",
    "http://127.0.0.1:8000/",
    "http://[::1]:8000/",
    "http://10.0.0.7/",
    "http://169.254.1.1/",
)
hosts = st.from_regex(r"[a-c]{1,3}(\.[a-c]{1,3}){1,2}", fullmatch=True)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "http://example.com/a/b?c=d",
        "https://www.example.com/",
        "http://www.example.com:80/",
        "https://example.com?without=a/slash",
        "https://example.com",
    ],
)
def test_a_site_has_its_host_by_both_schemes_and_with_www(url: str) -> None:
    assert url in Boundary("https://example.com/start")
    assert url in Boundary("http://www.example.com/")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/",
        "https://jobs.example.com/",
        "https://example.com.evil.example/",
        "https://notexample.com/",
        "https://example.com:8443/",
        "https://example.com@evil.example/",
        "https://evil.example/https://example.com/",
        "https://evil.example?https://example.com/",
    ],
)
def test_everything_else_is_another_site(url: str) -> None:
    assert url not in Boundary("https://example.com/")


def test_one_answer_does_not_spoil_another() -> None:
    boundary = Boundary("http://example.com/")

    assert "http://example.com" in boundary
    assert "http://example.co/" not in boundary
    assert "http://example.org" not in boundary
    assert "http://example.com/" in boundary


@given(own=hosts, asked=st.lists(hosts, max_size=5))
def test_answers_do_not_depend_on_what_was_asked_before(own: str, asked: list[str]) -> None:
    boundary = Boundary(f"http://{own}/")
    urls = [f"http://{host}{end}" for host in asked for end in ("", "/", "/a")]

    assert [url in boundary for url in urls] == [url in Boundary(f"http://{own}/") for url in urls]


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("jobs.example.com", "https://jobs.example.com/1"),
        ("www.example.org", "https://example.org/"),
        ("example.com:8080", "http://example.com:8080/"),
        ("Jobs.Example.COM", "https://jobs.example.com/"),
        ("müller.example", "https://xn--mller-kva.example/"),
        ("[2001:db8::1]:8080", "http://[2001:db8::1]:8080/"),
    ],
)
def test_a_config_may_add_hosts(allowed: str, url: str) -> None:
    assert url not in Boundary("https://example.com/")
    assert url in Boundary("https://example.com/", [allowed])


def test_a_port_is_part_of_the_host() -> None:
    boundary = Boundary("http://127.0.0.1:8000/")

    assert "http://127.0.0.1:8000/a" in boundary
    assert "http://127.0.0.1:8001/a" not in boundary
    assert "http://127.0.0.1/a" not in boundary


def test_a_site_may_move_to_another_public_host() -> None:
    boundary = Boundary("https://example.com/")
    assert "https://example.org/a" not in boundary

    boundary.adopt("https://example.org/")

    assert "https://example.org/a" in boundary
    assert "https://example.com/a" in boundary


@pytest.mark.parametrize("private", PRIVATE)
def test_a_public_site_cannot_move_to_a_private_address(private: str) -> None:
    boundary = Boundary("https://example.com/")

    boundary.adopt(private)

    assert private not in boundary


@pytest.mark.parametrize("private", PRIVATE)
def test_a_private_site_may_move_anywhere(private: str) -> None:
    boundary = Boundary(private)

    for url in ("http://127.0.0.2:9000/", "https://example.com/"):
        boundary.adopt(url)
        assert url in boundary
