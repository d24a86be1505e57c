"""``python -m benchmarks [NAME ...]``: one JSON line a case, and tables at the end.

This process stays small: what it starts would inherit its memory in some systems' accounts.
"""

import argparse
import json
import os
import subprocess
import sys
from typing import Any

from benchmarks import product, tables
from benchmarks.child import CASES

PRODUCT = ("start", "run_25km", "run_10km")
QUIET = 1.5  # load average above which times say little


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
    """Figures of one case, with the load of the machine before it began."""
    load = round(os.getloadavg()[0], 2)
    if load > QUIET:
        print(f"{name}: the machine is busy (load {load}); times say little", file=sys.stderr)
    if name == "start":
        return {"load": load, **product.start_up(rounds)}
    if name.startswith("run_"):
        # Long runs vary less than short ones, and a map is opened several times in each.
        asked = name.removeprefix("run_").replace("km", " km")
        return {"load": load, **product.default_run(asked, min(rounds, 3))}
    found = _child(name, resolution, "--rounds", str(rounds))
    memory = {each: _child(name, resolution, "--memory", each) for each in found["seconds"]}
    return {"load": load, **found, "memory": memory}


def _child(*words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.child", *words]
    done = subprocess.run(command, cwd=product.ROOT, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main()
