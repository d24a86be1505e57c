"""How a command ends: every error in one form, with the exit code that docs/errors.md lists."""

import errno
import hashlib
import json
import os
import re
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from siting import __version__
from siting.errors import SitingError, StorageError
from siting.terminal.console import print_error
from siting.terminal.supervision import limited

INTERRUPTED = 130
# What the system refuses whatever siting does; any other error of it is a mistake of ours.
_REFUSED = frozenset({
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE,
    errno.ENFILE, errno.ENAMETOOLONG, errno.ELOOP, errno.ETIMEDOUT, errno.ESTALE, errno.EBUSY,
})  # fmt: skip
_NO_MEMORY = re.compile(
    "out of memory|cannot allocate memory|bad_alloc|can't start new thread|failed to map segment",
    re.IGNORECASE,
)


def exit_code_of(error: BaseException) -> int:
    """The exit code for an error, once people and programs have been told of it."""
    if isinstance(error, BrokenPipeError):  # the reader of our output has gone, as `| head` does
        _drop_output()
        return 0
    if isinstance(error, KeyboardInterrupt):
        with suppress(OSError):
            print("interrupted; finished values are kept", file=sys.stderr)
        return INTERRUPTED
    known = as_known(error)
    report(known)
    with suppress(OSError):
        sys.stdout.flush()
        return known.exit_code
    _drop_output()
    return known.exit_code


def as_known(error: BaseException) -> SitingError:
    """The error itself where it is one of ours; else what stands for it."""
    if isinstance(error, SitingError):
        return error
    if _lacks_memory(error):
        return StorageError(
            "MEMORY_FULL", "the memory is full", found=str(error) or "MemoryError",
            fix="close other programs, or choose a coarser --resolution; finished values are kept",
        )  # fmt: skip
    if isinstance(error, OSError) and error.errno in _REFUSED:
        return StorageError(
            "STORAGE_FAILED", "the system refused a file or a folder",
            where=str(error.filename or ""), found=error.strerror or str(error),
            fix="look at permissions, free space and the name, and run again",
        )  # fmt: skip
    return _bug(error)


def _lacks_memory(error: BaseException) -> bool:
    """Whether memory ran out, as Python says it or as the libraries below do in their words."""
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
        return True
    if _NO_MEMORY.search(str(error)):
        return True
    before = error.__cause__ or error.__context__
    if before is not None and not isinstance(before, SitingError):
        return _lacks_memory(before)
    # llvmlite tells of a library that the loader had no room for, and drops the loader's reason.
    return limited() and "Could not find/load shared object" in str(error)


def report(error: SitingError, document: dict[str, Any] | None = None) -> None:
    """An error on stderr; as JSON on stdout too where that was asked for.

    Parameters
    ----------
    error : SitingError
        The error, or all mistakes of a pipeline file.
    document : dict, optional
        What the command found all the same, and prints in the same JSON.
    """
    with suppress(OSError):
        print_error(error)
    if "--json" in sys.argv[1:]:
        nested: list[SitingError] = getattr(error, "errors", [error])
        errors = {"errors": [each.as_dict() for each in nested]}
        with suppress(OSError):
            print(json.dumps({**(document or {}), **errors}, indent=1))


def _bug(error: BaseException) -> SitingError:
    """A mistake of siting's own: short on the screen, whole in a file."""
    trace = "".join(traceback.format_exception(error))
    details = None if os.environ.get("SITING_TRACEBACK") else _kept(trace)
    if details is None:
        with suppress(OSError):
            print(trace, file=sys.stderr)
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return SitingError(
        "BUG",
        "siting has made a mistake of its own; it is not your input's fault",
        where="; ".join(f"{Path(each.filename).name}:{each.lineno}" for each in last),
        found=f"{type(error).__name__}: {error}"[:500],
        fix="please report it, with " + (str(details) if details else "the lines above"),
    )


def _kept(trace: str) -> Path | None:
    """The file that a traceback was written to, in the store; None where that cannot be."""
    from siting.store import default_root

    name = hashlib.sha256(trace.encode()).hexdigest()[:12]
    path = default_root() / "bugs" / f"{name}.txt"
    python = ".".join(map(str, sys.version_info[:3]))
    head = f"siting {__version__}, Python {python}, {sys.platform}\n{' '.join(sys.argv)}\n\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + trace, "utf-8", "backslashreplace")
    except OSError:
        return None
    return path


def _drop_output() -> None:
    """Let what is still to be written go nowhere, so that the interpreter ends quietly."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
