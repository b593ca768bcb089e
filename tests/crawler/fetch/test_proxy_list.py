"""Where proxies stand, and a file of them that changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.fetch.proxy_list import ProxyList, ProxyListError
from schemas.proxies import Proxy

ONE, TWO = Proxy("http://one:1"), Proxy("http://two:2", "anna", "hunter2")
BOTH = "http://one:1\nhttp://anna:hunter2@two:2\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "proxies.txt"
    path.write_text("# ours\nhttp://one:1\n")
    return path


def replace(path: Path, text: str) -> None:
    """Write it as careful programs do: another file, renamed."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.rename(path)


@pytest.mark.parametrize("value", ["http://one:1, http://anna:hunter2@two:2", BOTH.split()])
def test_a_list_is_a_text_with_commas_or_a_list(value: str | list[str]) -> None:
    proxies = ProxyList(value)

    assert proxies.proxies == [ONE, TWO]
    assert not proxies.changed()


def test_a_file_is_read_again_only_when_it_changes(file: Path) -> None:
    proxies = ProxyList(file.as_uri())
    assert proxies.proxies == [ONE]
    assert not proxies.changed()

    replace(file, BOTH)

    assert proxies.changed()
    assert proxies.proxies == [ONE, TWO]
    assert not proxies.changed()


def test_a_file_that_is_written_in_place_is_read_again_too(file: Path) -> None:
    proxies = ProxyList(str(file))

    file.write_text(BOTH)

    assert proxies.changed()
    assert proxies.proxies == [ONE, TWO]


def test_a_bad_line_is_named_once_and_the_old_list_is_kept(file: Path) -> None:
    proxies = ProxyList(str(file))

    replace(file, f"{BOTH}anna:hunter2@three:3\n")

    with pytest.raises(ProxyListError) as refused:
        proxies.changed()
    assert f"{file}, line 3: must be a URL" in str(refused.value)
    assert "hunter2" not in str(refused.value)
    assert not proxies.changed()
    assert proxies.proxies == [ONE]


def test_a_file_that_goes_is_named_once_and_read_when_it_comes_back(file: Path) -> None:
    proxies = ProxyList(str(file))

    file.unlink()

    with pytest.raises(ProxyListError, match="cannot be read: No such file or directory"):
        proxies.changed()
    assert not proxies.changed()
    file.write_text(BOTH)
    assert proxies.changed()


def test_at_the_start_a_file_must_be_good(tmp_path: Path) -> None:
    with pytest.raises(ProxyListError, match="cannot be read: No such file or directory"):
        ProxyList(str(tmp_path / "missing"))
    (tmp_path / "empty").touch()
    with pytest.raises(ProxyListError, match=r"empty must name a proxy\.$"):
        ProxyList(str(tmp_path / "empty"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ProxyListError, match="it is no text in UTF-8"):
        ProxyList(str(tmp_path / "binary"))
    with pytest.raises(ProxyListError, match="must be a URL"):
        ProxyList("one:1,two:2")
