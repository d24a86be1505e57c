"""What a GeoTIFF says of itself: bands, scales, units, no-data values, losses, blocks."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from siting.errors import InputError
from siting.findings import collect
from siting.io import geotiff
from siting.io.geotiff import open_geotiff
from siting.io.tiff_directories import Directory

BYTES = np.dtype("uint8")


def told(path: Path, band: int | None = 1, nodata: float | None = None) -> dict[str, str]:
    """Codes of what is noticed while a file is opened, with what was found."""
    with collect() as findings:
        open_geotiff(path, None, band, nodata)
    return {each.code: each.found for each in findings}


def refused(path: Path, code: str, band: int | None = 1, nodata: float | None = None) -> InputError:
    with pytest.raises(InputError, match=code) as caught:
        open_geotiff(path, None, band, nodata)
    assert (caught.value.code, caught.value.where) == (code, str(path))
    return caught.value


@pytest.fixture
def whole(field) -> np.ndarray:
    return field.astype("int16")


def test_bands_are_counted_from_one(tif, field) -> None:
    path = tif(np.stack([field, field + 1, field + 2]))
    window = slice(0, 1), slice(0, 1)
    for band in (1, 2, 3):
        assert open_geotiff(path, None, band, None).load(*window) == field[0, 0] + band - 1
    for band in (0, 4, -1):
        error = refused(path, "BAND_MISSING", band)
        assert (error.found, error.wanted) == (f"band {band}", "1 to 3")
    assert told(path, None) == {"BAND_ASSUMED": "3 bands"}
    assert told(path) == {}


def test_a_band_of_transparency_is_no_choice(tif, field) -> None:
    path = tif(np.stack([field, field]), photometric="minisblack", alpha="yes")
    assert told(path, None) == {}
    path = tif(np.stack([field] * 3), photometric="minisblack", alpha="yes")
    assert told(path, None) == {"BAND_ASSUMED": "3 bands"}


def test_more_bands_than_can_be_looked_through(tif, field, monkeypatch) -> None:
    path = tif(np.stack([field] * 3))
    monkeypatch.setattr(geotiff, "MAX_BANDS", 3)
    assert told(path) == {}
    monkeypatch.setattr(geotiff, "MAX_BANDS", 2)
    error = refused(path, "TOO_LARGE")
    assert (error.found, error.wanted) == ("3 bands", "at most 2")


def test_several_images_in_one_file(tif, field) -> None:
    path = tif(field)
    with rasterio.open(path) as first:
        profile = first.profile
    with rasterio.open(path, "w", **{**profile, "APPEND_SUBDATASET": "YES"}) as dataset:
        dataset.write(field, 1)
    assert told(path) == {"PAGES_IGNORED": "2 images"}


@pytest.mark.parametrize(
    ("transform", "found"),
    [
        (Affine(0, 0, -120, 0, -0.1, 40), "control points only"),
        (Affine(0.1, 0, -120, 0, 0, 40), "no usable geotransform"),
        (Affine(0.1, 0, np.nan, 0, -0.1, 40), "no usable geotransform"),
        (Affine(0.1, 0, -120, 0, -0.1, np.inf), "no usable geotransform"),
    ],
)
def test_a_place_that_is_none(tif, field, transform, found) -> None:
    assert refused(tif(field, transform=transform), "GEOTRANSFORM_MISSING").found == found


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ({"scale_factor": "0.1"}, "scale_factor 0.1"),
        ({"ADD_OFFSET": "5"}, "add_offset 5"),
        ({"scale_factor": "2", "add_offset": "-1"}, "scale_factor 2, add_offset -1"),
        ({"scale_factor": "1", "add_offset": "0"}, None),
        ({"scale_factor": "ten"}, None),
        ({"factor": "2"}, None),
    ],
)
def test_scales_in_mere_tags_are_told(tif, whole, tags, found) -> None:
    assert told(tif(whole, tags=tags)).get("SCALE_NOT_APPLIED") == found


def test_scales_in_tags_of_fractions_or_beside_a_declared_one_are_not(tif, field, whole) -> None:
    tags = {"scale_factor": "0.1"}
    assert told(tif(field, tags=tags)) == {}
    assert told(tif(whole, tags=tags, scale=0.1)) == {}
    assert told(tif(whole, tags=tags, offset=2.0)) == {}


def test_scale_of_the_band_that_is_read(tif, whole) -> None:
    path = tif(np.stack([whole, whole]))
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (1.0, 0.5), (0.0, 7.0)
    found = open_geotiff(path, None, 2, None)
    assert (found.scale, found.offset) == (0.5, 7.0)
    found = open_geotiff(path, None, 1, None)
    assert (found.scale, found.offset) == (1.0, 0.0)


@pytest.mark.parametrize(("scale", "offset"), [(0.0, 0.0), (np.inf, 0.0), (1.0, 2e30)])
def test_scales_that_make_no_values(tif, whole, scale, offset) -> None:
    error = refused(tif(whole, scale=scale, offset=offset), "SCALE_INVALID")
    assert error.found == f"scale {scale:g}, offset {offset:g}"


def test_units_of_the_band_before_those_of_tags(tif, field) -> None:
    path = tif(np.stack([field, field]), tags={"units": "K"})
    assert open_geotiff(path, None, 2, None).units == "K"
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(2, units="m")
    assert open_geotiff(path, None, 2, None).units == "m"
    assert open_geotiff(path, None, 1, None).units == "K"
    with rasterio.open(path, "r+") as dataset:
        dataset.units = ("", "km")
    assert open_geotiff(path, None, 2, None).units == "km"
    assert open_geotiff(tif(field, name="b.tif"), None, 1, None).units == ""


def test_names_and_places_of_a_band(tif, field) -> None:
    path = tif(np.stack([field, field]))
    with rasterio.open(path, "r+") as dataset:
        dataset.set_band_description(2, "Heat flow")
    found = open_geotiff(path, None, 2, -1.0)
    assert (found.long_name, found.nodata, found.palette) == ("Heat flow", (-1.0,), False)
    assert (found.frame.height, found.frame.width) == field.shape
    assert found.frame.affine.almost_equals(Affine(0.1, 0, -120, 0, -0.1, 40))
    assert open_geotiff(path, None, 1, None).nodata == ()
    assert open_geotiff(path, None, 1, None).long_name == ""


@pytest.mark.parametrize(
    ("text", "dtype", "fine"),
    [
        ("0", "uint8", True), ("255", "uint8", True), ("256", "uint8", False),
        ("-1", "uint8", False), ("-128", "int8", True), ("-129", "int8", False),
        ("0.5", "uint8", False), ("nan", "int16", False), ("none", "int16", False),
        ("-9999", "int16", True), ("", "uint8", True), ("-9999", "float32", True),
    ],
)  # fmt: skip
def test_no_data_that_no_cell_can_hold(text, dtype, fine, tmp_path) -> None:
    with collect() as findings:
        geotiff._check_nodata(text, np.dtype(dtype), tmp_path / "a.tif")
    assert [each.code for each in findings] == [] if fine else ["NODATA_IMPOSSIBLE"]
    if not fine:
        limits = np.iinfo(dtype)
        assert findings[0].found == f"{text} in cells of {dtype}"
        assert findings[0].wanted == f"a whole number from {limits.min} to {limits.max}"


class Structure:
    """What GDAL tells of how a file is stored."""

    def __init__(self, **tags: str) -> None:
        self._tags = tags

    def tags(self, ns: str) -> dict[str, str]:
        return self._tags if ns == "IMAGE_STRUCTURE" else {}


@pytest.mark.parametrize(
    ("tags", "compression", "found"),
    [
        ({}, 1, []),
        ({}, 8, []),
        ({}, 6, ["JPEG"]),
        ({}, 7, ["JPEG"]),
        ({}, 33003, ["JPEG 2000"]),
        ({}, 34712, ["JPEG 2000"]),
        ({"COMPRESSION_REVERSIBILITY": "LOSSY", "COMPRESSION": "WEBP"}, 50001, ["WEBP"]),
        ({"COMPRESSION_REVERSIBILITY": "LOSSY"}, 50001, ["a lossy compression"]),
        ({"COMPRESSION_REVERSIBILITY": "LOSSLESS", "COMPRESSION": "WEBP"}, 50001, []),
        ({"MAX_Z_ERROR": "0.01"}, 34887, []),
        ({"MAX_Z_ERROR": "0.02"}, 34887, ["LERC, with errors up to 0.02"]),
    ],
)
def test_compressions_that_lose_are_told(tags, compression, found, tmp_path) -> None:
    directory = Directory({259: np.array([compression])})
    with collect() as findings:
        geotiff._check_losses(Structure(**tags), directory, tmp_path / "a.tif")
    assert [each.found for each in findings] == found


@pytest.mark.parametrize(("limit", "code"), [(400, "LAYER_EMPTY"), (399, "TOO_LARGE")])
def test_a_header_without_cells(tif, monkeypatch, limit, code) -> None:
    monkeypatch.setattr(geotiff, "BOMB_SIZE", limit)
    error = geotiff._blank(400, BYTES, Path("a.tif"))
    assert (error.code, error.found) == (code, "400 cells, of which not one was ever written")
    assert geotiff._blank(100, np.dtype("float64"), Path("a.tif")).code == "TOO_LARGE"


def sparse(folder: Path, rows: slice) -> Path:
    """A file of 3 x 2 blocks, of which the rows of some were written."""
    path = folder / "sparse.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=48, width=32, count=1, dtype="float32", tiled=True,
        blockxsize=16, blockysize=16, sparse_ok=True, crs="EPSG:4326",
        transform=Affine(0.1, 0, -120, 0, -0.1, 40),
    ) as dataset:  # fmt: skip
        values = np.random.default_rng(0).random((rows.stop - rows.start, 32), dtype="float32")
        dataset.write(values, 1, window=((rows.start, rows.stop), (0, 32)))
    return path


def test_the_block_that_was_never_written_is_named(tmp_path) -> None:
    assert told(sparse(tmp_path, slice(0, 48))) == {}
    error = refused(sparse(tmp_path, slice(0, 32)), "CHUNK_MISSING")
    assert error.found == "block in row 2, column 0"
    assert refused(sparse(tmp_path, slice(16, 48)), "CHUNK_MISSING").found.startswith(
        "block in row 0"
    )
    # Where a value for no data is named, blocks that are not there are missing data.
    assert told(sparse(tmp_path, slice(0, 32)), nodata=0.0) == {}


def test_as_many_blocks_as_are_listed(tmp_path, monkeypatch) -> None:
    path = sparse(tmp_path, slice(0, 32))
    monkeypatch.setattr(geotiff, "MAX_BLOCKS_LISTED", 6)
    refused(path, "CHUNK_MISSING")
    monkeypatch.setattr(geotiff, "MAX_BLOCKS_LISTED", 5)
    assert told(path) == {}


def test_a_palette_is_known(tif) -> None:
    path = tif(np.ones((20, 20), "uint8"), colours={1: (255, 0, 0, 255)})
    assert open_geotiff(path, None, 1, None).palette
