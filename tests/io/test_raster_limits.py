"""What of a raster is too much for a grid, and places of features that cannot be."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from siting.errors import InputError
from siting.findings import collect
from siting.io import raster
from siting.io.raster import read_raster
from siting.io.vector import read_features


@pytest.mark.parametrize(("limit", "value"), [("MAX_CELLS", 400), ("MAX_RATIO", 1.0)])
def test_a_raster_of_too_many_cells_is_named(tif, field, home, monkeypatch, limit, value) -> None:
    path = tif(field)
    monkeypatch.setattr(raster, limit, value * 1.0001)
    read_raster(path, home, kind="continuous")
    monkeypatch.setattr(raster, limit, value * 0.9)
    with pytest.raises(InputError, match="TOO_LARGE") as caught:
        read_raster(path, home, kind="continuous")
    told = caught.value
    assert (told.where, told.found) == (str(path), "400 cells, 1 along each cell of the grid")
    assert told.fix == "make a coarser copy of the file first, or a smaller grid"


@pytest.mark.parametrize(("most", "told"), [(2**53, False), (2**53 + 2, True), (-(2**53), False)])
def test_whole_numbers_that_floats_cannot_tell_apart(tif, home, most, told) -> None:
    values = np.zeros((20, 20), "int64")
    values[3] = most
    with collect() as findings:
        read_raster(tif(values), home, kind="categorical")
    found = [each.found for each in findings if each.code == "PRECISION_LOST"]
    assert found == (["9.0072e+15"] if told else [])


def test_what_a_layer_says_of_itself(tif, field, home) -> None:
    path = tif(field, units="m")
    found = read_raster(path, home, kind="continuous", name="heat").attrs
    assert found.items() >= {
        "units": "m", "kind": "continuous", "long_name": "heat", "source": "a.tif",
    }.items()  # fmt: skip
    assert read_raster(path, home, kind="continuous").attrs["long_name"] == "a"
    classes = tif(field.astype("uint8"), name="b.tif")
    assert read_raster(classes, home, kind="categorical").attrs["units"] == "1"


def features(folder, *shapes, crs=4326):
    gpd.GeoDataFrame({"a": range(len(shapes))}, geometry=list(shapes), crs=crs).to_file(
        folder / "a.gpkg"
    )
    return folder / "a.gpkg"


@pytest.mark.parametrize(
    ("x", "y", "code"),
    [(40.0, -117.5, "LATLON_SWAPPED"), (90.0, 90.5, "LATLON_SWAPPED"), (90.5, 95.0, "CRS_IMPL")],
)
def test_features_beyond_the_poles(tmp_path, x, y, code) -> None:
    path = features(tmp_path, shapely.Point(1.0, 2.0), shapely.Point(x, y))
    with pytest.raises(InputError, match=code) as caught:
        read_features(path)
    assert caught.value.where == str(path)
    if code == "LATLON_SWAPPED":
        assert caught.value.found == f"latitudes from {min(2, y):g} to {max(2, y):g}"
        assert caught.value.wanted == "latitudes from -90 to 90"


@pytest.mark.parametrize(("x", "wrapped"), [(180.0, 180), (180.5, -179.5), (-180.5, 179.5)])
def test_points_beyond_180_are_wrapped(tmp_path, x, wrapped) -> None:
    found = read_features(features(tmp_path, shapely.Point(x, 2), shapely.Point(10.5, 1)))
    assert found.geometry.x.tolist() == [wrapped, 10.5]


def test_a_polygon_of_no_area_is_named(tmp_path) -> None:
    flat = shapely.Polygon([(0, 0), (1, 1), (2, 2)])
    path = features(tmp_path, shapely.box(0, 0, 1, 1), flat)
    with pytest.raises(InputError, match="GEOMETRY_EMPTY") as caught:
        read_features(path)
    assert caught.value.fix == "remove these features, or draw them again"
    assert "2" in caught.value.found
