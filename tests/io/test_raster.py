"""Raster files: the right value in the right cell, or an error with a code."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import rasterio
import xarray as xr
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rasterio.transform import from_bounds

from siting.errors import GridError, InputError, UnitsError
from siting.findings import collect
from siting.grid import longitude_latitude, make_grid
from siting.io import geotiff, raster
from siting.io.raster import read_raster

W, S, E, N = -120.0, 38.0, -118.0, 40.0


def at(layer: xr.DataArray, longitude: float, latitude: float) -> float:
    return float(layer.sel(x=longitude, y=latitude, method="nearest"))


def codes(path: Path, grid, **options) -> list[str]:
    with collect() as findings:
        read_raster(path, grid, **{"kind": "continuous", **options})
    return [finding.code for finding in findings]


def refused(path: Path, grid, code: str, **options) -> InputError:
    with pytest.raises(InputError, match=code) as caught:
        read_raster(path, grid, **{"kind": "continuous", **options})
    assert caught.value.code == code
    return caught.value


# ---------------------------------------------------------------- right values


def test_file_on_the_grid_itself_is_read_as_it_is(tif, field, home) -> None:
    layer = read_raster(tif(field, units="mW m-2"), home, kind="continuous")
    assert np.array_equal(layer.values, field)
    assert layer.dtype == np.float32
    assert layer.attrs == {
        "units": "mW m-2",
        "kind": "continuous",
        "long_name": "a",
        "source": "a.tif",
        "resampling": "bilinear",
    }
    assert layer.odc.geobox == home


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    values=arrays(
        "float64",
        st.tuples(st.integers(2, 9), st.integers(2, 9)),
        elements=st.floats(-90, 9000) | st.just(np.nan),  # no number that means no data
    ),
    kind=st.sampled_from(["continuous", "categorical", "count"]),
    south_up=st.booleans(),
    turns=st.sampled_from([0, 1]),
)
def test_reading_onto_the_same_grid_is_the_identity(tif, values, kind, south_up, turns) -> None:
    values = np.where(np.isnan(values), np.nan, np.round(values))
    values[0, 0] = 5.0
    height, width = values.shape
    grid = make_grid("EPSG:4326", 0.5, (W, N - height / 2, W + width / 2, N))
    west = W + 360 * turns
    transform = Affine(0.5, 0, west, 0, -0.5, N)
    stored = values
    if south_up:
        stored, transform = values[::-1], Affine(0.5, 0, west, 0, 0.5, N - height / 2)
    path = tif(stored, transform=transform, nodata=np.nan)
    with collect():
        layer = read_raster(path, grid, kind=kind)
    assert np.array_equal(layer.values, values, equal_nan=True)


def test_rotated_raster_is_read_where_it_lies(tif, field) -> None:
    # The centre of row 4, column 3 of a raster turned by 30 degrees is a cell centre here.
    turned = Affine.translation(W, N) * Affine.rotation(-30) * Affine.scale(0.1, -0.1)
    longitude, latitude = turned * (3.5, 4.5)
    grid = make_grid(
        "EPSG:4326",
        0.01,
        (longitude - 0.005, latitude - 0.005, longitude + 0.005, latitude + 0.005),
    )
    layer = read_raster(tif(field, transform=turned), grid, kind="continuous")
    assert layer.values.item() == pytest.approx(40 + 2 * 3 + 1.5 * 4)


def test_projected_raster_is_sampled_at_geographic_cells(tif, field) -> None:
    # 117 W is the central meridian of UTM zone 11: easting 500 km, column 10 of 1 km cells.
    path = tif(field, (490_000, 3_990_000, 510_000, 4_010_000), crs="EPSG:32611")
    grid = make_grid("EPSG:4326", 0.01, (-117.005, 36.115, -116.995, 36.125))
    layer = read_raster(path, grid, kind="continuous")
    # 36.12 N is northing 3,997,258 m: row 12.742, between the centres of rows 12 and 13.
    assert layer.values.item() == pytest.approx(40 + 2 * 9.5 + 1.5 * 12.242, abs=0.01)


def test_longitudes_to_360_cross_the_dateline(tif) -> None:
    longitude = 178.05 + 0.1 * np.arange(40)
    values = np.tile(longitude, (20, 1)).astype("float32")
    path = tif(values, (178, 38, 182, 40))
    grid = make_grid("EPSG:6933", 5000, "world")
    with collect():
        layer = read_raster(path, grid, kind="continuous").values
    there = np.argwhere(np.isfinite(layer))
    assert there[:, 1].min() == 0
    assert there[:, 1].max() == grid.shape.x - 1
    east = layer[there[0, 0], 0]
    assert east == pytest.approx(180 + 360 / grid.shape.x / 2, abs=0.001)


@pytest.mark.parametrize("west", [-180.0, 0.0, -90.0])
@pytest.mark.parametrize("resolution", [100_000, 400_000])
def test_world_raster_has_neither_gap_nor_step_at_the_dateline(tif, west, resolution) -> None:
    longitude = west + 0.5 + np.arange(360)
    latitude = 89.5 - np.arange(180)
    values = 100 * np.cos(np.deg2rad(longitude))[None, :] + latitude[:, None]
    path = tif(values, (west, -90, west + 360, 90))
    grid = make_grid("EPSG:6933", resolution, "world")
    layer = read_raster(path, grid, kind="continuous").values
    assert np.isfinite(layer).all()
    # cos is even about 180 degrees: the first column and the last see the same.
    assert np.allclose(layer[:, 0], layer[:, -1], atol=1e-9)
    jump = np.abs(layer[:, 0] - layer[:, 1]).max()
    assert jump == pytest.approx(np.abs(layer[:, -1] - layer[:, -2]).max(), abs=1e-9)


def test_same_world_with_a_repeated_column_reads_the_same(tif) -> None:
    # Values at nodes, 180 W and 180 E both: 361 columns of 1 degree.
    longitude = -180.0 + np.arange(361)
    values = np.tile(np.cos(np.deg2rad(longitude)), (181, 1))
    grid = make_grid("EPSG:6933", 100_000, "world")
    nodes = tif(values, (-180.5, -90.5, 180.5, 90.5), name="nodes.tif")
    once = tif(values[:, :-1], (-180.5, -90.5, 179.5, 90.5), name="once.tif")
    one, other = (read_raster(path, grid, kind="continuous").values for path in (nodes, once))
    assert np.array_equal(one, other)
    assert np.isfinite(one).all()


def test_pole_is_no_hole_on_a_polar_grid(tif) -> None:
    latitude = 89.95 - 0.1 * np.arange(1800)
    path = tif(np.tile(latitude[:, None], (1, 3600)).astype("float32"), (-180, -90, 180, 90))
    for resolution in (10_000, 50_000):
        grid = make_grid("EPSG:3413", resolution, (-500_000, -500_000, 500_000, 500_000))
        layer = read_raster(path, grid, kind="continuous").values
        assert np.isfinite(layer).all()
        whole = slice(0, grid.shape.y), slice(0, grid.shape.x)
        assert np.allclose(layer, longitude_latitude(grid, *whole)[1], atol=0.15)


def test_mask_comes_before_scale_and_offset(tif, field, home) -> None:
    stored = field.astype("int16")
    stored[0, 0] = -9999
    path = tif(stored, scale=0.1, offset=273.15, nodata=-9999)
    layer = read_raster(path, home, kind="continuous")
    assert np.isnan(layer.values[0, 0])
    assert layer.values[0, 1] == pytest.approx(277.35)
    assert layer.dtype == np.float32


def test_nodata_of_the_pipeline_counts_beside_the_files(tif, field, home) -> None:
    field[0, 0], field[0, 1] = -9999, -3.4028235e38
    path = tif(field, nodata=-9999)
    layer = read_raster(path, home, kind="continuous", nodata=-3.40282347e38)
    assert int(np.isnan(layer.values).sum()) == 2


def test_units_of_the_file_are_converted_to_the_pipelines(tif, field, home) -> None:
    layer = read_raster(tif(field / 1000, units="W m-2"), home, kind="continuous", units="mW m-2")
    assert at(layer, -119.95, 39.95) == pytest.approx(40.0)
    assert layer.attrs["units"] == "mW m-2"


def test_file_without_units_makes_a_layer_without(tif, field, home) -> None:
    assert "units" not in read_raster(tif(field), home, kind="continuous").attrs
    classes = tif(field.astype("uint8"))
    assert read_raster(classes, home, kind="categorical").attrs["units"] == "1"


def test_tiles_are_read_apart(tif, monkeypatch) -> None:
    monkeypatch.setattr("siting.grid.tiling.TILE", 8)
    values = np.arange(400.0).reshape(20, 20)
    layer = read_raster(tif(values), make_grid("EPSG:4326", 0.1, (W, S, E, N)), kind="continuous")
    assert layer.chunks == ((8, 8, 4), (8, 8, 4))
    assert np.array_equal(layer.values, values)


def test_classes_are_never_blended(tif, home) -> None:
    values = np.zeros((20, 20), "uint8")
    values[:, 10:] = 9
    coarse = make_grid("EPSG:4326", 0.3, (W, S + 0.2, E - 0.2, N))
    for grid in (home, coarse, make_grid("EPSG:4326", 0.03, (W, S, E, N))):
        layer = read_raster(tif(values), grid, kind="categorical")
        assert set(np.unique(layer.values)) == {0.0, 9.0}


def test_boolean_raster_is_false_where_it_has_no_data(tif, home) -> None:
    values = np.ones((20, 20), "uint8")
    values[0, 0], values[0, 1] = 0, 255
    path = tif(values, nodata=255)
    with collect() as findings:
        layer = read_raster(path, home, kind="boolean")
    assert layer.dtype == bool
    assert layer.values.sum() == 398
    assert [finding.code for finding in findings] == ["MISSING_AS_FALSE"]


def test_band_is_the_one_named(tif, field, home) -> None:
    path = tif(np.stack([field, field + 100]))
    assert at(read_raster(path, home, kind="continuous", band=2), -119.95, 39.95) == 140.0
    assert refused(path, home, "BAND_MISSING", band=3).wanted == "1 to 2"


def test_pixel_is_point_does_not_shift(tif, field, home) -> None:
    path = tif(field, tags={"AREA_OR_POINT": "Point"})
    assert np.array_equal(read_raster(path, home, kind="continuous").values, field)


def test_overviews_masks_and_statistics_beside_the_file_are_not_used(tif, field, home) -> None:
    path = tif(field)
    mask = tif(np.zeros((20, 20), "uint8"), name="a.tif.msk", crs=None)
    assert mask.exists()
    with collect() as findings:
        assert np.array_equal(read_raster(path, home, kind="continuous").values, field)
    assert [finding.code for finding in findings] == ["SIDECAR_OVERRIDES"]


# ---------------------------------------------------------------- refused


def test_missing_and_broken_files(tmp_path, tif, field, home) -> None:
    refused(tmp_path / "no.tif", home, "FILE_MISSING")
    (tmp_path / "empty.tif").write_bytes(b"")
    refused(tmp_path / "empty.tif", home, "FILE_EMPTY")
    (tmp_path / "page.tif").write_text("<!DOCTYPE html><html>404</html>")
    refused(tmp_path / "page.tif", home, "NOT_A_RASTER")
    path = tif(field, blockysize=1)
    path.write_bytes(path.read_bytes()[:1500])
    refused(path, home, "FILE_CORRUPT")


def test_flipped_bytes_in_a_compressed_file(tif, home) -> None:
    path = tif(np.random.default_rng(0).random((64, 64)), compress="deflate")
    content = bytearray(path.read_bytes())
    for i in range(len(content) // 2, len(content) // 2 + 16):
        content[i] ^= 0x5A
    path.write_bytes(bytes(content))
    refused(path, home, "FILE_CORRUPT")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<VRTDataset><SourceFilename>/etc/passwd</SourceFilename></VRTDataset>", "PATH_OUTSIDE"),
        ("<VRTDataset><a>/vsicurl/http://127.0.0.1/a.tif</a></VRTDataset>", "REMOTE_NOT_ALLOWED"),
        ('<GDAL_WMS><Service name="TMS"/></GDAL_WMS>', "NOT_A_RASTER"),
        ('{"type": "FeatureCollection"}', "NOT_A_RASTER"),
    ],
)
def test_files_that_lead_elsewhere(tmp_path, home, text, code) -> None:
    for name in ("a.tif", "a.vrt"):
        (tmp_path / name).write_text(text)
        with pytest.raises(InputError, match=code):
            read_raster(tmp_path / name, home, kind="continuous")


@pytest.mark.parametrize(
    "path",
    [
        "https://example.org/a.tif",
        "/vsicurl/http://example.org/a.tif",
        "/vsizip/a.zip/a.tif",
        "s3://bucket/a.tif",
        "vrt://a.tif",
    ],
)
def test_addresses_are_not_files(home, path) -> None:
    refused(path, home, "REMOTE_NOT_ALLOWED")


def test_subdataset_strings_are_names_of_no_file(home) -> None:
    refused('NETCDF:"a.nc":v', home, "FILE_MISSING")


def test_raster_without_crs_names_the_fix(tif, field, home) -> None:
    path = tif(field, crs=None)
    assert "crs:" in refused(path, home, "CRS_MISSING").fix
    layer = read_raster(path, home, kind="continuous", crs="EPSG:4326")
    assert np.array_equal(layer.values, field)
    refused(path, home, "CRS_UNKNOWN", crs="EPSG:nonsense")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_raster_without_position(tif, field, home) -> None:
    path = tif(field, transform=Affine.identity())
    refused(path, home, "GEOTRANSFORM_MISSING")


def test_degrees_labelled_as_metres(tif, field, home) -> None:
    path = tif(field, crs="EPSG:32611")
    refused(path, home, "CRS_IMPLAUSIBLE")
    with collect() as findings:
        layer = read_raster(path, home, kind="continuous", crs="EPSG:4326")
    assert np.array_equal(layer.values, field)
    assert [finding.code for finding in findings] == ["CRS_OVERRIDDEN"]


def test_metres_labelled_as_degrees(tif, field, home) -> None:
    refused(tif(field, (490_000, 3_990_000, 510_000, 4_010_000)), home, "CRS_IMPLAUSIBLE")


def test_raster_elsewhere_is_outside_the_grid(tif, field, home) -> None:
    with pytest.raises(GridError, match="OUTSIDE_GRID"):
        read_raster(tif(field, (10, 50, 12, 52)), home, kind="continuous")


def test_small_raster_on_a_world_grid_is_not_outside(tif, field) -> None:
    grid = make_grid("EPSG:6933", 10_000, "world")
    with collect() as findings:
        layer = read_raster(tif(field), grid, kind="continuous")
    assert [finding.code for finding in findings] == ["COVERAGE_PARTIAL"]
    assert 300 < int(np.isfinite(layer.values).sum()) < 500
    assert layer.attrs["resampling"] == "bilinear"


@pytest.mark.parametrize("value", [-9999, -32768, 32767])
def test_undeclared_nodata_among_whole_numbers(tif, field, home, value) -> None:
    stored = field.astype("int16")
    stored[3, 4] = value
    error = refused(tif(stored), home, "NODATA_UNDECLARED")
    assert error.fix.startswith(f"add `nodata: {value}`")
    layer = read_raster(tif(stored), home, kind="continuous", nodata=value)
    assert int(np.isnan(layer.values).sum()) == 1


@pytest.mark.parametrize("value", [-9999.0, -3.4028235e38, 1e20, 9.96921e36, -99999.0, 1.70141e38])
def test_undeclared_nodata_among_fractions(tif, field, home, value) -> None:
    field[3, 4] = value
    refused(tif(field), home, "NODATA_UNDECLARED")


def test_a_value_that_does_not_stand_apart_is_a_value(tif, home) -> None:
    depths = np.linspace(-11_000, 8_800, 400).reshape(20, 20)
    depths[5, 5] = -9999.0
    assert codes(tif(depths), home) == []
    steps = np.linspace(-999.0, 999.0, 400).reshape(20, 20)
    assert codes(tif(steps), home) == []


def test_nothing_but_missing_cells(tif, home) -> None:
    path = tif(np.full((20, 20), -9999, "float32"), nodata=-9999)
    refused(path, home, "LAYER_EMPTY")


def test_units_that_cannot_be_converted(tif, field, home) -> None:
    with pytest.raises(UnitsError, match="UNITS_CONFLICT"):
        read_raster(tif(field, units="m"), home, kind="continuous", units="mW m-2")


def test_blocks_that_were_never_written(tif, home, tmp_path) -> None:
    path = tmp_path / "sparse.tif"
    profile = {
        "driver": "GTiff", "count": 1, "height": 64, "width": 64, "dtype": "float32",
        "crs": "EPSG:4326", "transform": from_bounds(W, S, E, N, 64, 64), "tiled": True,
        "blockxsize": 16, "blockysize": 16, "sparse_ok": True,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(np.ones((16, 16), "float32"), 1, window=((0, 16), (0, 16)))
    refused(path, home, "CHUNK_MISSING")
    with rasterio.open(path, "w", **profile, nodata=-1) as dataset:
        values = np.linspace(0, 1, 256, dtype="float32").reshape(16, 16)
        dataset.write(values, 1, window=((0, 16), (0, 16)))
    layer = read_raster(path, home, kind="continuous")
    assert int(np.isfinite(layer.values).sum()) == 25


def test_huge_header_is_refused_before_it_is_read(tmp_path, home) -> None:
    path = tmp_path / "huge.tif"
    for block, found in ((16384, "MiB in one block"), (512, "cells")):
        with rasterio.open(
            path, "w", driver="GTiff", height=300_000, width=300_000, count=1, dtype="float32",
            crs="EPSG:4326", transform=from_bounds(W, S, E, N, 300_000, 300_000), tiled=True,
            blockxsize=block, blockysize=block, sparse_ok=True, bigtiff="yes",
        ):  # fmt: skip
            pass
        assert found in refused(path, home, "TOO_LARGE").found


def test_overviews_beside_the_file_that_hold_other_values(tif, field, home) -> None:
    path = tif(np.kron(field, np.ones((4, 4), "float32")))
    tif(np.full((40, 40), 999, "float32"), name="a.tif.ovr")
    refused(path, home, "OVERVIEW_STALE")
    tif(np.full((40, 40), 60, "float32"), name="a.tif.ovr")
    refused(path, home, "OVERVIEW_STALE")
    tif(np.kron(field, np.ones((2, 2), "float32")), name="a.tif.ovr")
    assert codes(path, home) == []


# ---------------------------------------------------------------- reported


def test_infinite_cells_are_missing_and_reported(tif, field, home) -> None:
    field[5, 5] = np.inf
    path = tif(field)
    assert codes(path, home) == ["NON_FINITE"]
    with collect():
        layer = read_raster(path, home, kind="continuous")
    assert np.isnan(layer.values[5, 5])
    assert int(np.isnan(layer.values).sum()) == 1


def test_what_is_reported(tif, field, home) -> None:
    assert codes(tif(field), home) == []
    assert codes(tif(np.full((20, 20), 7.0)), home) == ["LAYER_CONSTANT"]
    assert codes(tif(np.full((20, 20), 7.0)), home, kind="categorical") == []
    assert codes(tif(field), home, valid_range=(0, 100)) == ["RANGE_IMPLAUSIBLE"]
    assert codes(tif(field, units="K"), home) == ["RANGE_IMPLAUSIBLE"]
    assert codes(tif(field - 70, units="K"), home) == []  # differences have both signs
    assert codes(tif(field - 70), home, kind="count") == ["RANGE_IMPLAUSIBLE"]
    assert codes(tif(field), home, kind="categorical") == ["CONTINUOUS_AS_CATEGORICAL"]
    assert codes(tif(np.stack([field, field])), home) == ["BAND_ASSUMED"]


def test_palette_is_no_amount(tif, home) -> None:
    classes = (np.arange(400).reshape(20, 20) % 4).astype("uint8")
    path = tif(classes, colours={i: (i, i, i, 255) for i in range(4)})
    assert codes(path, home) == ["CATEGORICAL_AS_CONTINUOUS"]
    assert codes(path, home, kind="categorical") == []


def test_side_file_with_another_crs_is_reported_and_not_used(tif, field, home) -> None:
    path = tif(field)
    beside = path.with_name("a.tif.aux.xml")
    beside.write_text(
        "<PAMDataset><SRS>EPSG:3857</SRS><PAMRasterBand band='1'>"
        "<NoDataValue>50</NoDataValue></PAMRasterBand></PAMDataset>"
    )
    assert codes(path, home) == ["SIDECAR_OVERRIDES"]
    with collect():
        assert np.array_equal(read_raster(path, home, kind="continuous").values, field)
    beside.write_text(
        "<PAMDataset><Metadata><MDI key='STATISTICS_MEAN'>1</MDI></Metadata></PAMDataset>"
    )
    assert codes(path, home) == []


def test_crs_of_a_side_file_is_named_in_the_error(tif, field, home) -> None:
    path = tif(field, crs=None)
    path.with_name("a.tif.aux.xml").write_text("<PAMDataset><SRS>EPSG:4326</SRS></PAMDataset>")
    assert "aux.xml" in refused(path, home, "CRS_MISSING").found


def test_tile_reads_leave_nothing_open_and_nothing_beside_the_file(tif, field, home) -> None:
    path = tif(field)
    read_raster(path, home, kind="continuous").compute()
    assert [each.name for each in path.parent.iterdir()] == ["a.tif"]


def test_bands_without_number_are_refused(tif, field, home, monkeypatch) -> None:
    monkeypatch.setattr(geotiff, "MAX_BANDS", 2)
    error = refused(tif(np.stack([field] * 3)), home, "TOO_LARGE", band=1)
    assert error.found == "3 bands"


def test_more_than_a_hundred_thousand_blocks_are_not_listed(tif, field, home, monkeypatch) -> None:
    monkeypatch.setattr(geotiff, "MAX_BLOCKS_LISTED", 0)
    assert np.array_equal(read_raster(tif(field), home, kind="continuous").values, field)


def test_limit_of_cells_is_that_of_the_common_ground(tif, field, home, monkeypatch) -> None:
    monkeypatch.setattr(raster, "MAX_CELLS", 399)
    refused(tif(field), home, "TOO_LARGE")
    small = make_grid("EPSG:4326", 0.1, (W, S, W + 0.5, S + 0.5))
    assert read_raster(tif(field), small, kind="continuous").shape == (5, 5)


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_pickle_is_no_raster_and_is_called_what_it_is(tmp_path, home, protocol) -> None:
    path = tmp_path / "heat.tif"
    path.write_bytes(pickle.dumps(print, protocol))
    refused(path, home, "MODEL_UNTRUSTED")
