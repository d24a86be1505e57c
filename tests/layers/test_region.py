import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import PipelineError
from siting.grid import longitude_latitude, make_grid
from siting.layers import region

WORLD = make_grid("EPSG:4326", 5.0, "world")
LONGITUDE, LATITUDE = longitude_latitude(WORLD, slice(0, WORLD.shape.y), slice(0, WORLD.shape.x))


def test_box_across_the_dateline() -> None:
    found = region.box(west=170, south=-50, east=-170, north=-30, grid=WORLD).values
    expected = (np.abs(LONGITUDE) > 170) & (LATITUDE > -50) & (LATITUDE < -30)
    np.testing.assert_array_equal(found, expected)
    assert found.sum() == 4 * 4


@pytest.mark.parametrize(("west", "east"), [(-180, 180), (0, 360), (-170, 190)])
def test_box_round_the_world_holds_all_longitudes(west: float, east: float) -> None:
    found = region.box(west=west, south=-90, east=east, north=90, grid=WORLD).values
    assert found.all()


@settings(max_examples=40, deadline=None)
@given(st.integers(-180, 179), st.integers(1, 359))
def test_box_and_the_rest_of_the_turn_make_up_the_world(west: int, width: int) -> None:
    east = (west + width + 180) % 360 - 180
    one = region.box(west=west, south=-90, east=east, north=90, grid=WORLD).values
    other = region.box(west=east, south=-90, east=west, north=90, grid=WORLD).values
    assert (one | other).all()
    # Only centres right on the two meridians belong to both.
    shared = np.unique(LONGITUDE[one & other])
    assert set(np.round(shared % 360, 6)) <= {west % 360, east % 360}


def test_great_basin_has_its_size() -> None:
    # -121..-111 and 36..43: on a sphere R² Δλ (sin 43 - sin 36) = 667,000 km2.
    from siting.reduce import area_where

    grid = make_grid("EPSG:6933", 10_000, "world")
    inside = region.box(west=-121, south=36, east=-111, north=43, grid=grid)
    assert area_where(inside, grid) == pytest.approx(667_000, rel=0.02)


@pytest.mark.parametrize("bounds", [(0, 10, 5, 10), (0, 10, 5, -10), (5, 0, 5, 10)])
def test_empty_box_is_refused(bounds: tuple[float, float, float, float]) -> None:
    with pytest.raises(PipelineError, match="VALUE_INVALID: the box is empty"):
        region.box(*bounds, grid=WORLD)


def test_latitude_beyond_the_pole_is_refused() -> None:
    with pytest.raises(PipelineError, match="VALUE_INVALID"):
        region.box(west=0, south=0, east=10, north=91, grid=WORLD)
