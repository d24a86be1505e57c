"""Intervals that hold the share that they promise, measured in blocks left out."""

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.linear_model import LinearRegression, LogisticRegression

from siting.errors import InputError, PipelineError, SitingError
from siting.grid import as_layer, make_grid
from siting.kernels.conformal import fewest, half_width
from siting.scoring.conformal import interval, scaled_interval
from siting.scoring.folds import spatial_blocks

GRID = make_grid("EPSG:4326", 0.5, (0, 0, 40, 20))
LAND = as_layer(np.ones(GRID.shape.yx, dtype=bool), GRID)
_RNG = np.random.default_rng(2)
DEPTH = _RNG.uniform(1, 5, GRID.shape.yx)
LAYER = as_layer(DEPTH, GRID, units="km", status="measured").rename("depth")
FOLDS = spatial_blocks("4 degree", "0 km", 6)


def wells(count: int, noise: Any, seed: int = 0) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """Temperatures of 40 degC a kilometre with noise, and those of all cells by the same rule."""
    rng = np.random.default_rng(seed)
    temperature = 40 * DEPTH + noise(DEPTH) * rng.normal(size=DEPTH.shape)
    chosen = rng.choice(DEPTH.size, count, replace=False)
    row, column = np.unravel_index(chosen, DEPTH.shape)
    geometry = gpd.points_from_xy(0.25 + 0.5 * column, 19.75 - 0.5 * row, crs="EPSG:4326")
    frame = gpd.GeoDataFrame({"t": temperature[row, column]}, geometry=geometry)
    frame.attrs = {"name": "wells", "columns": {"t": "degC"}}
    return frame, temperature


def found(function: Any, frame: gpd.GeoDataFrame, **options: Any) -> Any:
    given = {"model": LinearRegression(), "folds": FOLDS, "domain": LAND, "grid": GRID, **options}
    return function([LAYER], frame, "t", **given)


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.95])
def test_intervals_hold_as_many_cells_as_they_promise(coverage: float) -> None:
    frame, truth = wells(300, lambda depth: 10.0)
    result = found(interval, frame, coverage=coverage)
    held = (truth >= result.low.values) & (truth <= result.high.values)
    # Three standard errors of a share of 300 labels.
    error = 3 * np.sqrt(coverage * (1 - coverage) / 300)
    assert held.mean() == pytest.approx(coverage, abs=error)
    assert result.record["measured"] == pytest.approx(coverage, abs=error)
    # Of errors with a standard deviation of 10 degC.
    wanted = 10 * norm.ppf((1 + coverage) / 2)
    assert result.record["half_width"] == pytest.approx(wanted, rel=0.15)
    assert result.low.units == result.high.units == result.estimate.units == "degC"


def test_scaled_intervals_hold_their_share_where_errors_are_small_and_where_they_are_large():
    frame, truth = wells(400, lambda depth: 3 * depth)
    same, scaled = (found(each, frame) for each in (interval, scaled_interval))
    shallow, deep = DEPTH < 2, DEPTH > 4
    share = [
        [float(((truth >= each.low) & (truth <= each.high)).values[part].mean())
         for part in (shallow, deep)]
        for each in (same, scaled)
    ]  # fmt: skip
    assert share[0][0] > 0.93 > 0.75 > share[0][1]
    assert share[1] == pytest.approx([0.8, 0.8], abs=0.12)
    assert scaled.record["scaled"] is True
    assert scaled.record["measured"] == pytest.approx(0.8, abs=0.06)


def test_coverage_is_told_by_fold():
    record = found(interval, wells(120, lambda depth: 10.0)[0]).record
    assert sum(each["samples"] for each in record["folds"]) == 120
    assert record["lowest_fold"] == min(each["measured"] for each in record["folds"])
    assert "80% of places not seen" in record["text"]


def test_a_region_of_its_own_shows_in_its_fold():
    frame, _ = wells(200, lambda depth: 5.0)
    east = frame.geometry.x > 36
    frame.loc[east, "t"] += 100.0
    record = found(interval, frame).record
    assert record["lowest_fold"] < record["measured"] < 0.85


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.floats(0, 1e3), min_size=5, max_size=60), st.floats(0.5, 0.9),
    st.floats(0.01, 0.09),
)  # fmt: skip
def test_widths_rise_with_coverage_and_hold_the_share(errors, coverage, more):
    width = half_width(errors, coverage)
    assert half_width(errors, coverage + more) >= width
    inside = np.sum(np.asarray(errors) <= width)
    assert inside >= min(coverage * (len(errors) + 1) - 1e-6, len(errors))


def test_too_few_wells_for_a_wide_interval_are_refused():
    frame, _ = wells(12, lambda depth: 10.0)
    with pytest.raises(InputError, match=r"(?s)12 systems.*19 at least for a coverage of 0.95"):
        found(interval, frame, coverage=0.95, folds=spatial_blocks("10 degree", "0 km", 3))
    assert fewest(0.95) == 19


def test_a_classifier_a_share_of_one_and_a_column_without_a_unit_are_refused():
    frame, _ = wells(40, lambda depth: 10.0)
    with pytest.raises(PipelineError, match="not a regressor"):
        found(interval, frame, model=LogisticRegression())
    with pytest.raises(SitingError, match="coverage"):
        found(scaled_interval, frame, coverage=1.0)
    frame.attrs["columns"] = {}
    with pytest.raises(InputError, match="UNITS_MISSING"):
        found(interval, frame)


def test_a_perfect_model_has_an_interval_of_almost_no_width():
    frame, _ = wells(40, lambda depth: 0.0)
    for function in (interval, scaled_interval):
        result = found(function, frame)
        assert float((result.high - result.low).max()) < 1e-6
