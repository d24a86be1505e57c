"""Steps of time as one layer: the same bytes however stored, in bounded memory."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from siting.errors import InputError
from siting.findings import collect
from siting.grid import make_grid
from siting.io import over_time
from siting.io.raster import read_raster
from siting.io.time_axis import TimeAxis

GRID = make_grid("EPSG:4326", 1.0, (0, 0, 12, 9))
STEPS = 40


@pytest.fixture(scope="module")
def series() -> xr.Dataset:
    """Values that float32 sums would round, with holes."""
    random = np.random.default_rng(1)
    values = (1e4 + random.random((STEPS, 9, 12))).astype("float32")
    values[random.random(values.shape) < 0.01] = np.nan
    return xr.Dataset(
        {"p": (("time", "lat", "lon"), values, {"units": "m"})},
        coords={
            "time": ("time", np.arange(STEPS), {"units": "hours since 2001-01-01"}),
            "lat": ("lat", 8.5 - np.arange(9.0), {"units": "degrees_north"}),
            "lon": ("lon", 0.5 + np.arange(12.0), {"units": "degrees_east"}),
        },
    )


def layer(path: Path, what: over_time.OverTime = "mean") -> np.ndarray:
    with collect():
        return read_raster(path, GRID, kind="continuous", over_time=what).to_numpy()


@pytest.mark.parametrize(
    "chunks", [(1, 9, 12), (40, 1, 1), (40, 9, 12), (7, 2, 5), (3, 9, 1), None]
)
def test_chunks_change_no_bit(tmp_path, series, chunks) -> None:
    path = tmp_path / "a.nc"
    encoding = {"p": {"chunksizes": chunks}} if chunks else None
    series.to_netcdf(path, engine="h5netcdf", encoding=encoding)
    total, count = np.zeros((9, 12)), np.zeros((9, 12))
    for step in series.p.values.astype("float64"):
        total += np.nan_to_num(step)
        count += np.isfinite(step)
    assert layer(path).tobytes() == (total / count).astype("float32").tobytes()


@pytest.mark.parametrize("limits", [(1, 1, 1), (30, 50, 1000), (1 << 20, 1 << 20, 1 << 20)])
def test_sizes_of_reads_and_tiles_change_no_bit(tmp_path, series, limits, monkeypatch) -> None:
    series.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    wanted = {what: layer(tmp_path / "a.nc", what) for what in ("mean", "minimum", "maximum")}
    for name, value in zip(("TILE_CELLS", "READ_BYTES", "KEPT_BYTES"), limits, strict=True):
        monkeypatch.setattr(over_time, name, value)
    for what, values in wanted.items():
        assert layer(tmp_path / "a.nc", what).tobytes() == values.tobytes()
    assert np.array_equal(wanted["minimum"], np.nanmin(series.p.values, axis=0))
    assert np.array_equal(wanted["maximum"], np.nanmax(series.p.values, axis=0))


def test_each_value_is_read_once(tmp_path, series, monkeypatch) -> None:
    series.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    steps = over_time.OverTimeReduction._steps
    read = []

    def counted(self, rows, columns, new):
        for step, values, missing in steps(self, rows, columns, new):
            read.append(values.size)
            yield step, values, missing

    monkeypatch.setattr(over_time.OverTimeReduction, "_steps", counted)
    layer(tmp_path / "a.nc")
    assert sum(read) == series.p.size


def test_little_is_read_at_once() -> None:
    world = over_time.Shape(1801, 3600, (1, 1, 1), 4)
    rows, columns = world.tile()
    assert world.depth(rows * columns) * rows * columns * 4 <= over_time.READ_BYTES
    long = over_time.Shape(721, 1440, (8760, 10, 10), 2)
    assert long.tile() == (10, 190)
    assert long.depth(10 * 190) * 10 * 190 * 2 <= over_time.READ_BYTES


def test_months_count_by_their_days_in_leap_years_too() -> None:
    stamps = np.arange("2020-01", "2021-01", dtype="datetime64[M]").astype("datetime64[s]")
    axis = TimeAxis("a", stamps.astype(float), 365.2425)
    weights = axis.weights()
    assert weights is not None
    assert np.allclose(weights * 31, [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def test_directions_that_cancel_out_are_missing(tmp_path, series) -> None:
    turned = xr.zeros_like(series.isel(time=slice(0, 2)))
    turned["p"][1] = 180.0
    turned["p"][1, 0, 0] = 90.0
    turned["p"].attrs = {"units": "degree", "standard_name": "wind_from_direction"}
    turned.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    found = layer(tmp_path / "a.nc")
    assert found[0, 0] == pytest.approx(45)
    assert np.isnan(found).sum() == found.size - 1


def test_error_without_over_time_says_what_to_write(tmp_path, series) -> None:
    series.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with pytest.raises(InputError, match="DIMENSION_AMBIGUOUS") as caught:
        read_raster(tmp_path / "a.nc", GRID, kind="continuous")
    assert "over_time: mean" in caught.value.fix
    assert "band:" in caught.value.fix
