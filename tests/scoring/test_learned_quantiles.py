"""Layers of quantiles: those of siting.predict, in the unit of the target."""

import numpy as np
import pytest
from geopandas import GeoDataFrame, points_from_xy
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor

from siting import predict
from siting.errors import PipelineError
from siting.grid import as_layer, make_grid
from siting.scoring.learned import quantiles

GRID = make_grid("EPSG:4326", 1.0, (0, 0, 40, 20))
RNG = np.random.default_rng(0)
DEPTH = as_layer(RNG.random((20, 40)).astype("f4"), GRID, units="km").rename("depth")
INSIDE = np.ones((20, 40), dtype=bool)
INSIDE[:3] = False
LAND = as_layer(INSIDE, GRID)


def wells(count: int = 60) -> GeoDataFrame:
    y, x = np.divmod(RNG.choice(np.arange(120, 800), count, replace=False), 40)
    frame = GeoDataFrame(
        {"t": DEPTH.values[y, x] * 100 + RNG.normal(0, 5, count)},
        geometry=points_from_xy(x + 0.5, 19.5 - y, crs=4326),
    )
    frame.attrs["columns"] = {"t": "degC"}
    return frame


def test_layers_have_the_unit_of_the_target_and_lie_in_order() -> None:
    model = RandomForestRegressor(20, min_samples_leaf=5, random_state=0)
    found = quantiles([DEPTH], wells(), "t", model, LAND, GRID)
    low, middle, high = (each.values for each in found)
    assert all(each.attrs["units"] == "degC" for each in found)
    assert np.isnan(low[:3]).all()
    assert ((low <= middle) & (middle <= high))[3:].all()
    assert (low < high)[3:].mean() > 0.9


def test_chunks_change_nothing() -> None:
    model, known = RandomForestRegressor(20, random_state=0), wells()
    whole = quantiles([DEPTH], known, "t", model, LAND, GRID)
    parts = quantiles([DEPTH.chunk({"y": 7, "x": 9})], known, "t", model, LAND, GRID)
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one.values, other.values)


def test_they_are_those_of_the_public_door() -> None:
    """Wells in cells of their own: the samples are the wells."""
    frame = wells(50)
    x, y = (frame.geometry.x - 0.5).astype(int), (19.5 - frame.geometry.y).astype(int)
    model = RandomForestRegressor(20, random_state=0)
    X = DEPTH.values[y, x][:, None]
    fitted = RandomForestRegressor(20, random_state=0).fit(X, frame.t)
    wanted = predict.quantiles(fitted, DEPTH.values[None], X, frame.t, where=INSIDE)
    found = quantiles([DEPTH], frame, "t", model, LAND, GRID)
    np.testing.assert_array_equal(np.stack([each.values for each in found]), wanted)


def test_other_models_are_refused() -> None:
    with pytest.raises(PipelineError, match="no leaves of which quantiles"):
        quantiles([DEPTH], wells(), "t", GradientBoostingRegressor(), LAND, GRID)
