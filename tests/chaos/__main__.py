"""``python -m tests.chaos [--seeds N] [--seed S]``: crawls that are disturbed, and whether each ended as it must."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.grounds import grounds
from tests.chaos.plan import Setting, calm_plan, make_plan
from tests.chaos.report import describe, summarise
from tests.chaos.trial import Trial, Verdict


def main() -> None:
    options = _options()
    # So that whatever ends us, what we started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    folder = Path(options.keep or tempfile.mkdtemp(prefix="longline-chaos-"))
    verdicts = run(options, folder)
    print(summarise(verdicts))
    if any(verdict.problems for verdict in verdicts):
        print(f"\nLogs and archives: {folder}")
        sys.exit(1)
    if not options.keep:
        shutil.rmtree(folder)


def run(options: argparse.Namespace, folder: Path) -> list[Verdict]:
    """One crawl for each seed."""
    setting = Setting(options.workers, options.lease, options.nodes)
    verdicts = []
    with grounds(folder) as shared:
        trial = Trial(shared, setting, options.minutes, lambda line: print(line, flush=True))
        expected = trial.undisturbed()
        print(f"Undisturbed: {len(expected.pages):,} pages, {len(expected.postings):,} postings.", flush=True)
        for seed in range(options.seed, options.seed + options.seeds):
            print(f"\nSeed {seed}", flush=True)
            plan = calm_plan(seed) if options.calm else make_plan(seed, setting)
            verdicts.append(trial.disturbed(expected, plan))
            print(describe(verdicts[-1]), flush=True)
    return verdicts


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    today = int(time.strftime("%Y%m%d"))
    parser.add_argument("--seeds", type=int, default=1, help="how many crawls (1)")
    parser.add_argument("--seed", type=int, default=today, help="that of the first; the next has the next (today)")
    parser.add_argument("--workers", type=int, default=3, help="workers beside crawl site (3)")
    parser.add_argument("--minutes", type=float, default=4, help="within them a job must have an end (4)")
    parser.add_argument("--lease", type=float, default=3, help="seconds that a lease lasts (3)")
    parser.add_argument("--nodes", type=int, default=1, help="Valkeys, each with a shard of the job (1)")
    parser.add_argument("--calm", action="store_true", help="disturb nothing")
    parser.add_argument("--keep", help="a new or empty folder for logs and archives")
    return parser.parse_args()


if __name__ == "__main__":
    main()
