"""What a learned score may not depend on: orders, units, names and columns nobody asked for."""

from functools import cache

import geopandas as gpd
import numpy as np
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from siting import findings
from siting.grid import as_layer, make_grid
from siting.scoring.learned import classifier

GRID = make_grid("EPSG:4326", 1.0, (0, 0, 20, 10))
LAND = as_layer(np.ones((10, 20), bool), GRID)
FEW = settings(max_examples=2)
# A solver stops near the best weights, not at them: other orders stop elsewhere.
SOLVED = 1e-4


def evidence(seed: int) -> list[xr.DataArray]:
    """Three layers; fields are where the first is high."""
    rng = np.random.default_rng(seed)
    hot = np.tile(np.linspace(1, 0, 20), (10, 1)) + rng.normal(0, 0.2, (10, 20))
    others = [rng.normal(0, 1, (10, 20)) for _ in range(2)]
    return [
        as_layer(values, GRID, units="1", status="measured", label_leak=False).rename(f"layer_{i}")
        for i, values in enumerate([hot, *others])
    ]


def fields(seed: int) -> gpd.GeoDataFrame:
    """Known places in the west, one in the east."""
    rng = np.random.default_rng(seed + 100)
    cells = rng.choice(80, 14, replace=False)
    x, y = np.append(cells % 8 + 0.5, 17.5), np.append(cells // 8 + 0.5, 4.5)
    return gpd.GeoDataFrame(
        {"site_id": [f"f{i}" for i in range(15)]}, geometry=gpd.points_from_xy(x, y, crs=4326)
    )


def score(features: list[xr.DataArray], labels: gpd.GeoDataFrame) -> np.ndarray:
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, tol=1e-8, random_state=0))
    with findings.collect():
        found = classifier(features, labels, model, LAND, GRID, background=100, bootstraps=2)
        return found.score.values


@cache
def plain(seed: int) -> np.ndarray:
    return score(evidence(seed), fields(seed))


@given(seed=st.integers(0, 2), order=st.permutations(range(15)))
@FEW
def test_the_order_of_labels_does_not_matter(seed: int, order: list[int]) -> None:
    found = score(evidence(seed), fields(seed).iloc[order])
    np.testing.assert_allclose(found, plain(seed), atol=SOLVED)


@given(seed=st.integers(0, 2), order=st.permutations(range(3)))
@FEW
def test_the_order_of_features_does_not_matter(seed: int, order: list[int]) -> None:
    layers = evidence(seed)
    found = score([layers[i] for i in order], fields(seed))
    np.testing.assert_allclose(found, plain(seed), atol=SOLVED)


@given(seed=st.integers(0, 2), factor=st.sampled_from([1e-3, 1e3, -1.0]), shift=st.floats(-5, 5))
@FEW
def test_the_unit_of_a_scaled_feature_does_not_matter(
    seed: int, factor: float, shift: float
) -> None:
    first, *rest = evidence(seed)
    other = (first * factor + shift).assign_attrs(first.attrs).rename(first.name)
    np.testing.assert_allclose(score([other, *rest], fields(seed)), plain(seed), atol=SOLVED)


@given(seed=st.integers(0, 2), name=st.sampled_from(["a", "z_z", "Temperature"]))
@FEW
def test_names_and_further_columns_do_not_matter(seed: int, name: str) -> None:
    layers = [each.rename(f"{name}{i}") for i, each in enumerate(evidence(seed))]
    labels = fields(seed).assign(depth=range(15), name="x")
    np.testing.assert_array_equal(score(layers, labels), plain(seed))
