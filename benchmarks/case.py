"""What a case is: inputs, siting and its peers on them, and what their results have in common."""

import gc
import math
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

Contender = Callable[[Any], Any]
OURS = "siting"
SLOW, SLOW_ROUNDS = 20.0, 3  # a round over so many seconds is run so often
LONG = 60.0  # [s] from which on a case says how long it will take


@dataclass(frozen=True)
class Case:
    """One piece of work that siting and its peers can do.

    Attributes
    ----------
    what : callable
        Takes the inputs and says in words what the work is.
    prepare : callable
        Takes a resolution such as ``"10 km"`` and gives the inputs, made outside of the times.
    contenders : mapping
        siting first, under ``"siting"``, then the peers; each takes the inputs.
    agree : callable
        Takes inputs and results by contender; asserts that they agree, and says how closely.
    """

    what: Callable[[Any], str]
    prepare: Callable[[str], Any]
    contenders: Mapping[str, Contender]
    agree: Callable[[Any, Mapping[str, Any]], str]


class Seconds(NamedTuple):
    """What one run took."""

    wall: float
    cpu: float  # of all threads


def timed(case: Case, resolution: str, rounds: int) -> dict[str, Any]:
    """Times of all contenders by turns, after one run each whose results have to agree.

    Returns
    -------
    dict
        ``what``, ``agreement``, the times of each contender [s] and, for each peer, the ratio
        of its median to that of siting, by the clock and by the processors: above 1 siting is
        faster. ``missing`` names peers that are not installed.
    """
    inputs = case.prepare(resolution)
    began = time.perf_counter()
    results, missing = _first_runs(case, inputs)
    first = time.perf_counter() - began
    rounds = rounds if first < SLOW else min(rounds, SLOW_ROUNDS)
    _tell_slow(first, rounds)
    agreement = case.agree(inputs, results)
    contenders = list(results)
    del results
    times: dict[str, list[Seconds]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name in contenders if number % 2 == 0 else reversed(contenders):  # none always first
            times[name].append(seconds(case.contenders[name], inputs))
    told = {"what": case.what(inputs), "agreement": agreement, **compared(times)}
    return told | ({"missing": missing} if missing else {})


def _first_runs(case: Case, inputs: Any) -> tuple[dict[str, Any], list[str]]:
    """Results of all contenders whose libraries are there, and the names of the others."""
    results, missing = {}, []
    for name, run in case.contenders.items():
        try:
            results[name] = run(inputs)
        except ModuleNotFoundError as error:
            if name == OURS:
                raise
            missing.append(f"{name} ({error.name})")
    return results, missing


def _tell_slow(first: float, rounds: int) -> None:
    if first * rounds >= LONG:
        print(f"  about {first * rounds / 60:.1f} more minutes", file=sys.stderr, flush=True)


def compared(times: Mapping[str, list[Seconds]]) -> dict[str, Any]:
    """Times of all runs, medians and ratios to siting's."""
    walls, cpus = (
        {name: statistics.median(run[kind] for run in runs) for name, runs in times.items()}
        for kind in (0, 1)
    )
    return {
        "seconds": {name: [round(run.wall, 4) for run in runs] for name, runs in times.items()},
        "medians": {name: round(each, 4) for name, each in walls.items()},
        "ratios": _ratios(walls),
        "cpu_medians": {name: round(each, 4) for name, each in cpus.items()},
        "cpu_ratios": _ratios(cpus),
    }


def _ratios(medians: Mapping[str, float]) -> dict[str, float]:
    ours = medians[OURS]
    return {name: round(t / ours, 3) if ours else math.nan
            for name, t in medians.items() if name != OURS}  # fmt: skip


def seconds(run: Contender, inputs: Any) -> Seconds:
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    run(inputs)
    cpu = time.process_time() - cpu
    return Seconds(time.perf_counter() - wall, cpu)


def weighed(case: Case, resolution: str, contender: str) -> dict[str, int]:
    """Memory of this process with the inputs, and its largest while a contender runs [bytes].

    Linux lets a process forget its largest memory so far; elsewhere that of making the inputs may
    hide what a run takes.
    """
    inputs = case.prepare(resolution)
    gc.collect()
    forgets = Path("/proc/self/clear_refs")
    if forgets.exists():
        forgets.write_text("5", encoding="ascii")
    before = peak_memory()
    case.contenders[contender](inputs)
    return {"inputs": before, "peak": peak_memory()}


def peak_memory() -> int:
    """Largest resident memory of this process so far [bytes].

    On Linux from the process's own map: the figure of getrusage starts at what the process that
    started this one had.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
