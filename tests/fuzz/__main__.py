"""Long runs: ``python -m tests.fuzz yaml --count 1000000 --seed 1``."""

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

from .pipeline_files import LEVELS, PipelineFiles
from .report import print_figures, save
from .worker import Fuzzer, Tally, run


def main() -> int:
    """Run a fuzzer and print its figures; 1 where it found faults."""
    options = _parser().parse_args()
    started = time.monotonic()
    fuzzer = PipelineFiles(options.seed, options.level)
    tally = _run(fuzzer, options.start, options.count, options.jobs)
    print_figures(tally, time.monotonic() - started)
    for line in save(tally.faults, Path(options.failures)):
        print(line)
    if tally.faults:
        print(f"saved below {options.failures}")
    return 1 if tally.faults else 0


def _run(fuzzer: Fuzzer, start: int, count: int, jobs: int) -> Tally:
    """All attempts, shared out over workers in stretches of numbers."""
    edges = [start + count * part // jobs for part in range(jobs + 1)]
    parts = [range(*pair) for pair in pairwise(edges)]
    total = Tally()
    with ThreadPoolExecutor(jobs) as pool:
        for tally in pool.map(lambda part: run(fuzzer, part, _told), parts):
            total.add(tally)
    return total


def _told(tally: Tally) -> None:
    print(f"\r{tally.tried:,} tried, {len(tally.faults)} faults", end="", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    yaml = kinds.add_parser("yaml", help="mutated pipeline files")
    yaml.add_argument("--level", choices=LEVELS, default="", help="one kind of damage only")
    for each in (yaml,):
        each.add_argument("--count", type=int, default=10_000)
        each.add_argument("--start", type=int, default=0, help="first number")
        each.add_argument("--seed", type=int, default=1)
        each.add_argument("--jobs", type=int, default=1)
        default = Path(tempfile.gettempdir()) / "siting-fuzz"
        each.add_argument("--failures", default=str(default), help="folder for what failed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
