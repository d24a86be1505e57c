"""Cells of a hindcast on a grid: means where they are smaller, the cell one lies in elsewhere."""

import numpy as np
import pytest
import xarray as xr
from affine import Affine
from pyproj import CRS

from siting.errors import InputError
from siting.grid import make_grid
from siting.io.hindcast_placement import placed
from siting.io.hindcast_store import Cells
from siting.io.placement import Frame

NAN = np.nan


def field(size: float, rows: int, columns: int, values: np.ndarray, grid) -> xr.DataArray:
    """A layer of cells of so many degrees from 10 W, 40 N."""
    x, y = -10 + size * (np.arange(columns) + 0.5), 40 - size * (np.arange(rows) + 0.5)
    longitude, latitude = np.meshgrid(x, y)
    frame = Frame(CRS.from_epsg(4326), Affine(size, 0, -10, 0, -size, 40), rows, columns)
    (layer,) = placed(Cells(longitude, latitude, frame), values.reshape(1, -1), grid, 0.0)
    return layer


GRID = make_grid("EPSG:4326", 1.0, (-10, 36, -6, 40))


def test_cells_of_half_the_size_are_averaged_and_none_is_filled_in() -> None:
    values = np.arange(64.0).reshape(8, 8)
    values[:2, :2] = NAN
    values[2, 2] = NAN
    layer = field(0.5, 8, 8, values, GRID)
    assert layer.dtype == np.float32
    assert np.isnan(layer.values[0, 0])
    # Rows 2 and 3, columns 2 and 3 without the first: 19, 26 and 27.
    assert layer.values[1, 1] == pytest.approx((19 + 26 + 27) / 3, rel=1e-3)
    assert layer.values[3, 3] == pytest.approx((54 + 55 + 62 + 63) / 4, rel=1e-3)
    assert layer.attrs["resampling"] == "average"


def test_larger_cells_are_those_that_middles_lie_in() -> None:
    values = np.array([[1.0, 2.0], [NAN, 4.0]])
    layer = field(2.0, 2, 2, values, GRID)
    wanted = np.kron(values, np.ones((2, 2)))
    assert np.array_equal(layer.values, wanted, equal_nan=True)
    assert layer.attrs["resampling"] == "nearest: the cell it lies in"


def test_a_grid_elsewhere_is_refused() -> None:
    with pytest.raises(InputError, match="OUTSIDE_GRID") as caught:
        field(2.0, 2, 2, np.ones((2, 2)), make_grid("EPSG:4326", 1.0, (10, 36, 14, 40)))
    assert str(caught.value) == (
        "OUTSIDE_GRID: no cell of the hindcast is on the grid\n"
        "  fix:    check the bounds of the grid, and the file"
    )


def sites(
    places: list[tuple[float, float]], values: list[list[float]], within: float
) -> list[xr.DataArray]:
    longitude, latitude = np.array(places).T[:, None]
    return placed(Cells(longitude, latitude), np.array(values), GRID, within)


def test_sites_are_averaged_in_their_cell_and_reach_so_far() -> None:
    # Two in the first cell, one of them without a value in the second figure.
    places = [(-9.5, 39.5), (-9.4, 39.6), (-7.2, 36.9)]
    one, other = sites(places, [[1.0, 3.0, 7.0], [1.0, NAN, 8.0]], 60_000.0)
    assert one.dtype == np.float32
    assert one.values[0, 0] == 2
    assert other.values[0, 0] == 1
    assert one.values[3, 2] == 7
    assert other.values[3, 2] == 8
    # The middle of the cell to the north, 37.5 N, 7.5 W, is 72 km away; to the east, 75 km.
    assert np.isnan(one.values[2, 2])
    near, _ = sites(places, [[1.0, 3.0, 7.0]] * 2, 73_000.0)
    assert near.values[2, 2] == 7
    assert np.isnan(near.values[3, 3])
    assert near.attrs["resampling"] == "mean of sites, else the nearest within 73 km"


def test_sites_without_a_value_give_none() -> None:
    (layer,) = sites([(-9.5, 39.5)], [[NAN]], 1e6)
    assert np.isnan(layer.values).all()
    outside, *_ = sites([(0.0, 39.5)], [[5.0]], 1e3)
    assert np.isnan(outside.values).all()
