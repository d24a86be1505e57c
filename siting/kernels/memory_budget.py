"""How much memory a run may take, and how many tiles that lets be under way.

Without a limit there are as many tiles under way as processors, at least two. Under one, fewer are
taken at once where they would not fit, and the process that started the run ends it where it takes
more all the same (:mod:`siting.terminal.supervision`). The system's own limits count addresses,
of which libraries reserve a gigabyte that they never touch: they would end runs that fit.
"""

import ctypes
import os
import re
from contextlib import suppress

from siting.errors import PipelineError, StorageError

_UNITS = {"": 1, "B": 1}
_UNITS |= {f"{letter}B": 1000**power for power, letter in enumerate("kMGT", 1)}
_UNITS |= {f"{letter}iB": 1024**power for power, letter in enumerate("KMGT", 1)}

# Resident memory that Python and the libraries of a run take before the first tile, measured:
# 0.47 GB.
LIBRARIES = 500_000_000
# Room in which a run of few tiles at once gets by: the tables and pages that are written last.
LEAST = LIBRARIES + 200_000_000

# Parameters of glibc's mallopt(3): threshold of mmap [byte], number of arenas.
_MALLOC = {-3: 512 * 1024, -8: 2}

_limit: int | None = None


def size_of(text: str, option: str) -> int:
    """Bytes of a size with its unit.

    Parameters
    ----------
    text : str
        The size.
    option : str
        Where it was given, for an error.

    Raises
    ------
    PipelineError
        OPTION_INVALID.

    Examples
    --------
    >>> size_of("2 GB", "--max-memory"), size_of("1.5 MiB", "--max-memory")
    (2000000000, 1572864)
    """
    match = re.fullmatch(r"\s*(\d{1,12}(?:\.\d{1,6})?)\s*([A-Za-z]*)\s*", text)
    if match is None or match[2] not in _UNITS:
        raise PipelineError(
            "OPTION_INVALID",
            "not a size",
            where=option,
            found=text,
            wanted="a number with one of " + ", ".join(filter(None, _UNITS)),
        )
    return int(float(match[1]) * _UNITS[match[2]])


def limit() -> int | None:
    """Resident memory that this process may take [bytes]; None where nobody set a limit."""
    return _limit


def keep_within(size: int | None) -> None:
    """Take no more than so much resident memory from now on, this process and those it forks.

    Parameters
    ----------
    size : int or None
        Limit [bytes]; None forgets an earlier one.

    Raises
    ------
    StorageError
        MEMORY_LOW, where the libraries alone need more.

    """
    global _limit  # noqa: PLW0603  (a limit of the process is process-wide state)
    if size is not None and size < LEAST:
        raise StorageError(
            "MEMORY_LOW",
            "the limit on memory leaves no room for the libraries",
            where="--max-memory",
            found=_size(size),
            wanted=f"at least {_size(LEAST)}, and what the run itself needs",
            fix="raise the limit; `siting estimate` tells what a run needs",
        )
    _limit = size
    if size is not None:
        _give_back_at_once()


def _give_back_at_once() -> None:
    """Have freed arrays go back to the system, where the C library can be told so.

    Else glibc keeps what each thread has freed, up to twice of what is in use.
    """
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for parameter, value in _MALLOC.items():
            mallopt(parameter, value)


def tiles_at_once(bytes_per_tile: int) -> int:
    """How many tiles may be under way: one for each processor, at least two, if they fit.

    Parameters
    ----------
    bytes_per_tile : int
        What one of them takes while it is worked out, its inputs included [bytes].

    Raises
    ------
    StorageError
        MEMORY_LOW, where not even one fits into the limit.

    Examples
    --------
    >>> tiles_at_once(8 * 1024**2) >= 2
    True
    """
    most = max(2, _processors())
    if _limit is None:
        return most
    fitting = (_limit - LIBRARIES) // max(bytes_per_tile, 1)
    if fitting < 1:
        raise StorageError(
            "MEMORY_LOW",
            "the limit on memory leaves no room for a single tile of the grid",
            where="--max-memory",
            found=_size(_limit),
            wanted=_size(LIBRARIES + bytes_per_tile),
            fix="raise the limit, or take fewer layers into one score",
        )
    return min(most, fitting)


def _processors() -> int:
    count = os.cpu_count() or 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else count


def _size(count: int) -> str:
    """Bytes as people read them.

    Examples
    --------
    >>> _size(700_000_000), _size(3)
    ('0.70 GB', '3 byte')
    """
    return f"{count / 1e9:.2f} GB" if count >= 10_000_000 else f"{count} byte"
