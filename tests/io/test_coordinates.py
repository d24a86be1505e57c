"""Where the cells of a gridded variable are, by coordinates, bounds and grid mappings."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from affine import Affine
from pyproj import CRS

from siting.errors import InputError
from siting.findings import collect
from siting.io.coordinates import frame_of
from siting.io.placement import Frame

LAT, LON = [40.5, 39.5, 38.5], [-126.5, -125.5, -124.5, -123.5]
NORTH, EAST = {"units": "degrees_north"}, {"units": "degrees_east"}


def field(y, x, y_attrs=NORTH, x_attrs=EAST, names=("lat", "lon"), **attrs) -> xr.Dataset:
    y, x = np.asarray(y), np.asarray(x)
    return xr.Dataset(
        {"hs": (names, np.zeros((y.size, x.size)), attrs)},
        coords={names[0]: (names[0], y, dict(y_attrs)), names[1]: (names[1], x, dict(x_attrs))},
    )


def framed(dataset: xr.Dataset, crs: str | None = None) -> tuple[Frame, list[str]]:
    array = dataset["hs"]
    with collect() as findings:
        found = frame_of(dataset, array, tuple(array.dims), crs, Path("a.nc"))
    return found, [each.found for each in findings if each.code == "CELL_BOUNDS"]


def refused(code: str, dataset: xr.Dataset, crs: str | None = None) -> InputError:
    with pytest.raises(InputError, match=code) as caught:
        framed(dataset, crs)
    assert caught.value.code == code
    return caught.value


def test_cells_lie_around_their_coordinates() -> None:
    found, _ = framed(field(LAT, LON))
    assert found.affine == Affine(1, 0, -127, 0, -1, 41)
    assert (found.height, found.width, found.crs.to_epsg()) == (3, 4, 4326)
    found, _ = framed(field(LAT[::-1], LON))
    assert found.affine == Affine(1, 0, -127, 0, 1, 38)


def test_longitudes_go_on_beyond_the_dateline() -> None:
    found, _ = framed(field(LAT, [178.5, 179.5, -179.5, -178.5]))
    assert found.affine == Affine(1, 0, 178, 0, -1, 41)


def test_packed_coordinates_are_unpacked() -> None:
    packed = {**EAST, "scale_factor": 0.5, "add_offset": -126.5}
    found, _ = framed(field(LAT, [0, 2, 4, 6], x_attrs=packed))
    assert found.affine.c == -127


@pytest.mark.parametrize(("off", "fine"), [(0.009, True), (0.011, False)])
def test_steps_are_even_to_a_hundredth(off, fine) -> None:
    dataset = field(LAT, [-126.5, -125.5 + off, -124.5, -123.5])
    if fine:
        assert framed(dataset)[0].affine.a == 1
    else:
        error = refused("GRID_IRREGULAR", dataset)
        assert error.found == "4 coordinates from -126.5 to -123.5"
        assert error.where == "a.nc: lon"


@pytest.mark.parametrize(
    ("y", "count"), [([40.5], "1 coordinate"), ([40.5, 40.5, 40.5], "3 coordinates")]
)
def test_a_step_must_be_known(y, count) -> None:
    assert refused("GRID_IRREGULAR", field(y, LON)).found.startswith(count)


@pytest.mark.parametrize(
    ("y", "x", "code"),
    [
        ([40.5, np.nan, 38.5], LON, "COORD_INVALID"),
        ([40.5, 1e7, 38.5], LON, "COORD_INVALID"),
        (LAT, [-126.5, np.inf, -124.5, -123.5], "COORD_INVALID"),
        ([-120.0, -119.0], [40.0, 41.0], "LATLON_SWAPPED"),
        ([359.0, 360.0], [89.0, 90.0], "LATLON_SWAPPED"),
        ([360.5, 361.5], [40.0, 41.0], "CRS_IMPLAUSIBLE"),
        ([-120.0, -119.0], [90.5, 91.5], "CRS_IMPLAUSIBLE"),
    ],
)
def test_coordinates_that_are_no_places(y, x, code) -> None:
    error = refused(code, field(y, x))
    if code == "COORD_INVALID":
        assert error.found in {"1 of 3", "1 of 4"}
    else:
        assert error.found == f"{min(y):g} to {max(y):g}"


def test_latitudes_end_at_the_poles() -> None:
    assert framed(field([90.0, 0.0, -90.0], [-180.0, -60.0, 60.0]))[0].height == 3
    assert framed(field([90.0005, 0.0, -90.0005], [-180.0, -60.0, 60.0]))[0].height == 3
    refused("CRS_IMPLAUSIBLE", field([90.002, 0.0, -90.002], [-180.0, -60.0, 60.0]))


def test_rounding_of_narrow_coordinates_is_undone() -> None:
    step = 1 / 60  # a minute: no number of single precision
    x = (10 + step / 2 + step * np.arange(60)).astype("float32")
    found, _ = framed(field(LAT, x))
    assert found.affine.a == pytest.approx(step, rel=1e-12)
    assert found.affine.c == pytest.approx(10, abs=1e-9)
    tenths = np.arange(-120.05, -118, 0.1).astype("float32")
    assert framed(field(LAT, tenths))[0].affine.a == pytest.approx(0.1, rel=1e-12)
    wide, _ = framed(field(LAT, x.astype("float64")))
    assert wide.affine.a != pytest.approx(step, rel=1e-12)  # what doubles say is meant


def with_bounds(edges) -> xr.Dataset:
    dataset = field(LAT, LON, x_attrs={**EAST, "bounds": "lon_bnds"})
    dataset["lon_bnds"] = (("lon", "two"), np.asarray(edges, dtype=float))
    return dataset


def around(before: float, after: float) -> list[list[float]]:
    return [[x - before, x + after] for x in LON]


@pytest.mark.parametrize(
    ("edges", "west"),
    [
        (around(0.5, 0.5), None),
        (around(0, 1), -126.5),
        (around(1, 0), -127.5),
        ([pair[::-1] for pair in around(0, 1)], -126.5),
        (around(0.495, 0.505), None),  # half a hundredth of a cell is rounding
        (around(0.48, 0.52), -126.98),
        (around(0, 0.9), None),  # not as wide as the step
        (around(-2, 3), None),  # of another cell
        ([*around(0, 1)[:2], [0, 0], [0, 0]], -126.5),
    ],
)
def test_bounds_say_that_coordinates_are_edges(edges, west) -> None:
    found, told = framed(with_bounds(edges))
    assert found.affine.c == pytest.approx(-127 if west is None else west)
    assert len(told) == (west is not None)
    if west == -126.5:
        assert told == ["-126.5, in a cell from -126.5 to -125.5"]


def test_bounds_of_rows_from_the_north() -> None:
    dataset = field(LAT, LON, y_attrs={**NORTH, "bounds": "lat_bnds"})
    dataset["lat_bnds"] = (("lat", "two"), [[y, y + 1] for y in LAT])
    assert framed(dataset)[0].affine.f == 41.5
    dataset["lat_bnds"] = (("lat", "three"), [[y, y + 1, y] for y in LAT])
    assert framed(dataset)[0].affine.f == 41


# --- systems -------------------------------------------------------------------------------------

METRES = {"units": "m", "standard_name": "projection_x_coordinate"}


def mapped(attrs: dict, name: str = "crs", mapping: str | None = None, units: str = "m"):
    factor = 1000.0 if units == "m" else 1.0
    y, x = factor * np.array([4302.0, 4301.0, 4300.0]), factor * np.array([300.0, 301.0, 302.0])
    found = field(y, x, {"units": units}, {"units": units}, ("y", "x"))
    found[name] = ((), 0, attrs)
    if mapping:
        found["hs"].attrs["grid_mapping"] = mapping
    return found


UTM = CRS("EPSG:32611")


@pytest.mark.parametrize(
    ("attrs", "name", "mapping"),
    [
        ({"crs_wkt": UTM.to_wkt()}, "crs", None),
        ({"spatial_ref": UTM.to_wkt()}, "spatial_ref", None),
        ({"crs_wkt": UTM.to_wkt()}, "utm", "utm"),
        ({"crs_wkt": UTM.to_wkt()}, "utm", " utm: x y"),
        (UTM.to_cf(), "utm", "utm"),
        ({key: value for key, value in UTM.to_cf().items() if key != "crs_wkt"}, "utm", "utm"),
    ],
)
def test_systems_by_their_mapping(attrs, name, mapping) -> None:
    found, _ = framed(mapped(attrs, name, mapping))
    assert found.crs.coordinate_operation.name.endswith("UTM zone 11N") or "crs_wkt" not in attrs
    assert found.affine == Affine(1000, 0, 299_500, 0, -1000, 4_302_500)


def test_kilometres_become_metres() -> None:
    for units in ("km", "kilometre", "Kilometer"):
        found, _ = framed(mapped({"crs_wkt": UTM.to_wkt()}, units=units))
        assert found.affine == Affine(1000, 0, 299_500, 0, -1000, 4_302_500)


def test_a_system_that_nobody_names_is_missing() -> None:
    refused("CRS_MISSING", field([1e6, 9e5], [1e5, 2e5], METRES, METRES, ("y", "x")))
    assert framed(mapped({}), "EPSG:32611")[0].crs == UTM
    refused("CRS_MISSING", mapped({"grid_mapping_name": "no_such_projection"}))


@pytest.mark.parametrize(
    ("names", "y_attrs", "x_attrs", "known"),
    [
        (("lat", "lon"), {}, {}, True),
        (("Latitude", "Longitude"), {}, {}, True),
        (("y", "x"), NORTH, EAST, True),
        (("y", "x"), NORTH, {}, False),
        (("y", "x"), {}, EAST, False),
        (("lat", "x"), {}, {}, False),
    ],
)
def test_degrees_by_their_units_or_names(names, y_attrs, x_attrs, known) -> None:
    dataset = field(LAT, LON, y_attrs, x_attrs, names)
    if known:
        assert framed(dataset)[0].crs.to_epsg() == 4326
    else:
        refused("CRS_MISSING", dataset)


def test_curvilinear_grids_are_refused() -> None:
    dataset = field([0, 1], [0, 1, 2], {}, {}, ("lat", "lon"), coordinates="nav_lat nav_lon t")
    dataset["nav_lat"] = (("lat", "lon"), np.zeros((2, 3)))
    assert refused("GRID_IRREGULAR", dataset).found == "two-dimensional coordinates nav_lat"
    # Rows and columns with units of their own are places.
    placed = dataset.assign_coords(lat=("lat", [38.5, 39.5], NORTH), lon=("lon", LON[:3], EAST))
    assert framed(placed)[0].width == 3
    half = dataset.assign_coords(lat=("lat", [38.5, 39.5], NORTH))
    refused("GRID_IRREGULAR", half)
