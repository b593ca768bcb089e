"""What the archive's benchmark measures."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.archive import Prices, compression_table, puts_table, sample


def test_puts_are_counted_for_both_and_records_are_priced(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.html").write_text(f"<title>{number}</title>" + "<p>Some words.</p>" * 500)

    lines = puts_table(argparse.Namespace(folder=tmp_path, pages=7))

    assert [line.split()[-2:-1] for line in lines[1:3]] == [["28.57"], ["100.00"]], (
        "a segment and its index; seven objects"
    )
    table = compression_table(sample(tmp_path, 7), Prices(gb_month=0.02, core_hour=0.05, years=10))
    assert {line.split("  ")[0] for line in table[1:]} >= {"igzip 2", "zlib-ng 6", "zlib 6"}


def test_what_is_kept_costs_by_time_and_what_is_done_once() -> None:
    prices = Prices(gb_month=0.02, core_hour=0.06, years=10)
    assert round(prices.storage(100), 6) == 240
    assert round(prices.work(7200), 6) == 0.12
