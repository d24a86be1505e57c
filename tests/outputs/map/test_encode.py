"""What a byte of a layer stands for."""

import zlib

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from siting.outputs.map.encode import Raster, codebook, encode, reduce


def layer(values: object, **attrs: object) -> xr.DataArray:
    return xr.DataArray(np.asarray(values), dims=("y", "x"), attrs=attrs)


def codes_of(raster: Raster) -> np.ndarray:
    """Codes as the browser finds them: inflated, then summed down and across."""
    flat = np.frombuffer(zlib.decompress(raster.packed, -zlib.MAX_WBITS), dtype=np.uint8)
    codes = flat.reshape(raster.shape)
    if raster.filtered == "plane":
        codes = np.cumsum(codes, axis=0, dtype=np.uint8)
    return codes if raster.filtered == "none" else np.cumsum(codes, axis=1, dtype=np.uint8)


def decoded(raster: Raster) -> np.ndarray:
    values = np.r_[np.nan, raster.levels]
    return values[codes_of(raster)]


def half_steps(levels: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Half of the wider step beside the level of each code."""
    steps = np.diff(levels)
    return np.maximum(np.r_[0, steps], np.r_[steps, 0])[codes.astype(int) - 1] / 2


numbers = st.floats(-1e6, 1e6, allow_nan=False, width=32)


@given(arrays(np.float64, (20, 30), elements=numbers), st.sampled_from([1, 3, 9]))
def test_a_value_is_within_half_a_step_of_its_level(values: np.ndarray, power: int) -> None:
    values = np.sign(values) * np.abs(values / 1e6) ** power
    raster = encode(layer(values), None, 1)
    slack = 1e-12 * np.abs(values).max()
    assert np.all(
        np.abs(decoded(raster) - values)
        <= half_steps(raster.levels, codes_of(raster)) * (1 + 1e-9) + slack
    )


@given(arrays(np.float64, (400,), elements=numbers))
def test_levels_span_the_full_range(values: np.ndarray) -> None:
    levels, _ = codebook(values)
    assert (levels[0], levels[-1]) == (values.min(), values.max())
    assert np.all(np.diff(levels) > 0)
    assert levels.size <= 255


def test_no_data_is_code_0_and_nothing_else_is() -> None:
    values = np.array([[np.nan, 1.0, 2.0], [3.0, np.inf, np.nan]])
    codes = codes_of(encode(layer(values), None, 1))
    np.testing.assert_array_equal(codes == 0, ~np.isfinite(values))


@pytest.mark.parametrize("filtered", ["none", "left", "plane"])
def test_every_filter_is_used_where_it_serves_and_comes_back(filtered: str) -> None:
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:200, :300].astype(float)
    surfaces = {
        "none": rng.choice([0.0, 1.0], size=y.shape),
        "left": np.cumsum(rng.choice([-1.0, 0.0, 1.0], size=y.shape), axis=1),
        "plane": np.sin(x / 60) * 50 + np.cos(y / 45) * 60 + x * y / 700,
    }
    values = surfaces[filtered]
    raster = encode(layer(values), None, 1)
    assert raster.filtered == filtered
    step = np.diff(raster.levels).max()
    np.testing.assert_allclose(decoded(raster), values, atol=step / 2 + 1e-9)


def test_few_values_are_kept_exactly() -> None:
    values = np.array([[45.0, 65.0], [95.0, 45.0]])
    raster = encode(layer(values), None, 1)
    assert raster.encoding == "exact"
    np.testing.assert_array_equal(decoded(raster), values)


def test_a_heavy_tail_takes_uneven_steps_and_a_score_does_not() -> None:
    values = np.random.default_rng(0).exponential(size=(100, 100)) ** 2
    assert encode(layer(values, units="m"), None, 1).encoding == "uneven"
    assert encode(layer(values, units="m"), None, 1, linear=True).encoding == "linear"


def test_shares_of_one_keep_even_steps_however_bunched() -> None:
    values = np.exp(-np.random.default_rng(0).uniform(0, 50, size=(100, 100)))
    assert encode(layer(values, units="1"), None, 1).encoding == "linear"
    assert encode(layer(values, units="m"), None, 1).encoding == "uneven"


def test_directions_go_round_the_full_circle() -> None:
    values = np.linspace(-180, 180, 600).reshape(20, 30)
    raster = encode(layer(values, kind="circular", units="degree"), None, 1)
    assert (raster.levels[0], raster.levels[-1]) == (0.0, 360.0)
    np.testing.assert_allclose(decoded(raster), values % 360, atol=360 / 254 / 2)


def test_booleans_are_two_codes_even_outside_the_domain() -> None:
    domain = layer([[False, True]])
    raster = encode(layer([[True, False]]), domain, 1)
    assert raster.levels.tolist() == [0.0, 1.0]
    assert codes_of(raster).tolist() == [[2, 1]]


def test_numbers_outside_the_domain_are_no_data() -> None:
    raster = encode(layer([[1.0, 2.0]]), layer([[False, True]]), 1)
    assert codes_of(raster).tolist() == [[0, 1]]
    assert raster.levels.tolist() == [2.0]


def test_a_layer_without_data_is_empty() -> None:
    raster = encode(layer(np.full((3, 4), np.nan)), None, 1)
    assert raster.levels.size == 0
    assert not codes_of(raster).any()


def test_blocks_are_means_of_the_cells_that_have_data() -> None:
    values = np.array([[1.0, np.nan, 4.0], [3.0, np.nan, 8.0], [5.0, 7.0, np.nan]])
    found = reduce(layer(values), None, 2, "mean")
    np.testing.assert_allclose(found, [[2.0, 6.0], [6.0, np.nan]])


@pytest.mark.parametrize("kind", ["categorical", "circular"])
def test_classes_and_directions_are_never_averaged(kind: str) -> None:
    values = np.array([[1.0, 359.0], [359.0, 1.0]])
    assert encode(layer(values, kind=kind), None, 2).reduction == "sample"


def test_bands_of_a_tall_layer_meet() -> None:
    values = np.arange(2500 * 4, dtype=float).reshape(2500, 4)
    np.testing.assert_array_equal(reduce(layer(values), None, 1, "mean"), values)
    blocks = reduce(layer(values), None, 3, "mean")
    assert blocks.shape == (834, 2)
    assert blocks[500, 0] == values[1500:1503, :3].mean()
