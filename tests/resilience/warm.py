"""Whole runs of the command line in processes forked from one that has imported everything.

A cold start costs two seconds, a fork none: that is what lets every crash point be tried. The
parent itself runs nothing, so that it has no threads that a fork could leave half alive.
"""

import atexit
import importlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from siting import cli
from siting.store import faults

BUG = 1


def warm_up(pipeline: Path, out: Path, environment: Mapping[str, str], folder: Path) -> None:
    """Import here all that a run of a pipeline imports, and read the definitions of units."""
    from siting.check import check_file

    listed = folder / "modules"

    def task() -> int:
        code = main(["run", str(pipeline), "--out", str(out)], environment)
        listed.write_text("\n".join(sys.modules))
        return code

    process = start(task, folder / "warm-up.log")
    if wait(process) != 0:
        raise RuntimeError((folder / "warm-up.log").read_text())
    for name in listed.read_text().splitlines():
        with suppress(Exception):  # modules that only a run can make
            importlib.import_module(name)
    check_file(pipeline)
    if threading.active_count() > 1:
        raise RuntimeError(f"threads before any run: {threading.enumerate()}")


@dataclass
class Ended:
    """What became of a process."""

    code: int
    said: str
    begun: tuple[str, ...]  # steps
    tiles: tuple[str, ...]  # written, as key/part.zarr/c/row/column
    seconds: float


def run(
    arguments: list[str], environment: Mapping[str, str], folder: Path,
    kill_after: float | None = None,
    before: Callable[[], None] = lambda: None,
) -> Ended:  # fmt: skip
    """A run to its end, or killed after so many seconds; its log and begun steps are in a folder.

    Parameters
    ----------
    arguments : list of str
        Of ``siting``.
    environment : mapping
        Variables beside those of this process.
    folder : Path
        For the log and the list of begun steps.
    kill_after : float, optional
        Seconds after which the process gets SIGKILL.
    before : callable
        Called in the new process first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log, steps, tiles = (folder / name for name in ("log", "steps", "tiles"))
    for path in (steps, tiles):
        path.write_text("")

    def task() -> int:
        _note_steps(steps)
        _note_tiles(tiles)
        before()
        return main(arguments, environment)

    began = time.perf_counter()
    process = start(task, log)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(process, signal.SIGKILL)
    code = wait(process)
    seconds = time.perf_counter() - began
    begun, written = (tuple(path.read_text().splitlines()) for path in (steps, tiles))
    return Ended(code, log.read_text(errors="replace"), begun, written, seconds)


def start(task: Callable[[], int], log: Path) -> int:
    """Process id of a fork that does a task and exits with what it returns."""
    child = os.fork()
    if child:
        return child
    code = BUG
    atexit._clear()  # what the parent will do at its end is not for the child
    try:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        code = task()
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(Exception):
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def wait(process: int) -> int:
    """Exit code of a process, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def main(arguments: list[str], environment: Mapping[str, str]) -> int:
    """Exit code of the command line."""
    os.environ.update(environment)
    sys.argv = ["siting", *arguments]
    try:
        faults.arm(os.environ)
        cli.main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def _note_steps(path: Path) -> None:
    """Write down the name of each step before it is computed."""
    from siting.pipeline.execute import Values

    make = Values.make

    def noted(self: Values, step: object, tick: object) -> None:
        with path.open("a") as file:
            file.write(f"{step.name}\n")
        make(self, step, tick)

    Values.make = noted


def _note_tiles(path: Path) -> None:
    """Write down the name of each tile before it is written."""
    from siting.store.unfinished import TILES, Unfinished

    write = Unfinished.write

    def noted(self: Unfinished, name: str, data: bytes) -> None:
        if TILES in name:
            with path.open("a") as file:
                file.write(f"{self.folder.name}/{name}\n")
        write(self, name, data)

    Unfinished.write = noted
