"""A raster of heights beside the true ones: shifted, turned over, in other units, or right."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from scipy.ndimage import gaussian_filter, map_coordinates

from siting.findings import collect
from siting.grid import make_grid
from siting.io.likeness import correlation, match, small_features
from siting.io.raster import read_raster
from siting.sources.catalogue import catalogue

W, N, CELL, SIDE = -119.0, 42.0, 0.1, 50
GRID = make_grid("EPSG:4326", CELL, (W, N - SIDE * CELL, W + SIDE * CELL, N))


@pytest.fixture(scope="module")
def heights() -> np.ndarray:
    """Heights on all cells of the embedded raster, to the half cell around [m]."""
    with rasterio.open(catalogue()["elevation"].path) as file:
        return file.read(1).astype("float64")


def region(heights: np.ndarray, east: float = 0.0, south: float = 0.0, noise: float = 60.0):
    """Heights of a region as another survey would give them, moved by so many cells."""
    rows = (90 - 0.05 - (N - CELL * (np.arange(SIDE) + 0.5 + south))) / CELL + 0.0
    columns = (W + CELL * (np.arange(SIDE) + 0.5 + east) + 180.05) / CELL - 0.5
    row, column = np.meshgrid(rows - 0.5, columns, indexing="ij")
    values = map_coordinates(heights, [row, column], order=1)
    return values + np.random.default_rng(5).normal(0, noise, values.shape)


def said(tif, values: np.ndarray, units: str = "m", name: str = "dem.tif", **options) -> list[str]:
    """Codes of what is said of a raster of the region."""
    path = tif(values, transform=Affine(CELL, 0, W, 0, -CELL, N), name=name)
    reference: Path = catalogue()["elevation"].path
    with collect() as noticed:
        read_raster(
            path, GRID, **{"kind": "continuous", "units": units, "reference": reference, **options}
        )
    return [each.code for each in noticed]


@pytest.mark.parametrize("noise", [0.0, 60.0, 200.0])
def test_true_heights_raise_no_alarm(tif, heights, noise) -> None:
    assert said(tif, region(heights, noise=noise)) == []
    assert said(tif, gaussian_filter(region(heights, noise=noise), 1)) == []


@pytest.mark.parametrize(("east", "south"), [(1, 0), (0, -1), (2, 2), (-1, 1), (0.5, 0)])
def test_heights_that_lie_elsewhere(tif, heights, east, south) -> None:
    assert said(tif, region(heights, east, south)) == ["LAYER_MISPLACED"]


def test_heights_turned_over(tif, heights) -> None:
    values = region(heights)
    for turned in (values[::-1], values[:, ::-1], values[::-1, ::-1]):
        assert said(tif, turned.copy()) == ["LAYER_FLIPPED"]


def test_sign_is_a_mistake_of_heights_alone(tif, heights) -> None:
    assert said(tif, -region(heights)) == ["LAYER_NEGATED"]
    assert said(tif, -region(heights), name="soundings.tif") == []


@pytest.mark.parametrize("factor", [1 / 0.3048, 0.3048, 100.0, 0.01, 1000.0, 0.001])
def test_heights_in_other_units(tif, heights, factor) -> None:
    # What no height can be is beyond its range as well.
    assert said(tif, region(heights) * factor)[-1] == "UNITS_IMPLAUSIBLE"
    kilometres = region(heights) / 1000
    assert said(tif, kilometres, units="km") == []


def test_other_quantities_are_left_alone(tif, heights) -> None:
    smooth = gaussian_filter(np.random.default_rng(1).normal(size=(SIDE, SIDE)), 3) * 900
    assert said(tif, smooth, name="basement.tif") == []
    assert said(tif, region(heights, 1), units="K", valid_range=(-1e9, 1e9)) == []
    assert said(tif, region(heights, 1).round(), kind="categorical", units="1") == []
    for name in ("moho_depth", "lab_depth", "coast_distance"):
        entry = catalogue()[name]
        with collect() as noticed:
            read_raster(
                entry.path, GRID, kind="continuous", units=entry.units,
                reference=catalogue()["elevation"].path,
            )  # fmt: skip
        assert [each.code for each in noticed] == []


def test_too_few_cells_prove_nothing() -> None:
    assert match(np.ones((10, 10)), np.ones((10, 10))) is None
    assert match(np.ones((40, 40)), np.random.default_rng(0).normal(size=(40, 40))) is None
    assert np.isnan(correlation(np.zeros((3, 3)), np.zeros((3, 3))))


def test_small_features_have_no_trend() -> None:
    row, column = np.mgrid[0:30, 0:30]
    plane = 3.0 * row - 2.0 * column
    assert np.allclose(small_features(plane)[4:-4, 4:-4], 0, atol=1e-9)
    plane[10, 10] = np.nan
    assert np.isnan(small_features(plane)[10, 10])
