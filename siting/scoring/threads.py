"""One thread within scikit-learn and BLAS, so that the same numbers come out every time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits


class _State(threading.local):
    """How deep the calling thread is inside ``with`` blocks."""

    depth = 0


_state = _State()
_lock = threading.Lock()
_users = 0
_before: threadpool_limits | None = None


@contextmanager
def single_threaded() -> Iterator[None]:
    """BLAS and OpenMP with one thread each, inside the ``with`` block.

    Notes
    -----
    The limits of BLAS belong to the process, those of OpenMP to the calling thread. So every
    tile sets them, and only the last of several tiles that run at once puts them back: a tile
    that ends first must not give threads to the others in the middle of their work. Blocks
    within a block cost nothing; setting limits takes milliseconds.

    Examples
    --------
    >>> from threadpoolctl import threadpool_info
    >>> with single_threaded():
    ...     {each["num_threads"] for each in threadpool_info()} <= {1}
    True
    """
    if _state.depth == 0:
        _enter()
    _state.depth += 1
    try:
        yield
    finally:
        _state.depth -= 1
        if _state.depth == 0:
            _leave()


def _enter() -> None:
    global _users, _before  # noqa: PLW0603  (a limit of the process is process-wide state)
    with _lock:
        limits = threadpool_limits(1)
        _before = _before or limits
        _users += 1


def _leave() -> None:
    global _users, _before  # noqa: PLW0603
    with _lock:
        _users -= 1
        if _users == 0 and _before is not None:
            _before.restore_original_limits()
            _before = None
