"""A pipeline from its file to its outputs: siting whole, siting reduced, and the script."""

import json
import os
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from benchmarks.pipelines.agreement import agreement
from benchmarks.pipelines.steps import SCRIPTS, reduced

ROOT = Path(__file__).parents[2]
WHOLE, REDUCED, SCRIPT = "siting, whole", "siting, same steps", "script"


class Spent(NamedTuple):
    """What a process took from its start to its end."""

    wall: float  # [s]
    cpu: float  # [s], of all its threads and children
    peak: int  # [bytes]


def end_to_end(name: str, rounds: int, *, coarse: bool = False) -> dict[str, Any]:
    """Times, memory and agreement of one pipeline, each run in a process and a store of its own.

    The first run of each is not counted: it compiles kernels, fills the system's cache of files,
    and its results have to agree. The whole run, for the record, is timed once.
    """
    steps = SCRIPTS[name]
    siting_cell, script_cell = steps.cells[1 if coarse else 0]
    if steps.needs_cache and "SITING_CACHE" not in os.environ:
        return {"what": name, "missing": "files that are not embedded: set SITING_CACHE"}
    with TemporaryDirectory(prefix="siting-benchmark-") as temporary:
        folder = Path(temporary)
        began = time.perf_counter()
        told = agree(name, siting_cell, script_cell, folder)
        first = time.perf_counter() - began
        _tell(first, rounds)
        same = _siting(_file(name, folder), siting_cell, folder / "out")
        runs = _by_turns({REDUCED: same, SCRIPT: _script(name, script_cell, folder)}, rounds)
        runs[WHOLE] = [spent(_siting(name, siting_cell, folder / "out"))]
    return {
        "what": name,
        "cell": siting_cell,
        "left_out": steps.left_out,
        **told,
        **_figures(runs),
    }


def _by_turns(commands: Mapping[str, list[str]], rounds: int) -> dict[str, list[Spent]]:
    """What each command took in each round; who goes first changes."""
    runs: dict[str, list[Spent]] = {each: [] for each in commands}
    for number in range(rounds):
        for each in list(commands) if number % 2 == 0 else reversed(list(commands)):
            runs[each].append(spent(commands[each]))
    return runs


def _tell(first: float, rounds: int) -> None:
    """Say how long it will take: both runs a round, and siting's whole run once."""
    minutes = first * (rounds + 1.5) / 60
    print(f"  results agree; about {minutes:.1f} more minutes", file=sys.stderr, flush=True)


def agree(name: str, siting_cell: str, script_cell: str, folder: Path) -> dict[str, Any]:
    """Run both once with all compared layers kept, and compare them."""
    steps = SCRIPTS[name]
    compared = tuple(dict.fromkeys((*steps.layers, *steps.alike)))
    file = _file(name, folder, compared)
    spent(_siting(file, siting_cell, folder / "compared"))
    spent([*_script(name, script_cell, folder), "--layers"])
    return agreement(steps, folder / "compared" / "latest", folder)


def _file(name: str, folder: Path, extra: tuple[str, ...] = ()) -> str:
    path = folder / f"{name}{'_compared' if extra else ''}.yaml"
    path.write_text(reduced(name, extra), encoding="utf-8")
    return str(path)


def _siting(pipeline: str, cell: str, out: Path) -> list[str]:
    words = ("run", pipeline, "--resolution", cell, "--out", str(out))
    return [sys.executable, "-m", "siting.cli", *words]


def _script(name: str, cell: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", f"benchmarks.pipelines.{name}", cell, str(folder)]


def spent(command: list[str]) -> Spent:
    """Run a command with an empty store; ends with what it said where it fails."""
    with TemporaryDirectory(prefix="siting-benchmark-") as temporary:
        said = Path(temporary) / "said.txt"
        environment = {**os.environ, "SITING_STORE": str(Path(temporary) / "store")}
        began = time.perf_counter()
        with said.open("wb") as file:
            opened = [(os.POSIX_SPAWN_DUP2, file.fileno(), each) for each in (1, 2)]
            child = os.posix_spawn(command[0], command, environment, file_actions=opened)
            _, status, used = os.wait4(child, 0)
        wall = time.perf_counter() - began
        if status:
            sys.exit(f"{' '.join(command)}\n{said.read_text(encoding='utf-8')}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Spent(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * unit)


def _figures(spent: Mapping[str, list[Spent]]) -> dict[str, Any]:
    """Medians, and how much more the script takes than siting: above 1 siting takes less."""
    medians = {
        each: Spent(*(statistics.median(column) for column in zip(*runs, strict=True)))
        for each, runs in spent.items()
    }
    script = medians[SCRIPT]
    return {
        "runs": {
            each: [[round(r.wall, 2), round(r.cpu, 2)] for r in runs]
            for each, runs in spent.items()
        },
        "end_to_end": {each: m._asdict() for each, m in medians.items()},
        "wall_ratios": {
            each: round(script.wall / medians[each].wall, 3) for each in (REDUCED, WHOLE)
        },
        "cpu_ratios": {each: round(script.cpu / medians[each].cpu, 3) for each in (REDUCED, WHOLE)},
    }


if __name__ == "__main__":
    print(json.dumps(end_to_end(sys.argv[1], int(sys.argv[2]), coarse="--coarse" in sys.argv)))
