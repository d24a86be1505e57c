"""Long runs: ``python -m tests.fuzz yaml --count 1000000 --seed 1``."""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path

from .data_files import KEPT, DataFiles
from .originals import WRITERS
from .pipeline_files import LEVELS, PipelineFiles
from .report import print_figures, save
from .worker import Fuzzer, Tally, run


def main() -> int:
    """Run a fuzzer and print its figures; 1 where it found faults."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    faults = 0
    for name, fuzzer in _fuzzers(options):
        tally, started = Tally(), time.monotonic()
        try:
            _run(fuzzer, options, tally)
        except (KeyboardInterrupt, RuntimeError) as error:
            print(f"\nstopped: {error}")
        print(f"\n== {name}")
        print_figures(tally, time.monotonic() - started)
        for line in save(tally.faults, Path(options.failures) / name):
            print(line, flush=True)
        faults += len(tally.faults)
    if faults:
        print(f"saved below {options.failures}")
    return 1 if faults else 0


def _fuzzers(options: argparse.Namespace) -> Iterator[tuple[str, Fuzzer]]:
    if options.kind == "yaml":
        yield "yaml", PipelineFiles(options.seed, options.level)
        return
    for form in [options.format] if options.format else list(WRITERS):
        yield form, DataFiles(options.seed, form, options.kept)


def _run(fuzzer: Fuzzer, options: argparse.Namespace, total: Tally) -> None:
    """All attempts, shared out over workers in stretches of numbers."""
    jobs, start, count = options.jobs, options.start, options.count
    edges = [start + count * part // jobs for part in range(jobs + 1)]
    if jobs == 1:
        run(fuzzer, range(*edges), total, _told)
        return
    parts = [Tally() for _ in range(jobs)]
    with ThreadPoolExecutor(jobs) as pool:
        stretches = [range(*pair) for pair in pairwise(edges)]
        list(pool.map(partial(run, fuzzer), stretches, parts))
    for part in parts:
        total.add(part)


def _told(tally: Tally) -> None:
    print(f"\r{tally.tried:,} tried, {len(tally.faults)} faults", end="", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    yaml = kinds.add_parser("yaml", help="mutated pipeline files")
    yaml.add_argument("--level", choices=LEVELS, default="", help="one kind of damage only")
    data = kinds.add_parser("data", help="mutated data files; --count of each format")
    data.add_argument("--format", choices=list(WRITERS), default="", help="one format only")
    data.add_argument("--kept", choices=KEPT, default="", help="how the digest is kept")
    for each in (yaml, data):
        each.add_argument("--count", type=int, default=10_000)
        each.add_argument("--start", type=int, default=0, help="first number")
        each.add_argument("--seed", type=int, default=1)
        each.add_argument("--jobs", type=int, default=1)
        default = Path(tempfile.gettempdir()) / "siting-fuzz"
        each.add_argument("--failures", default=str(default), help="folder for what failed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
