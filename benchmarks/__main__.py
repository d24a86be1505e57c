"""``python -m benchmarks [NAME ...]``: one JSON line a case, and tables at the end.

This process stays small: what it starts would inherit its memory in some systems' accounts.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import growth, product, tables
from benchmarks.child import CASES
from benchmarks.pipelines.measure import end_to_end
from benchmarks.pipelines.steps import SCRIPTS

PIPELINES = tuple(f"pipeline_{name}" for name in SCRIPTS)
PRODUCT = ("start", "run_25km", "run_10km")
ALL = (*PIPELINES, *CASES, "growth", *PRODUCT)
QUICK = tuple(name for name in ALL if not name.startswith("run_"))
STAT = Path("/proc/stat")


def main() -> None:
    """Run the named cases, or all: the headline first."""
    words = _words()
    rows = []
    chosen = words.names or (QUICK if words.quick else ALL)
    for number, name in enumerate(chosen, start=1):
        print(f"{name} ({number} of {len(chosen)})", file=sys.stderr, flush=True)
        began = time.perf_counter()
        stamp = {"date": tables.day(), "machine": tables.machine()}
        rows.append({"case": name, **stamp, **measured(name, words)})
        print(json.dumps(rows[-1]), flush=True)
        print(f"  took {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    print("\n" + tables.text(rows))
    if words.write:
        tables.write(tables.text(tables.keep(rows)))


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ALL))
    parser.add_argument("--rounds", type=int, default=5, help="runs of each contender")
    parser.add_argument("--resolution", default="10 km", help="cell size of the cases with peers")
    parser.add_argument("--quick", action="store_true", help="coarse, once: a few minutes")
    parser.add_argument("--write", action="store_true", help="put the tables into docs")
    words = parser.parse_args()
    if unknown := set(words.names) - set(ALL):
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    if words.quick and words.write:
        parser.error("--quick says little of times: its figures do not go into docs")
    if words.quick:
        words.rounds, words.resolution = 1, "100 km"
    return words


def measured(name: str, words: argparse.Namespace) -> dict[str, Any]:
    """Figures of one case, with how busy the machine was before it began."""
    busy = round(busy_processors(), 2)
    if busy > tables.QUIET:
        print(f"  other work keeps {busy} processors busy", file=sys.stderr)
    if name.startswith("pipeline_"):
        # Long runs vary less than short ones.
        rounds = min(words.rounds, 3)
        found = end_to_end(name.removeprefix("pipeline_"), rounds, coarse=words.quick)
    elif name == "growth":
        found = growth.grown(min(words.rounds, 3), sizes=2 if words.quick else 4)
    elif name == "start":
        found = product.start_up(words.rounds)
    elif name.startswith("run_"):
        asked = name.removeprefix("run_").replace("km", " km")
        found = product.default_run(asked, min(words.rounds, 3))
    else:
        found = _case(name, words)
    return {"busy": busy, **found}


def _case(name: str, words: argparse.Namespace) -> dict[str, Any]:
    found = _child(name, words.resolution, "--rounds", str(words.rounds))
    if "seconds" not in found or words.quick:
        return found
    memory = {each: _child(name, words.resolution, "--memory", each) for each in found["seconds"]}
    return {**found, "memory": memory}


def busy_processors(seconds: float = 2.0) -> float:
    """Processors that other work keeps busy while this process sleeps; elsewhere the load."""
    before = _idle_time()
    if before is None:
        return os.getloadavg()[0]
    time.sleep(seconds)
    idle = ((_idle_time() or 0.0) - before) / seconds
    return max((os.cpu_count() or 1) - idle, 0.0)


def _idle_time() -> float | None:
    """Seconds that all processors together have been idle, where the system says so."""
    if not STAT.exists():
        return None
    words = STAT.read_text(encoding="ascii").split("\n", 1)[0].split()
    return (int(words[4]) + int(words[5])) / os.sysconf("SC_CLK_TCK")  # idle, waiting for a disk


def _child(*words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.child", *words]
    done = subprocess.run(command, cwd=product.ROOT, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main()
