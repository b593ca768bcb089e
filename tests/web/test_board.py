"""What ``make web`` prints: every site and every proxy, where it is and what it does."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request

import pytest

from tests.support.processes import ROOT
from tests.web.board import ABOUT
from tests.web.proxies import PROXIES
from tests.web.sites import SITES


@pytest.fixture(scope="module")
def printed() -> list[str]:
    """The table; the sites and proxies that it names answer once, while it is read."""
    words = [sys.executable, "-m", "tests.web", "--table", "--until-eof"]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        lines: list[str] = []
        while "make crawl URL=http" not in "".join(lines[-1:]):
            lines.append(process.stdout.readline())
            assert lines[-1]
        through = urllib.request.ProxyHandler({"http": found(lines, "good-1")})
        with urllib.request.build_opener(through).open(found(lines, "empty"), timeout=60) as answer:
            lines.append(answer.read().decode())
        process.stdin.close()
        assert process.wait(timeout=60) == 0
    return lines


def found(lines: list[str], name: str) -> str:
    """The URL in the line of a site or proxy."""
    (line,) = [line for line in lines if line.split()[:1] == [name]]
    url = re.search(r"\w+://\S+", line)
    assert url
    return url[0]


def test_each_site_and_each_proxy_has_a_line_and_answers(printed: list[str]) -> None:
    names = [line.split()[0] for line in printed if re.match(r"  [a-z]", line)]

    assert ABOUT.keys() == SITES.keys()
    assert names == [*SITES, *PROXIES]
    assert "Nothing here" in printed[-1]


def test_the_last_line_tries_all_tiers(printed: list[str]) -> None:
    assert "LONGLINE_PROXIES=http://" in printed[-2]
    assert f"make crawl URL={found(printed, 'gates')}/" in printed[-2]
