"""Overviews are compared with what lies beneath them, in all places and within their noise."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import Resampling

from siting.errors import InputError
from siting.io import overviews
from siting.io.overviews import check_overviews

SIZE = 640


def smooth(size: int = SIZE) -> np.ndarray:
    row, column = np.mgrid[0:size, 0:size] / size
    return (100 * row + 50 * column).astype("float32")


def raster(path: Path, values: np.ndarray, factors: list[int] | None = None, **options) -> Path:
    bands = values if values.ndim == 3 else values[None]
    with rasterio.open(
        path, "w", driver="GTiff", count=len(bands), height=bands.shape[1], width=bands.shape[2],
        dtype=bands.dtype, crs="EPSG:4326", transform=Affine(0.01, 0, -120, 0, -0.01, 40),
        tiled=True, blockxsize=64, blockysize=64, **options,
    ) as dataset:  # fmt: skip
        dataset.write(bands)
        if factors:
            dataset.build_overviews(factors, Resampling.average)
    return path


def stale(path: Path, band: int = 1) -> InputError:
    with pytest.raises(InputError, match="OVERVIEW_STALE") as caught:
        check_overviews(path, band)
    return caught.value


def test_overviews_of_the_file_itself_are_right(tmp_path) -> None:
    check_overviews(raster(tmp_path / "a.tif", smooth(), [2, 4, 8, 16, 32, 64]), 1)
    check_overviews(raster(tmp_path / "a.tif", smooth()), 1)
    steep = np.random.default_rng(0).normal(size=(SIZE, SIZE)).astype("float32")
    check_overviews(raster(tmp_path / "a.tif", steep, [2, 4, 8]), 1)


@pytest.mark.parametrize("factor", [2, 8, 32])
def test_values_that_changed_beneath_overviews(tmp_path, factor) -> None:
    path = raster(tmp_path / "a.tif", smooth(), [factor])
    with rasterio.open(path, "r+") as dataset:
        dataset.write(smooth() + 1000, 1)
    error = stale(path)
    assert error.where == str(path)
    assert error.found.endswith("cells that were compared")


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 2), (1, 1), (2, 0), (2, 2)])
def test_each_corner_and_the_middle_are_looked_at(tmp_path, monkeypatch, row, column) -> None:
    """A ninth of the cells compared is less than may differ; a tenth of it is not."""
    monkeypatch.setattr(overviews, "SIDE", 64)
    values = smooth()
    path = raster(tmp_path / "a.tif", values, [2])
    changed = values.copy()
    part = [slice(0, 64), slice(288, 352), slice(576, 640)]
    changed[part[row], part[column]] += 1000
    with rasterio.open(path, "r+") as dataset:
        dataset.write(changed, 1)
    check_overviews(path, 1)
    monkeypatch.setattr(overviews, "SHARE", 0.05)
    stale(path)


def beside(folder: Path, values: np.ndarray, base: np.ndarray | None = None) -> Path:
    path = raster(folder / "a.tif", smooth() if base is None else base)
    raster(folder / "a.tif.ovr", values)
    return path


def test_overviews_beside_the_file(tmp_path) -> None:
    half = smooth()[::2, ::2]
    check_overviews(beside(tmp_path, half), 1)
    error = stale(beside(tmp_path, half + 500))
    assert error.where == str(tmp_path / "a.tif.ovr")
    # A second band that the file beside does not have is compared with nothing.
    path = beside(tmp_path, half, np.stack([smooth(), smooth() + 500]))
    check_overviews(path, 1)
    check_overviews(path, 2)
    raster(tmp_path / "a.tif.ovr", np.stack([half, half]))
    check_overviews(path, 1)
    stale(path, 2)


def test_overshoot_of_cubic_kernels_and_noise_are_allowed(tmp_path) -> None:
    """Columns in turn 0 and 100: within 25 % of the range beneath, and 2 % of all."""
    values = np.zeros((SIZE, SIZE), "float32")
    values[:, 1::2] = 100
    half = np.full((SIZE // 2, SIZE // 2), 50, "float32")
    for value, fine in ((-26, True), (-28, False), (126, True), (128, False)):
        path = beside(tmp_path, np.where(half == 50, np.float32(value), 0), values)
        if fine:
            check_overviews(path, 1)
        else:
            assert stale(path).wanted == "0 to 100"


def test_as_many_cells_may_differ_as_are_allowed(tmp_path) -> None:
    half = np.full((20, 20), 7.0, "float32")
    for count, fine in ((80, True), (81, False)):  # a fifth of 400 cells in each of nine places
        changed = half.copy()
        changed.flat[:count] = 99
        path = beside(tmp_path, changed, np.full((40, 40), 7, "float32"))
        if fine:
            check_overviews(path, 1)
        else:
            assert stale(path).found == f"99, in {9 * count} of {9 * 400} cells that were compared"


def test_missing_cells_are_not_compared(tmp_path) -> None:
    values = smooth()
    values[:320] = -9999
    half = values[::2, ::2].copy()
    path = raster(tmp_path / "a.tif", values, nodata=-9999)
    raster(tmp_path / "a.tif.ovr", half)  # overviews beside a file name no value for no data
    check_overviews(path, 1)
    raster(tmp_path / "a.tif.ovr", np.full_like(half, -9999))
    check_overviews(path, 1)
    raster(tmp_path / "a.tif.ovr", np.full_like(half, np.nan))
    check_overviews(path, 1)


def test_overviews_of_nothing_are_stale(tmp_path) -> None:
    """Values where the file has none."""
    values = np.full((40, 40), -9999, "float32")
    path = raster(tmp_path / "a.tif", values, nodata=-9999)
    raster(tmp_path / "a.tif.ovr", np.full((20, 20), 5, "float32"))
    assert stale(path).wanted == "no data"
