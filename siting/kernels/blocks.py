"""One pass over the blocks of lazy arrays that keeps only what a function returns."""

from collections.abc import Callable
from typing import Any, TypeVar

import dask.array as da
import numpy as np

from siting.kernels.computing import compute, mapped

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

    def block(*parts: Any, block_id: tuple[int, ...]) -> Result:
        return function(*parts)

    found: dict[tuple[int, ...], Result] = {}
    compute(mapped(block, *arrays), found.__setitem__)
    return [found[position] for position in np.ndindex(arrays[0].numblocks)]
