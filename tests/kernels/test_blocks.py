import dask.array as da
import numpy as np
from numpy.typing import NDArray

from siting.kernels.blocks import over_blocks


def test_blocks_come_row_by_row_and_side_by_side() -> None:
    array = da.from_array(np.arange(12).reshape(3, 4), chunks=(2, 3))
    corners = over_blocks(lambda a, b: (int(a[0, 0]), b.shape), array, array + 1)
    assert corners == [(0, (2, 3)), (3, (2, 1)), (8, (1, 3)), (11, (1, 1))]


def test_what_two_arrays_are_made_from_is_made_once() -> None:
    made: list[int] = []

    def block(values: NDArray) -> NDArray:
        made.append(int(values[0, 0]))
        return values

    zeros = np.zeros((4, 4))
    source = da.from_array(zeros, chunks=2).map_blocks(block, meta=zeros[:0, :0])
    assert over_blocks(lambda a, b: float((a + b).sum()), source + 1, source + 2) == [12.0] * 4
    assert len(made) == 4
