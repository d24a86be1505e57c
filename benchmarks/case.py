"""What a case is: inputs, siting and its peers on them, and what their results have in common."""

import gc
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Contender = Callable[[Any], Any]
OURS = "siting"
SLOW, SLOW_ROUNDS = 20.0, 3  # a round over so many seconds is run so often


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


def timed(case: Case, resolution: str, rounds: int) -> dict[str, Any]:
    """Times of all contenders by turns, after one run each whose results have to agree.

    Returns
    -------
    dict
        ``what``, ``agreement``, the times of each contender [s] and, for each peer, the ratio
        of its median to that of siting: above 1 siting is faster.
    """
    inputs = case.prepare(resolution)
    began = time.perf_counter()
    results = {name: run(inputs) for name, run in case.contenders.items()}
    rounds = rounds if time.perf_counter() - began < SLOW else min(rounds, SLOW_ROUNDS)
    agreement = case.agree(inputs, results)
    del results
    times: dict[str, list[float]] = {name: [] for name in case.contenders}
    for number in range(rounds):
        order = list(case.contenders)
        for name in order if number % 2 == 0 else reversed(order):  # none always goes first
            times[name].append(_seconds(case.contenders[name], inputs))
    medians = {name: statistics.median(each) for name, each in times.items()}
    return {
        "what": case.what(inputs),
        "agreement": agreement,
        "seconds": {name: [round(t, 4) for t in each] for name, each in times.items()},
        "medians": {name: round(t, 4) for name, t in medians.items()},
        "ratios": {
            name: round(t / medians[OURS], 3) for name, t in medians.items() if name != OURS
        },
    }


def _seconds(run: Contender, inputs: Any) -> float:
    gc.collect()
    began = time.perf_counter()
    run(inputs)
    return time.perf_counter() - began


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
