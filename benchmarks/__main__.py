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

from benchmarks import product, tables
from benchmarks.child import CASES

PRODUCT = ("start", "run_25km", "run_10km")
STAT = Path("/proc/stat")
QUIET = 0.3  # processors that other work may keep busy before times say little


def main() -> None:
    """Run the named cases, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join((*CASES, *PRODUCT)))
    parser.add_argument("--rounds", type=int, default=5, help="runs of each contender")
    parser.add_argument("--resolution", default="10 km", help="cell size of the cases with peers")
    parser.add_argument("--write", action="store_true", help="put the tables into docs")
    words = parser.parse_args()
    if unknown := set(words.names) - {*CASES, *PRODUCT}:
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    rows = []
    for name in words.names or (*CASES, *PRODUCT):
        rows.append({"case": name, **measured(name, words.resolution, words.rounds)})
        print(json.dumps(rows[-1]), flush=True)
    text = tables.text(rows)
    print("\n" + text)
    if words.write:
        tables.write(text)


def measured(name: str, resolution: str, rounds: int) -> dict[str, Any]:
    """Figures of one case, with how busy the machine was before it began."""
    busy = round(busy_processors(), 2)
    if busy > QUIET:
        print(f"{name}: other work keeps {busy} processors busy", file=sys.stderr)
    if name == "start":
        return {"busy": busy, **product.start_up(rounds)}
    if name.startswith("run_"):
        # Long runs vary less than short ones, and a map is opened several times in each.
        asked = name.removeprefix("run_").replace("km", " km")
        return {"busy": busy, **product.default_run(asked, min(rounds, 3))}
    found = _child(name, resolution, "--rounds", str(rounds))
    memory = {each: _child(name, resolution, "--memory", each) for each in found["seconds"]}
    return {"busy": busy, **found, "memory": memory}


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
