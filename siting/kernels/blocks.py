"""One pass over the blocks of lazy arrays that keeps only what a function returns."""

from collections.abc import Callable
from typing import TypeVar

import dask.array as da
from dask.base import compute
from dask.delayed import delayed

Result = TypeVar("Result")


def over_blocks(function: Callable[..., Result], *arrays: da.Array) -> list[Result]:
    """Results of a function of the blocks of arrays, row by row of blocks.

    Parameters
    ----------
    function : callable
        ``function(block, ...)`` with one numpy array for each of the arrays.
    *arrays : dask.array.Array
        Arrays with the same chunks.

    Examples
    --------
    >>> over_blocks(lambda block: int(block.sum()), da.ones((2, 4), chunks=(2, 3)))
    [6, 2]
    """
    task = delayed(function, pure=True)
    # Not optimised one by one: what two arrays are both made from is then made once.
    blocks = [array.to_delayed(optimize_graph=False).ravel() for array in arrays]  # type: ignore[no-untyped-call]  # dask has no hints
    tasks = [task(*parts) for parts in zip(*blocks, strict=True)]
    return list(compute(*tasks))  # type: ignore[no-untyped-call]  # dask has no hints
