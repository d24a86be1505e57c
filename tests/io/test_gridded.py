"""NetCDF and Zarr: CF masks and coordinates, and containers that lead elsewhere."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr
import zarr

from siting.errors import InputError
from siting.findings import collect
from siting.grid import make_grid
from siting.io import gridded, plausible
from siting.io.containers import check_heaps
from siting.io.raster import read_raster

ENGINES = {"h5netcdf": "a.nc", "scipy": "a3.nc", "zarr": "a.zarr"}


def waves(**coordinates) -> xr.Dataset:
    values = np.arange(12.0).reshape(3, 4)
    lat, lon = [40.5, 39.5, 38.5], [-126.5, -125.5, -124.5, -123.5]
    return xr.Dataset(
        {"hs": (("lat", "lon"), values, {"units": "m", "long_name": "wave height"})},
        coords={
            "lat": ("lat", coordinates.get("lat", lat), {"units": "degrees_north"}),
            "lon": ("lon", coordinates.get("lon", lon), {"units": "degrees_east"}),
        },
    )


def written(dataset: xr.Dataset, folder: Path, engine: str = "h5netcdf", encoding=None) -> Path:
    path = folder / ENGINES[engine]
    if engine == "zarr":
        dataset.to_zarr(path, mode="w", consolidated=False, encoding=encoding)
    else:
        dataset.to_netcdf(path, engine=engine, encoding=encoding)
    return path


@pytest.fixture
def sea():
    return make_grid("EPSG:4326", 1.0, (-127, 38, -123, 41))


def refused(path: Path, grid, code: str, **options) -> InputError:
    with pytest.raises(InputError, match=code) as caught:
        read_raster(path, grid, kind="continuous", **options)
    assert caught.value.code == code
    return caught.value


@pytest.mark.parametrize("engine", ENGINES)
def test_variable_is_read_with_units_and_name(tmp_path, sea, engine) -> None:
    layer = read_raster(written(waves(), tmp_path, engine), sea, kind="continuous")
    assert layer.values.tolist() == np.arange(12.0).reshape(3, 4).tolist()
    assert (layer.attrs["units"], layer.attrs["long_name"]) == ("m", "wave height")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "change",
    [
        lambda ds: ds.isel(lat=slice(None, None, -1)),
        lambda ds: ds.transpose("lon", "lat"),
        lambda ds: ds.assign_coords(lon=("lon", ds.lon.values + 360, ds.lon.attrs)),
        lambda ds: ds.astype("float32"),
        lambda ds: ds.expand_dims(time=[0.0]),
    ],
)
def test_order_of_rows_axes_and_longitudes_changes_nothing(tmp_path, sea, engine, change) -> None:
    layer = read_raster(written(change(waves()), tmp_path, engine), sea, kind="continuous")
    assert layer.values.tolist() == np.arange(12.0).reshape(3, 4).tolist()


def test_longitudes_that_jump_at_the_dateline_are_one_stretch(tmp_path) -> None:
    path = written(waves(lon=[178.5, 179.5, -179.5, -178.5]), tmp_path)
    grid = make_grid("EPSG:4326", 1.0, (178, 38, 182, 41))
    layer = read_raster(path, grid, kind="continuous")
    assert layer.values.tolist() == np.arange(12.0).reshape(3, 4).tolist()


def test_packed_values_are_masked_before_they_are_scaled(tmp_path, sea) -> None:
    dataset = waves()
    dataset["hs"][0, 0] = np.nan
    packing = {"dtype": "int16", "scale_factor": 0.5, "add_offset": 10.0, "_FillValue": -32768}
    path = written(dataset, tmp_path, encoding={"hs": packing})
    layer = read_raster(path, sea, kind="continuous")
    assert np.isnan(layer.values[0, 0])
    assert layer.values[2, 3] == 11.0


def test_valid_range_and_missing_value_mask(tmp_path, sea) -> None:
    dataset = waves()
    dataset["hs"].attrs |= {"valid_min": 1.0, "valid_max": 10.0, "missing_value": 5.0}
    layer = read_raster(written(dataset, tmp_path), sea, kind="continuous")
    assert np.flatnonzero(np.isnan(layer.values)).tolist() == [0, 5, 11]


def test_unsigned_bytes_in_netcdf3(tmp_path, sea) -> None:
    dataset = waves()
    dataset["hs"] = dataset["hs"].copy(
        data=np.arange(120, 132, dtype="uint8").view("int8").reshape(3, 4)
    )
    dataset["hs"].attrs |= {"units": "1", "_Unsigned": "true", "long_name": "index"}
    layer = read_raster(written(dataset, tmp_path, "scipy"), sea, kind="continuous")
    assert layer.values.tolist() == np.arange(120.0, 132.0).reshape(3, 4).tolist()


def test_fill_value_that_is_not_declared(tmp_path, sea) -> None:
    dataset = waves().astype("float32")
    dataset["hs"][0, 0] = 9.96921e36
    refused(
        written(dataset, tmp_path, encoding={"hs": {"_FillValue": None}}), sea, "NODATA_UNDECLARED"
    )


def test_steps_of_time(tmp_path, sea) -> None:
    def at(hours: list[int]) -> Path:
        dataset = xr.concat([waves() + i for i in range(len(hours))], "time")
        attrs = {"units": "hours since 2020-01-01"}
        return written(dataset.assign_coords(time=("time", hours, attrs)), tmp_path)

    path = at([0, 3, 6])
    assert "band:" in refused(path, sea, "DIMENSION_AMBIGUOUS").fix
    assert read_raster(path, sea, kind="continuous", band=3).values[0, 0] == 2.0
    refused(path, sea, "BAND_MISSING", band=4)
    refused(at([0, 3, 3]), sea, "TIME_DUPLICATE", band=1)
    refused(at([0, 6, 3]), sea, "TIME_NOT_MONOTONIC", band=1)
    with collect() as findings:
        read_raster(at([0, 3, 6, 30]), sea, kind="continuous", band=1)
    assert [finding.code for finding in findings] == ["TIME_GAP"]


def test_variables_are_named_where_there_are_several(tmp_path, sea) -> None:
    dataset = waves().assign(te=lambda ds: ds.hs + 100)
    path = written(dataset, tmp_path)
    assert refused(path, sea, "VARIABLE_AMBIGUOUS").wanted == "one of hs, te"
    refused(path, sea, "VARIABLE_MISSING", variable="tp")
    assert read_raster(path, sea, kind="continuous", variable="te").values[0, 0] == 100.0


def test_uneven_coordinates(tmp_path, sea) -> None:
    refused(written(waves(lat=[41.0, 39.5, 38.5]), tmp_path), sea, "GRID_IRREGULAR")
    curved = xr.Dataset({"hs": (("j", "i"), np.ones((3, 4)))})
    refused(written(curved, tmp_path), sea, "GRID_IRREGULAR")


def test_grid_mapping_gives_the_crs(tmp_path) -> None:
    projected = xr.Dataset(
        {"t": (("y", "x"), np.arange(6.0).reshape(2, 3), {"grid_mapping": "albers"})},
        coords={
            "y": (
                "y",
                [1500.0, 1499.0],
                {"units": "km", "standard_name": "projection_y_coordinate"},
            ),
            "x": (
                "x",
                [0.0, 1.0, 2.0],
                {"units": "km", "standard_name": "projection_x_coordinate"},
            ),
        },
    )
    grid = make_grid("EPSG:5070", 1000, (-500, 1_498_500, 2500, 1_500_500))
    refused(written(projected, tmp_path), grid, "CRS_MISSING")
    projected["albers"] = ((), 0, {"crs_wkt": grid.crs.to_wkt()})
    layer = read_raster(written(projected, tmp_path), grid, kind="continuous")
    assert layer.values.tolist() == [[0, 1, 2], [3, 4, 5]]
    projected["albers"] = ((), 0, grid.crs.proj.to_cf())
    del projected["albers"].attrs["crs_wkt"]
    layer = read_raster(written(projected, tmp_path), grid, kind="continuous")
    assert layer.values.tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize("engine", ["h5netcdf", "scipy"])
def test_truncated_files(tmp_path, sea, engine) -> None:
    path = written(waves(), tmp_path, engine)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    refused(path, sea, "FILE_CORRUPT")


def test_hdf5_whose_data_lie_in_other_files(tmp_path, sea) -> None:
    written(waves(), tmp_path)
    path = tmp_path / "outer.nc"
    with h5py.File(path, "w") as file:
        file["hs"] = h5py.ExternalLink("a.nc", "/hs")
    refused(path, sea, "PATH_OUTSIDE_DATA")
    with h5py.File(path, "w") as file:
        file.create_dataset("hs", (3, 4), "uint8", external=[("/etc/hostname", 0, 12)])
    refused(path, sea, "PATH_OUTSIDE_DATA")
    with h5py.File(path, "w") as file:
        layout = h5py.VirtualLayout((3, 4), "float64")
        layout[:] = h5py.VirtualSource(tmp_path / "a.nc", "hs", (3, 4))
        file.create_group("inner").create_virtual_dataset("hs", layout)
    refused(path, sea, "PATH_OUTSIDE_DATA")


def test_zarr_with_chunks_that_are_not_there(tmp_path, sea) -> None:
    path = written(waves().chunk(lat=1), tmp_path, "zarr", {"hs": {"fill_value": 0.0}})
    (path / "hs" / "c" / "1" / "0").unlink()
    assert refused(path, sea, "CHUNK_MISSING").found.startswith("2 of 3 chunks")
    bare = tmp_path / "bare.zarr"
    zarr.create_array(bare, shape=(8, 8), chunks=(4, 4), dtype="float32", fill_value=0.0)
    refused(bare, sea, "CHUNK_MISSING")
    zarr.open_array(bare)[:] = 5.0
    refused(bare, sea, "NOT_SPATIAL")


@pytest.mark.parametrize(
    ("most", "ends"), [(1000, [2, 4, 5]), (7, [1, 2, 3, 4, 5])], ids=["chunks", "rows"]
)
def test_rows_of_a_chunk_are_decoded_once(tmp_path, monkeypatch, most, ends) -> None:
    # Strips of one row would decode each chunk of two rows twice, unless whole chunks are too much.
    values = xr.DataArray(np.arange(20.0).reshape(5, 4), dims=("lat", "lon"))
    sides = {"lat": np.arange(5.0)[::-1] + 38.5, "lon": np.arange(4.0) - 126.5}
    dataset = values.assign_coords(sides).to_dataset(name="hs").chunk(lat=2)
    for name, units in {"lat": "degrees_north", "lon": "degrees_east"}.items():
        dataset[name].attrs["units"] = units
    asked, load = [], gridded._load
    monkeypatch.setattr(
        gridded, "_load", lambda *words: asked.append(words[-2].stop) or load(*words)
    )
    monkeypatch.setattr(gridded, "MAX_STRIP", most)
    monkeypatch.setattr(plausible, "_STRIP", 4)
    grid = make_grid("EPSG:4326", 1.0, (-127, 38, -123, 43))
    layer = read_raster(written(dataset, tmp_path, "zarr"), grid, kind="continuous", units="m")
    assert asked == ends
    assert layer.values.tolist() == values.values.tolist()


def test_zarr_chunks_of_nothing_are_missing_data(tmp_path, sea) -> None:
    dataset = waves()
    dataset["hs"][1] = np.nan
    path = written(dataset.chunk(lat=1), tmp_path, "zarr")
    with collect() as findings:
        layer = read_raster(path, sea, kind="continuous")
    assert [(each.code, each.severity) for each in findings] == [("CHUNK_MISSING", "note")]
    assert np.isnan(layer.values[1]).all()
    assert np.isfinite(layer.values[[0, 2]]).all()


def test_zarr_that_names_pickle_as_its_codec(tmp_path, sea) -> None:
    path = tmp_path / "a.zarr"
    (path / "lat").mkdir(parents=True)
    (path / ".zgroup").write_text('{"zarr_format": 2}')
    metadata = {
        "zarr_format": 2, "shape": [1], "chunks": [1], "dtype": "|O", "fill_value": None,
        "order": "C", "compressor": None, "filters": [{"id": "pickle", "protocol": 4}],
    }  # fmt: skip
    (path / "lat" / ".zarray").write_text(json.dumps(metadata))
    assert refused(path, sea, "CODEC_REFUSED").found == "object, pickle"


def test_zarr_with_a_link_out_of_it(tmp_path, sea) -> None:
    path = written(waves(), tmp_path, "zarr")
    chunk = path / "hs" / "c" / "0" / "0"
    chunk.unlink()
    chunk.symlink_to("/etc/hostname")
    refused(path, sea, "PATH_OUTSIDE_DATA")


def test_folder_that_is_no_zarr(tmp_path, sea) -> None:
    refused(tmp_path, sea, "NOT_A_RASTER")


def test_a_stray_file_in_a_zarr_folder_is_a_note(tmp_path, sea) -> None:
    path = written(waves(), tmp_path, "zarr")
    (path / "x").write_text("")
    with collect() as findings:
        layer = read_raster(path, sea, kind="continuous")
    assert layer.values.tolist() == np.arange(12.0).reshape(3, 4).tolist()
    assert [(each.code, each.severity) for each in findings] == [("READER_WARNING", "note")]
    assert "Object at x" in findings[0].found


def test_an_attribute_longer_than_the_file_is_damage(tmp_path, sea) -> None:
    path = written(waves(), tmp_path, "scipy")
    content = bytearray(path.read_bytes())
    # The name of an attribute, its type (2: text), its length.
    place = content.index(b"long_name") + 12 + 4
    assert content[place : place + 4] == len("wave height").to_bytes(4, "big")
    content[place : place + 4] = b"\x7f\xff\xff\xff"
    path.write_bytes(bytes(content))
    error = refused(path, sea, "FILE_CORRUPT")
    assert "2,147,483,647 bytes" in error.found


@pytest.mark.parametrize("scale", [1e200, 1e-200])
def test_a_scale_beyond_all_values_is_damage(tmp_path, sea, scale) -> None:
    packed = waves()
    packed["hs"].attrs["scale_factor"] = scale
    refused(written(packed, tmp_path), sea, "SCALE_INVALID")


def test_nan_that_signals_is_missing_without_a_word(tmp_path, sea) -> None:
    values = np.arange(12.0, dtype="float32").reshape(3, 4)
    values.view("uint32")[0, 0] = 0x7F800001  # a signalling NaN: casts raise a flag
    layer = read_raster(written(waves().assign(hs=(("lat", "lon"), values)), tmp_path), sea,
                        kind="continuous")  # fmt: skip
    assert np.isnan(layer.values).sum() == 1


def test_a_heap_that_never_ends_is_damage(tmp_path) -> None:
    # Zeros over the objects of the global heap make HDF5 1.14 walk on the spot for ever.
    path = written(waves(), tmp_path)
    check_heaps(path)
    content = bytearray(path.read_bytes())
    start = content.index(b"GCOL") + 16
    content[start : start + 512] = bytes(512)
    path.write_bytes(bytes(content))
    with pytest.raises(InputError, match="FILE_CORRUPT") as caught:
        check_heaps(path)
    assert f"free space of no size at byte {start}" in caught.value.found
