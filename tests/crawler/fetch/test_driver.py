"""How the browser is started, and through which proxy it goes."""

from __future__ import annotations

import os

import pytest
from scrapy import Request
from scrapy.http import Headers
from w3lib.http import basic_auth_header

from crawler.fetch.launching import launch_options
from crawler.fetch.persona import agent, proxy_of

CHROME = '"Chromium";v="156", "Google Chrome";v="156", "Not:A-Brand";v="8"'


@pytest.mark.parametrize(("user", "sandbox"), [(0, False), (1000, True)])
def test_the_sandbox_is_on_but_for_root(monkeypatch: pytest.MonkeyPatch, user: int, sandbox: bool) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert launch_options("/usr/bin/chromium")["chromium_sandbox"] is sandbox


def test_the_build_of_playwright_is_left_to_playwright() -> None:
    assert "executable_path" not in launch_options(None)


def test_a_request_without_a_proxy_goes_directly() -> None:
    assert proxy_of(Request("https://example.com")) is None


@pytest.mark.parametrize("password", ["sesame", "open/sesame@2:é"])
def test_the_proxy_of_a_request_is_taken_with_its_password(password: str) -> None:
    header = basic_auth_header("anna", password, encoding="utf-8")
    request = Request("https://example.com", headers={"Proxy-Authorization": header}, meta={"proxy": "http://p:3128"})
    assert proxy_of(request) == {"server": "http://p:3128", "username": "anna", "password": password}


def test_a_proxy_without_a_password_is_taken_as_it_is() -> None:
    assert proxy_of(Request("https://example.com", meta={"proxy": "http://p:3128"})) == {"server": "http://p:3128"}


def test_an_agent_without_client_hints_has_none_in_the_browser() -> None:
    headers = Headers({"User-Agent": "Longline/0.1.0", "Accept-Language": "de-DE,de;q=0.9,en;q=0.8"})
    assert agent(headers) == {"userAgent": "Longline/0.1.0", "acceptLanguage": "de-DE,de,en"}


def test_client_hints_of_a_request_are_those_of_the_browser() -> None:
    hints = {"Sec-CH-UA": CHROME, "Sec-CH-UA-Mobile": "?0", "Sec-CH-UA-Platform": '"Windows"'}
    data = agent(Headers({"User-Agent": "Mozilla/5.0 Chrome/156.0.0.0"} | hints))["userAgentMetadata"]
    assert data["brands"][1] == {"brand": "Google Chrome", "version": "156"}
    assert (data["platform"], data["mobile"]) == ("Windows", False)
