"""A page in the browser cannot reach a private address by anything that it loads, opens or runs."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.conftest import missing
from tests.journeys.conftest import Rows
from tests.journeys.reading import pages_of
from tests.support.browser import find_browser
from tests.support.crawl import Crawled, Scrapy
from tests.support.listener import Listener, listening
from tests.support.lure import Lure, Said, lure
from tests.support.processes import ROOT
from tests.support.proxies import forward_proxy

HOSTS = ("127.0.0.1", "localhost", "[::1]", "0x7f.1", "is.127-0-0-1.test")
PAGE = """<!doctype html><title>Lure</title><h1>Lure</h1>
<script src="{secret}/script"></script>
<link rel="stylesheet" href="{secret}/style"><link rel="preload" as="script" href="{secret}/preload">
<link rel="prefetch" href="{secret}/prefetch"><link rel="preconnect" href="{secret}">
<link rel="dns-prefetch" href="{secret}"><link rel="manifest" href="{secret}/manifest">
<style>@import url("{secret}/import"); @font-face {{ font-family: x; src: url("{secret}/font") }}</style>
<iframe src="{secret}/frame"></iframe><iframe src="/jump"></iframe><object data="{secret}/object"></object>
<embed src="{secret}/embed"><img src="{secret}/picture"><video src="{secret}/film"></video>
<p style="font-family:x">x</p><script>
const ports = new URL("{secret}").host
const quietly = (run) => {{ try {{ const made = run(); if (made && made.catch) made.catch(() => 0) }} catch {{}} }}
quietly(() => fetch("{secret}/fetch", {{mode: "no-cors"}}))
quietly(() => fetch("/moved", {{mode: "no-cors"}}))
quietly(() => {{ const x = new XMLHttpRequest(); x.open("GET", "{secret}/xhr"); x.send() }})
quietly(() => navigator.sendBeacon("{secret}/beacon", "x"))
quietly(() => new WebSocket("ws://" + ports + "/socket"))
quietly(() => new WebSocket("wss://" + ports + "/socket"))
quietly(() => new EventSource("{secret}/events"))
quietly(() => new Worker("/worker.js"))
quietly(() => navigator.serviceWorker.register("/worker.js"))
quietly(() => window.open("{secret}/window"))
quietly(() => {{
  const server = {{urls: "turn:" + ports + "?transport=tcp", username: "a", credential: "b"}}
  const peer = new RTCPeerConnection({{iceServers: [server, {{urls: "stun:" + ports}}]}})
  peer.createDataChannel("x")
  peer.createOffer().then((offer) => peer.setLocalDescription(offer))
}})
quietly(() => {{ const form = document.createElement("form"); form.action = "{secret}/form"; form.target = "f"
  document.body.append(form); form.submit() }})
</script><iframe name="f"></iframe><p>{words}</p>"""
WORKER = 'try {{ importScripts("{secret}/in-worker") }} catch {{}}\nfetch("{secret}/by-worker", {{mode: "no-cors"}})'
KINDS = {"/script", "/style", "/frame", "/fetch", "/xhr", "/socket", "/events", "/jumped", "/moved"}
"""What a browser that is allowed to do so asks for, among other things."""


@pytest.fixture
def secret() -> Iterator[Listener]:
    """What must not be reached."""
    with listening() as listener:
        yield listener


def traps(secret: Listener, hosts: tuple[str, ...] = HOSTS) -> dict[str, Said]:
    """A start page, and a page for each way to write the private host, with all that a page may try."""
    pages = {
        "/": Said("<h1>Start</h1>" + "".join(f'<a href="/{place}">{host}</a>' for place, host in enumerate(hosts))),
        "/jump": Said(location=secret.url(path="/jumped")),
        "/moved": Said(location=secret.url(path="/moved")),
        "/worker.js": Said(WORKER.format(secret=secret.url(path="")), "text/javascript"),
    }
    for place, host in enumerate(hosts):
        pages[f"/{place}"] = Said(PAGE.format(secret=secret.url(host, ""), words="word " * 200))
    return pages


def crawled(scrapy: Scrapy, site: Lure, **environment: str) -> Crawled:
    if find_browser() is None:
        missing("There is no browser (Debian: apt install chromium)")
    names = ("-s", "LONGLINE_RESOLVER=tests.support.names.Names")
    words = ("-a", f"url={site.url()}", "-a", "render=always", "-L", "INFO")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | environment
    return scrapy.run("crawl", "site", *names, *words, strict=False, timeout=400, **environment)


def rendered(rows: Rows, site: Lure) -> set[str]:
    pages = pages_of(rows, site.url(""))
    return {path for path, row in pages.items() if (row["status"], row["tier"]) == (200, "browser")}


def test_nothing_of_a_page_reaches_a_private_address(scrapy: Scrapy, rows: Rows, secret: Listener) -> None:
    with lure(traps(secret)) as site:
        done = crawled(scrapy, site)
        assert done.status == 0, done.stdout + done.stderr
        assert rendered(rows, site) == {"/", *(f"/{place}" for place in range(len(HOSTS)))}
    assert secret.heard == []
    for host in ("127.0.0.1", "localhost", "is.127-0-0-1.test"):
        assert f"A page asked for {host}:{secret.port}: refused, {host} " in done.stderr


def test_nor_through_a_forward_proxy(scrapy: Scrapy, rows: Rows, secret: Listener) -> None:
    with lure(traps(secret, HOSTS[-2:])) as site, forward_proxy("127.0.0.7", user="anna", password="sesame") as proxy:
        done = crawled(scrapy, site, LONGLINE_PROXIES=proxy.url)
        assert done.status == 0, done.stdout + done.stderr
        assert rendered(rows, site) == {"/", "/0", "/1"}
    assert secret.heard == []


def test_a_page_that_is_allowed_to_reaches_it_in_all_these_ways(scrapy: Scrapy, secret: Listener) -> None:
    """So that the other tests refuse something."""
    with lure(traps(secret, HOSTS[:1])) as site:
        done = crawled(scrapy, site, LONGLINE_ALLOW_PRIVATE_ADDRESSES="true")
        assert done.status == 0, done.stdout + done.stderr
    asked = {line.split(" ")[1] for line in secret.heard if line.count(" ") == 2}
    assert asked >= KINDS


def test_a_page_whose_document_is_refused_is_counted_as_such(scrapy: Scrapy, secret: Listener) -> None:
    with lure({"/": Said(location=secret.url())}) as site:
        done = crawled(scrapy, site)
    assert done.status == 1
    assert f"{secret.url()} is refused: 127.0.0.1 is this machine itself" in done.stdout
    assert secret.heard == []
