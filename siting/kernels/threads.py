"""One thread within scikit-learn and BLAS, so that the same numbers come out every time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from threadpoolctl import OpenBLASController, ThreadpoolController


class _Thread(threading.local):
    """How deep the calling thread is inside ``with`` blocks, and its limit of OpenMP."""

    depth = 0
    openmp: Any = None


_thread = _Thread()
_lock = threading.Lock()
_users = 0  # threads inside
_blas: Any = None  # the limit of BLAS, while there are any


@contextmanager
def single_threaded() -> Iterator[None]:
    """BLAS and OpenMP with one thread each, inside the ``with`` block.

    Notes
    -----
    The limit of OpenMP belongs to the calling thread, that of BLAS to the process. So each tile
    has an OpenMP limit of its own, but the last of several tiles that run at once puts BLAS
    back: one that ends first must not give threads to the others in the middle of their work.
    Blocks within a block cost nothing; setting limits takes milliseconds.

    Examples
    --------
    >>> from threadpoolctl import threadpool_info
    >>> with single_threaded():
    ...     {each["num_threads"] for each in threadpool_info()} <= {1}
    True
    """
    if _thread.depth == 0:
        _enter()
    _thread.depth += 1
    try:
        yield
    finally:
        _thread.depth -= 1
        if _thread.depth == 0:
            _leave()


def _enter() -> None:
    global _users, _blas  # noqa: PLW0603  (a limit of the process is process-wide state)
    controller = ThreadpoolController()
    _thread.openmp = controller.select(user_api="openmp").limit(limits=1)
    with _lock:
        if _users == 0:
            _take_control()
            _blas = controller.select(user_api="blas").limit(limits=1)
        _users += 1


def _leave() -> None:
    global _users  # noqa: PLW0603
    _thread.openmp.restore_original_limits()
    with _lock:
        _users -= 1
        if _users == 0:
            _take_control()
            _blas.restore_original_limits()
            _take_control()


def _take_control() -> None:
    """Let any thread set the limit of OpenBLAS: threadpoolctl 3.8 binds it to one."""
    clear = getattr(OpenBLASController, "clear_controlling_thread", None)
    if clear is not None:
        clear(force=True)
