"""Memory that ran out, told as an error that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from siting.errors import StorageError

_THREAD = "can't start new thread"  # CPython's words where a thread's stack finds no room


@contextmanager
def within_memory(place: str) -> Iterator[None]:
    """Turn a lack of memory inside the ``with`` block into a StorageError.

    Examples
    --------
    >>> with within_memory("layers.slope"):
    ...     raise MemoryError("Unable to allocate 80.0 GiB")
    Traceback (most recent call last):
    siting.errors.StorageError: MEMORY_FULL: the memory is full
      where:  layers.slope
      found:  Unable to allocate 80.0 GiB
      fix:    close other programs, or choose a coarser resolution; finished values are kept
    """
    try:
        yield
    except MemoryError as error:
        raise _full(place, str(error)) from error
    except RuntimeError as error:
        if str(error) != _THREAD:
            raise
        raise _full(place, _THREAD) from error


def _full(place: str, found: str) -> StorageError:
    return StorageError(
        "MEMORY_FULL", "the memory is full", where=place, found=found or "MemoryError",
        fix="close other programs, or choose a coarser resolution; finished values are kept",
    )  # fmt: skip
