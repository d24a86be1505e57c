import math
from fractions import Fraction

import dask
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from siting import reduce
from siting.grid import as_layer, cell_area, make_grid

LARGE = make_grid("EPSG:6933", 20_000, (0, -5_000_000, 26_000_000 // 2, 7_000_000))
DEGREES = make_grid("EPSG:4326", 1.0, (-180, -90, 180, 90))


def layer_of(values: NDArray) -> xr.DataArray:
    return xr.DataArray(values, dims=("y", "x"))


def random_layer(dtype: str = "f4") -> xr.DataArray:
    random = np.random.default_rng(2)
    values = random.lognormal(0, 2, (1500, 1300)).astype(dtype)
    values[random.random(values.shape) < 0.05] = np.nan
    return layer_of(values)


FIGURES = {
    "count": reduce.count,
    "total": reduce.total,
    "mean": reduce.mean,
    "weighted mean": lambda layer: reduce.mean(layer, weights=np.sqrt(layer)),
    "minimum": reduce.minimum,
    "maximum": reduce.maximum,
    "quantile": lambda layer: reduce.quantile(layer, [0.1, 0.5])[1],
    "weighted quantile": lambda layer: reduce.quantile(layer, [0.9], weights=np.sqrt(layer))[0],
}


@pytest.mark.parametrize("figure", FIGURES)
def test_chunks_threads_and_memory_order_leave_no_trace(figure: str) -> None:
    layer, results = random_layer(), set()
    fortran = layer_of(np.asfortranarray(layer.values))
    for threads in (1, 2, 4):
        with dask.config.set(scheduler="threads", num_workers=threads):
            for cut in (layer, fortran, layer.chunk(y=500, x=333), layer.chunk(y=1024, x=1024)):
                results.add(float(FIGURES[figure](cut)).hex())
    assert len(results) == 1


def test_figures_agree_with_numpy() -> None:
    layer = random_layer("f8")
    known = layer.values[~np.isnan(layer.values)]
    exact = math.fsum(known)
    assert reduce.count(layer) == len(known)
    assert reduce.total(layer) == pytest.approx(exact, rel=1e-14)
    assert reduce.mean(layer) == pytest.approx(exact / len(known), rel=1e-14)
    assert reduce.minimum(layer) == known.min()
    assert reduce.maximum(layer) == known.max()
    assert reduce.quantile(layer, [0.25, 0.5]).tolist() == np.quantile(known, [0.25, 0.5]).tolist()


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 4)), min_size=1, max_size=12))
def test_a_weight_counts_as_that_many_cells(pairs: list[tuple[int, int]]) -> None:
    values, weights = np.array(pairs, dtype=float).T
    repeated = np.repeat(values, weights.astype(int))
    layer, weight = layer_of(values[None]), layer_of(weights[None])
    assert reduce.total(layer, weight) == repeated.sum()
    if not len(repeated):
        assert math.isnan(reduce.mean(layer, weight))
        assert np.isnan(reduce.quantile(layer, [0.5], weight)).all()
        return
    mean = Fraction(int(repeated.sum()), len(repeated))
    assert reduce.mean(layer, weight) == pytest.approx(float(mean), rel=1e-15)
    shares = [0.25, 0.5, 0.9]
    expected = np.quantile(repeated, shares, method="inverted_cdf")
    assert reduce.quantile(layer, shares, weight).tolist() == expected.tolist()


@settings(max_examples=30)
@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=4, max_size=4), st.integers(0, 3))
def test_unknown_cells_are_left_out(values: list[float], gap: int) -> None:
    array = np.array(values)
    array[gap] = np.nan
    known = np.delete(array, gap)
    layer, short = layer_of(array.reshape(2, 2)), layer_of(known[None])
    for figure in (reduce.count, reduce.total, reduce.mean, reduce.minimum, reduce.maximum):
        assert figure(layer) == figure(short)


def test_an_unknown_weight_leaves_its_cell_out() -> None:
    layer, weights = layer_of(np.array([[1.0, 2.0]])), layer_of(np.array([[1.0, np.nan]]))
    assert reduce.total(layer, weights) == 1.0
    assert reduce.mean(layer, weights) == 1.0
    assert reduce.quantile(layer, [0.5], weights).tolist() == [1.0]


def test_a_layer_without_values_has_no_figures() -> None:
    nothing = layer_of(np.full((3, 3), np.nan, dtype="f4"))
    assert reduce.count(nothing) == 0
    assert reduce.total(nothing) == 0.0
    for figure in (reduce.mean, reduce.minimum, reduce.maximum):
        assert math.isnan(figure(nothing))
    assert np.isnan(reduce.quantile(nothing, [0.5])).all()


def test_true_cells_are_counted() -> None:
    mask = layer_of(np.array([[True, False, True]]))
    assert reduce.count(mask) == 2
    assert reduce.total(mask) == 2.0
    assert reduce.mean(mask) == pytest.approx(2 / 3)


# A hemisphere has half the 510.0656 million km2 of the ellipsoid (Moritz 1980).
def test_the_area_of_a_hemisphere_on_a_geographic_grid() -> None:
    north = as_layer(np.zeros(DEGREES.shape.yx, dtype=bool), DEGREES)
    north = north | (north.y > 0)
    assert reduce.area_where(north, DEGREES) / 1e6 == pytest.approx(510.0656 / 2, abs=5e-5)


# On a sphere the mean of sin²(latitude) is 1/3, by cells unweighted 1/2.
def test_a_mean_weighted_by_area_is_the_mean_over_the_ground() -> None:
    square = as_layer(np.zeros(DEGREES.shape.yx), DEGREES)
    square = square + np.sin(np.radians(square.y)) ** 2
    assert reduce.mean(square) == pytest.approx(1 / 2, abs=1e-4)
    assert reduce.mean(square, weights=cell_area(DEGREES)) == pytest.approx(1 / 3, abs=2e-3)
