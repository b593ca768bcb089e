"""A page of the archive as a file for a browser: hostile ones, in a real browser, too."""

from __future__ import annotations

import asyncio
import subprocess
import webbrowser
from pathlib import Path

import pytest

from crawler.fetch import chromium
from crawler.shown_file import NotShownError, open_in_browser
from pipelines.shown import Shown

URL = "https://example.com/a"
HOSTILE = """<!DOCTYPE html><title>as it was</title><script>document.title = "a script ran"</script>
<body onload="document.title = 'a handler ran'"><p>caf\u00e9</p>
<svg xmlns="http://www.w3.org/2000/svg"><script>document.title = "a picture ran"</script></svg>
<iframe src="file:///etc/hostname"></iframe>
<iframe srcdoc="<script>parent.document.title = 'a frame ran'</script>"></iframe>"""


@pytest.fixture(autouse=True)
def _no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: True)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def page(body: bytes, content_type: str | None) -> Shown:
    headers = [] if content_type is None else [("Content-Type", content_type)]
    return Shown(URL, "HTTP/1.1 200 OK", headers, body)


@pytest.mark.parametrize(
    ("encoding", "said"), [("utf-8", "text/html"), ("utf-16", "text/html"), ("latin-1", "text/html; charset=latin-1")]
)
def test_no_script_of_a_page_runs_whatever_its_encoding(encoding: str, said: str, tmp_path: Path) -> None:
    browser = asyncio.run(chromium.find())
    if browser is None or browser.path is None:
        pytest.skip("no Chromium is here")
    file = open_in_browser(page(HOSTILE.encode(encoding), said))
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    command = [browser.path, *options, file.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True).stdout
    assert "<title>as it was</title>" in dom
    assert "<p>caf\u00e9</p>" in dom


@pytest.mark.parametrize(
    ("content_type", "suffix"),
    [
        ("text/html", ".html"),
        ("Application/XHTML+XML; charset=utf-8", ".html"),
        ("image/svg+xml", ".txt"),
        ("application/xml", ".txt"),
        ("application/ld+json", ".txt"),
        ("text/x-shellscript", ".txt"),
        ("image/png", ".png"),
        ("application/pdf", ".pdf"),
    ],
)
def test_a_file_has_the_name_of_what_only_a_browser_opens(content_type: str, suffix: str) -> None:
    assert open_in_browser(page(b"<a>", content_type)).suffix == suffix


@pytest.mark.parametrize("content_type", [None, "application/zip", "application/x-desktop", "application/octet-stream"])
def test_what_a_browser_does_not_show_is_no_file(content_type: str | None, tmp_path: Path) -> None:
    with pytest.raises(NotShownError, match=r"^https://example\.com/a is .*, which a browser does not show\."):
        open_in_browser(page(b"MZ", content_type))
    assert not list(tmp_path.iterdir())
