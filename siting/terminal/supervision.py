"""A run under a limit on memory, watched by a process that can still tell how it ended.

Libraries below Python end the process themselves where memory is refused: OpenBLAS with code 1
or a SIGINT of its own, C++ by abort, the dynamic loader with 127. Python is not asked. So under
such a limit the work is done in a child, and the parent, which needs no memory, tells what its
end means.
"""

import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from siting.errors import StorageError
from siting.kernels import memory_budget

INTERRUPTED = 130
_PAUSE = 0.02  # between two looks at the memory of a run under a limit [s]
_ORDERLY = b"."
_FORWARDED = (signal.SIGINT, signal.SIGTERM)
# Address space that the libraries of a run take before it begins, measured: 1.10 GB. Where less is
# left, OpenBLAS tries for ever to get its first buffer.
LIBRARIES = 1_200_000_000


def limited() -> bool:
    """Whether a limit is set on the memory of this process (``ulimit -v``, ``-d``)."""
    kinds = (resource.RLIMIT_AS, resource.RLIMIT_DATA)
    return any(resource.getrlimit(kind)[0] != resource.RLIM_INFINITY for kind in kinds)


def require_libraries() -> None:
    """Nothing where the limit leaves room for the libraries that a run needs; else an error.

    Raises
    ------
    StorageError
        MEMORY_LOW.
    """
    limits = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
    least = min(each for each in limits if each != resource.RLIM_INFINITY)
    if least < LIBRARIES:
        raise StorageError(
            "MEMORY_LOW",
            "the limit on memory (ulimit -v) leaves no room for the libraries",
            found=f"{least / 1e9:.2f} GB",
            wanted=f"{LIBRARIES / 1e9:.1f} GB and what the run itself needs",
            fix="raise the limit; `siting estimate` tells what a run needs",
        )


def supervised(work: Callable[[], None]) -> int:
    """Exit code of work that is done in a child process.

    Parameters
    ----------
    work : callable
        What to do; it ends by itself or by SystemExit.

    Raises
    ------
    StorageError
        MEMORY_FULL, where the child was ended by anything but its own Python code, or took
        more than ``--max-memory``.
    """
    reading, writing = os.pipe()
    before = {each: signal.getsignal(each) for each in _FORWARDED}
    children: list[int] = []
    signals = _forwarded(children)
    child = os.fork()
    if child == 0:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reading)
        _orderly(work, writing)
    children.append(child)
    os.close(writing)
    status = _ended(child, memory_budget.limit())
    told = os.read(reading, 1)
    os.close(reading)
    code = os.waitstatus_to_exitcode(status)
    if told and (code != INTERRUPTED or signal.SIGINT in signals):
        return code
    if not told and -code in signals:
        return 128 - code
    raise StorageError(
        "MEMORY_FULL",
        "the memory is full",
        where="a library that siting calls, under a limit on the memory (ulimit -v)",
        found=f"it ended the process with {_end(code)}",
        fix="raise the limit, or choose a coarser --resolution; finished values are kept",
    )


def _ended(child: int, limit: int | None) -> int:
    """The status of a child at its end; one that takes more than the limit is ended.

    Raises
    ------
    StorageError
        MEMORY_FULL.
    """
    while limit is not None:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        taken = _resident(child)
        if taken > limit:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise StorageError(
                "MEMORY_FULL", "the run took more memory than it may", where="--max-memory",
                found=f"{taken / 1e9:.2f} GB", wanted=f"at most {limit / 1e9:.2f} GB",
                fix="raise the limit, or choose a coarser --resolution; finished values are kept",
            )  # fmt: skip
        time.sleep(_PAUSE)
    return os.waitpid(child, 0)[1]


def _resident(process: int) -> int:
    """Resident memory of a process [bytes]; 0 where the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def _orderly(work: Callable[[], None], writing: int) -> NoReturn:
    """Do the work and end; where siting itself ends it, the parent is told so.

    The child never returns: whoever called `supervised` goes on once, in the parent.
    """
    code, told = 1, _ORDERLY
    try:
        work()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException as error:
        print(*traceback.format_exception_only(error), file=sys.stderr)
        told = b""
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os.write(writing, told)
        os._exit(code)


def _forwarded(children: list[int]) -> set[int]:
    """Signals that came in from now on, which are handed on to the children."""
    seen: set[int] = set()

    def hand_on(number: int, frame: FrameType | None) -> None:
        seen.add(number)
        for each in children:
            with suppress(ProcessLookupError):
                os.kill(each, number)

    for each in _FORWARDED:
        signal.signal(each, hand_on)
    return seen


def _end(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
