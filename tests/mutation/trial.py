"""Tries mutants in a copy of the project; run there by ``python -m tests.mutation``.

Each mutant is written into its file and tried by a forked child that has the slow libraries
but nothing of siting, so constants, decorators and classes are mutated like everything else, and
processes that a test starts see the mutant too.
"""

import ast
import gc
import json
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from tests.mutation.operators import Mutant

PRELOADED = [
    "numpy",
    "pandas",
    "scipy.stats",
    "shapely",
    "pyproj",
    "xarray",
    "dask.array",
    "pint",
    "pydantic",
    "yaml",
    "hypothesis",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.pipeline",
    "geopandas",
    "rasterio",
    "odc.geo.xr",
    "pyarrow.parquet",
    "h5netcdf",
    "zarr",
    "skops.io",
]
QUICK = 12  # tests that are tried first
HEAVY = ("tests/test_error_pages.py", "tests/corpus")  # files that take seconds to collect
PATIENCE = 6  # times what the tests take without a mutant, before it counts as a hang


def joined(files: list[str]) -> dict:
    """What several runs of pytest saw, as one."""
    seen: dict = {"seconds": {}, "failed": [], "lines": {}}
    for file in files:
        part = json.loads(Path(file).read_text("utf-8"))
        seen["seconds"] |= part["seconds"]
        seen["failed"] += part["failed"]
        for name, lines in part["lines"].items():
            known = seen["lines"].setdefault(name, {})
            for line, tests in lines.items():
                known.setdefault(line, []).extend(tests)
    return seen


def tests_of(mutant: Mutant, covering: dict, budget: float) -> list[str]:
    """Tests that run a mutant's line, the quick ones first, for so many seconds altogether.

    What runs once in a process is tried by the tests that run anything of the file.
    """
    seconds, failed = covering["seconds"], set(covering["failed"])
    lines = covering["lines"].get(mutant.file, {})
    last = mutant.line + mutant.old.count("\n")
    near = {test for line in range(mutant.line, last + 1) for test in lines.get(str(line), [])}
    if not near or runs_once(Path(mutant.file).read_text("utf-8"), mutant.line):
        near = {test for tests in lines.values() for test in tests}
    left, kept = budget, []
    for test in sorted(near - failed, key=lambda each: (seconds.get(each, 9), each)):
        left -= seconds.get(test, 9)
        if left < 0:
            break
        kept.append(test)
    return kept


def runs_once(content: str, line: int) -> bool:
    """Whether a line runs at import, or in a function that keeps its answers.

    Of all tests that need it only the first is then seen to run it.
    """
    around = [
        node
        for node in ast.walk(ast.parse(content))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body[0].lineno <= line <= (node.end_lineno or 0)
    ]
    kept = [each for node in around for each in node.decorator_list]
    return not around or any("cache" in ast.unparse(each) for each in kept)


def tried(mutant: Mutant, tests: list[str], seconds: float) -> str:
    """What becomes of a mutant: killed, timeout, survived or no tests.

    A few quick tests come first: to collect all of them takes longer than to run these.
    """
    if not tests:
        return "no tests"
    file = Path(mutant.file)
    content, stat = file.read_bytes(), file.stat()
    light = [test for test in tests if not test.startswith(HEAVY)]
    stages = light[:QUICK], light[QUICK:], [test for test in tests if test.startswith(HEAVY)]
    try:
        file.write_bytes(mutant.applied(content))
        # Python compares the time of a file with that of its compiled form, in whole seconds.
        os.utime(file, (stat.st_atime, stat.st_mtime + 10))
        outcomes = (_outcome(_child(each), 60 + PATIENCE * seconds) for each in stages if each)
        return next((each for each in outcomes if each != "survived"), "survived")
    finally:
        file.write_bytes(content)
        os.utime(file, (stat.st_atime, stat.st_mtime))


def _child(tests: list[str]) -> int:
    child = os.fork()
    if child:
        return child
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    quiet = os.open("/dev/null" if len(sys.argv) < 3 else sys.argv[2], os.O_WRONLY | os.O_CREAT)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    # Plugins that are loaded already keep their own asserts as they are: no matter here.
    quietly = ["-W", "ignore::pytest.PytestAssertRewriteWarning", "-p", "no:cacheprovider"]
    os._exit(pytest.main(["-x", "-q", *quietly, *tests]))


def _outcome(child: int, patience: float) -> str:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            _end(child)
            return "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"
        time.sleep(0.02)
    _end(child)
    os.waitpid(child, 0)
    return "timeout"


def _end(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _control(mutant: Mutant, covering: dict) -> None:
    """Tests must pass on a file that did not change; else every mutant would seem killed."""
    unchanged = replace(mutant, new=mutant.old)
    every = sorted(set(covering["seconds"]) - set(covering["failed"]))
    tests = every[:: max(1, len(every) // 40)]
    if tried(unchanged, tests, 60) != "survived":
        raise SystemExit(f"tests fail without a mutant: {' '.join(tests)}")


def main() -> None:
    task = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    covering = joined(task["covering"])
    # Stopped after a mutant, never with one in its file.
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for name in PRELOADED:
        import_module(name)
    gc.freeze()
    _control(Mutant(**task["mutants"][0]), covering)
    for each in task["mutants"]:
        if stopped:
            break
        mutant = Mutant(**each)
        tests = tests_of(mutant, covering, task["budget"])
        outcome = tried(mutant, tests, sum(covering["seconds"].get(test, 9) for test in tests))
        print(json.dumps({"outcome": outcome, "tests": len(tests), **each}), flush=True)


if __name__ == "__main__":
    main()
