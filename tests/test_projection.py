import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from odc.geo.geobox import GeoBox
from pyproj import CRS

from siting.errors import GridError
from siting.grid import make_grid
from siting.projection import (
    analysis_crs,
    circle,
    crs_of,
    is_cylindrical,
    is_equal_area,
    position,
    wrap,
)


@pytest.mark.parametrize(
    ("crs", "cylindrical", "equal_area"),
    [
        ("EPSG:4326", True, False),
        ("OGC:CRS84", True, False),
        ("EPSG:4258", True, False),  # ETRS89
        ("EPSG:6933", True, True),
        ("EPSG:5070", False, True),
        ("EPSG:3035", False, True),
        ("EPSG:32611", False, False),
        ("EPSG:27700", False, False),
    ],
)
def test_what_a_crs_is_known_for(crs: str, cylindrical: bool, equal_area: bool) -> None:
    system = analysis_crs(crs)
    assert (is_cylindrical(system), is_equal_area(system)) == (cylindrical, equal_area)


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:3395", "EPSG:3832"])
def test_mercator_is_refused_for_analysis(crs: str) -> None:
    with pytest.raises(GridError, match="Mercator stretches lengths"):
        analysis_crs(crs)


@pytest.mark.parametrize("crs", ["EPSG:32611", "EPSG:3375", "EPSG:2056"])
def test_transverse_and_oblique_mercator_are_local_and_welcome(crs: str) -> None:
    assert analysis_crs(crs).is_projected


# x of 180 E in EASE-Grid 2.0 is 17,367,530.45 m (Brodzik et al. 2012, table 1).
@pytest.mark.parametrize(
    ("crs", "meridian"), [("EPSG:6933", 0), ("+proj=cea +lon_0=150 +lat_ts=30 +datum=WGS84", 150)]
)
def test_the_circle_of_the_equal_area_world(crs: str, meridian: float) -> None:
    found = circle(CRS(crs))
    assert found == pytest.approx((meridian, 0, 2 * 17_367_530.445), abs=0.001)


def test_a_grid_without_crs_is_refused() -> None:
    with pytest.raises(GridError, match="the grid has no CRS"):
        crs_of(GeoBox((1, 1), make_grid("EPSG:4326", 1.0, "world").affine, None))


def test_a_position_beyond_the_projection_is_unknown() -> None:
    grid = make_grid("EPSG:6933", 1e6, "world")
    longitude, latitude = position(grid, [-1.0, 1.0], [5.0, 5.0])
    assert np.isnan(latitude).tolist() == [True, False]
    assert np.isfinite(longitude).all()


def test_positions_are_not_to_be_written_to() -> None:
    longitude, _ = position(make_grid("EPSG:4326", 1.0, "world"), np.arange(3.0)[:, None], 0.5)
    with pytest.raises(ValueError, match="read-only"):
        longitude[0] = 0


@given(st.floats(-1e4, 1e4))
@example(math.nextafter(-180.0, -math.inf))
def test_wrapped_longitudes_are_the_same_meridian(longitude: float) -> None:
    wrapped = float(wrap(longitude))
    assert -180 <= wrapped < 180
    assert math.cos(math.radians(wrapped - longitude)) == pytest.approx(1, abs=1e-9)
