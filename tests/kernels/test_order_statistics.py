"""Ranks of large arrays are those of the sorted values, whatever passes it takes to find them."""

import dask.array as da
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from siting import reduce
from siting.kernels import order_statistics as kernel


@pytest.mark.parametrize("held", [0, 3, 10**6])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_every_rank_is_that_of_the_sorted_values(held, dtype, monkeypatch):
    monkeypatch.setattr(kernel, "MOST_HELD", held)
    rng = np.random.default_rng(3)
    values = np.exp(3 * rng.standard_normal((40, 30))).astype(dtype) * rng.choice([-1, 1], (40, 30))
    values = values.astype(dtype)
    values[rng.random((40, 30)) < 0.2] = np.nan
    values[:5] = 7.5
    values[5, :3] = [np.inf, -np.inf, -0.0]
    known = np.sort(values[~np.isnan(values)])
    ranks = [0, 1, len(known) // 3, len(known) // 2, len(known) - 1]
    count, found = kernel.order_statistics(da.from_array(values, chunks=16), lambda n: ranks)
    assert count == len(known)
    assert found.dtype == dtype
    assert found.tolist() == known[ranks].tolist()


def test_nothing_known_has_no_ranks():
    count, found = kernel.order_statistics(da.full((3, 3), np.nan), lambda n: [0])
    assert (count, len(found)) == (0, 0)


@given(
    arrays.arrays("f8", (6, 7), elements=st.floats(-1e6, 1e6) | st.just(np.nan)),
    st.lists(st.floats(0, 1), min_size=1, max_size=4),
)
def test_quantiles_have_the_bits_of_numpy(values, shares):
    known = values[~np.isnan(values)] + 0.0
    found = reduce.quantile(xr.DataArray(values, dims=("y", "x")), shares)
    wanted = np.quantile(known, shares) if len(known) else np.full(len(shares), np.nan)
    assert np.asarray(found).tobytes() == np.asarray(wanted).tobytes()
