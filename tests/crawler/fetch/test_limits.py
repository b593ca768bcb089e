"""Answers that are too large, too slow or broken: each is cut short with a clear cause, and takes no memory."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from crawler import settings
from tests.support.alone import ask
from tests.support.tls import self_signed
from tests.support.web import RunningWeb

LIMIT = 2**20
TOO_LARGE = {
    "huge-length": "its body has more than 1,048,576 bytes",
    "flood": "its body has more than 1,048,576 bytes",
    "gzip-bomb": "its body has more than 1,048,576 bytes when it is unpacked (gzip)",
    "deflate-bomb": "its body has more than 1,048,576 bytes when it is unpacked (deflate)",
    "brotli-bomb": "its body has more than 1,048,576 bytes when it is unpacked (br)",
    "zstd-bomb": "its body has more than 1,048,576 bytes when it is unpacked (zstd)",
    "nested-bomb": "its body has more than 1,048,576 bytes when it is unpacked (gzip)",
    "layers": "its body is packed 200 times; 3 are the most that is undone",
    "parts": "its body is packed in more than 1,000 parts",
}
BROKEN = {
    "slow-drip": "Getting {url} took longer than 3.0 seconds.",
    "many-headers": "Too many headers received",
    "long-header": "Got more than 65536 bytes when reading",
    "no-http": "Bad status line",
    "no-gzip": "its body cannot be unpacked (gzip: Error -3 while decompressing data: incorrect header check)",
}
SETTINGS: dict[str, Any] = {
    "DOWNLOADER_MIDDLEWARES": {
        name: order
        for name, order in settings.DOWNLOADER_MIDDLEWARES.items()
        if any(word in name for word in ("retry", "compression"))
    },
    "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "crawler.fetch.http.HttpDownloadHandler"),
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "LONGLINE_ALLOW_PRIVATE_ADDRESSES": True,
    "RETRY_EXCEPTIONS": ",".join(kind for kind in settings.RETRY_EXCEPTIONS if isinstance(kind, str)),
    "RETRY_TIMES": 2,
    "DOWNLOAD_MAXSIZE": LIMIT,
    "DOWNLOAD_TIMEOUT": 60,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
}
MEND = ("reset", "truncation", "wrong-length", "broken-gzip")


def patience(name: str) -> dict[str, Any]:
    """What never ends is waited for shortly; all else may take its time on a busy machine."""
    return {"download_timeout": 3.0} if name == "slow-drip" else {}


@pytest.fixture(scope="module")
def answers(web: RunningWeb, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What a crawl with small limits made of each fault, all at once."""
    names = [*TOO_LARGE, *BROKEN, *MEND]
    web.reset()
    asked = ask(
        tmp_path_factory.mktemp("limits"),
        [{"url": web.url("faults", f"/{name}"), "meta": patience(name)} for name in names],
        **SETTINGS,
        MEMUSAGE_CHECK_INTERVAL_SECONDS=0.2,
    )
    start, peak = (int(re.search(rf"'memusage/{name}': (\d+)", asked.log)[1]) for name in ("startup", "max"))  # type: ignore[index]
    assert len(asked.answers) == len(names)
    return {answer["url"].rpartition("/")[2]: answer for answer in asked.answers} | {"grown": {"bytes": peak - start}}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_too_large_is_cut_short_and_not_tried_again(
    answers: dict[str, dict[str, Any]], web: RunningWeb, name: str
) -> None:
    assert answers[name].get("error") == TOO_LARGE[name]
    assert web.asked("faults")[f"/{name}"] == 1


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_each_time_says_how(answers: dict[str, dict[str, Any]], web: RunningWeb, name: str) -> None:
    assert BROKEN[name].format(url=web.url("faults", f"/{name}")) in answers[name]["error"]
    assert web.asked("faults")[f"/{name}"] == 3


@pytest.mark.parametrize("name", MEND)
def test_what_is_broken_at_first_is_tried_again(answers: dict[str, dict[str, Any]], name: str) -> None:
    assert answers[name].get("status") == 200


def test_all_of_them_at_once_take_little_memory(answers: dict[str, dict[str, Any]]) -> None:
    # Each bomb alone has 64 MB.
    assert answers["grown"]["bytes"] < 40 * 2**20


def test_a_certificate_that_is_not_to_be_trusted_is_not_asked_again(tmp_path: Path) -> None:
    with self_signed(tmp_path) as server:
        asked = ask(tmp_path, [{"url": f"https://127.0.0.1:{server.server_port}/"}], **SETTINGS)

    assert "CERTIFICATE_VERIFY_FAILED" in asked.answers[0]["error"]
    assert server.connections == 1
