"""Limits at which something is told or refused, from both of their sides, and parts by hand."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from affine import Affine
from pyproj import CRS

from siting.errors import InputError
from siting.findings import collect
from siting.geodesy import geodesic_distance
from siting.io import over_time
from siting.io.accumulated import as_rate
from siting.io.alignment import _apart
from siting.io.alike import LEAST, alike, alike_around
from siting.io.fill import fill, is_suspect
from siting.io.hindcast_cells import cells_at, series_of_cells
from siting.io.hindcast_memory import hindcast_of
from siting.io.over_time import OverTimeReduction, Shape
from siting.io.placement import Frame
from siting.io.repeated import copied_block, copied_rows, middle
from siting.io.series_columns import known_columns
from siting.io.series_netcdf import read_attributes, read_columns
from siting.io.source import Part, RasterSource, can_scale, check_block, equals, in_units
from siting.io.spectra_series import read_spectra_series
from siting.io.time_axis import TimeAxis
from siting.io.weights import covered

NONE = np.zeros((20, 20), dtype=bool)
WGS84 = CRS("EPSG:4326")
HOUR = 3600.0


def test_correlation_needs_fifty_cells_that_vary() -> None:
    one = np.arange(60.0)
    other = np.where(one < LEAST, 3 * one, np.nan)
    assert alike(one, other) == pytest.approx(1.0)
    other[0] = np.nan
    assert (LEAST, alike(one, other)) == (50, 0.0)
    assert alike(one, -one) == pytest.approx(-1.0)
    assert alike(one, np.ones(60)) == alike(np.ones(60), one) == 0.0


def test_correlation_at_every_place_is_that_of_numpy() -> None:
    random = np.random.default_rng(3)
    around, values = random.normal(size=(9, 8)), random.normal(size=(6, 6))
    values[0, 0] = np.nan
    table = alike_around(values, around)
    assert table.shape == (4, 3)
    there = np.isfinite(values)
    for i in range(4):
        for j in range(3):
            part = around[i : i + 6, j : j + 6]
            wanted = np.corrcoef(values[there], part[there])[0, 1]
            assert table[i, j] == pytest.approx(wanted, abs=1e-9)
    around[:, 7] = np.nan  # of 35 cells 29 are left at the last column: less than nine tenths
    assert (alike_around(values, around)[:, 2] == 0).all()
    assert alike_around(values * np.nan, around).tolist() == np.zeros((4, 3)).tolist()


def filled(share_of: int, gap: float) -> np.ndarray:
    """400 cells of 0 to 10, some of them side by side at so far below."""
    cells = np.linspace(0, 10, 400).reshape(20, 20).copy()
    cells.ravel()[:share_of] = cells.ravel()[share_of] - gap * np.ptp(cells.ravel()[share_of:])
    return cells


@pytest.mark.parametrize(
    ("count", "gap", "told"),
    [
        (40, 0.31, True), (39, 0.31, False), (40, 0.3 - 1e-9, False), (40, -0.31, False),
        (279, 0.31, True), (281, 0.31, False),
    ],
)  # fmt: skip
def test_a_fill_takes_a_tenth_to_seven_tenths_and_stands_apart(count, gap, told) -> None:
    found = fill(filled(count, gap), NONE)
    assert (found is not None) is told
    if found is not None:
        assert found[1] == count / 400


def test_a_fill_may_be_the_greatest_value_and_must_lie_together() -> None:
    assert fill(-filled(40, 0.31), NONE)[1] == 0.1
    scattered = filled(40, 0.31).ravel()
    scattered[np.arange(0, 400, 10)], scattered[:40] = scattered[0], np.linspace(1, 2, 40)
    assert fill(scattered.reshape(20, 20), NONE) is None
    assert fill(filled(40, 0.31), ~NONE) is None
    few = np.repeat(np.linspace(5, 10, 19), 20)  # 19 values are no continuum
    assert fill(np.append(np.zeros(60), few).reshape(20, 22), np.zeros((20, 22), bool)) is None
    enough = np.repeat(np.linspace(5, 10, 20), 19)
    assert fill(np.append(np.zeros(60), enough).reshape(20, 22), np.zeros((20, 22), bool))


@pytest.mark.parametrize(("count", "told"), [(5, True), (4, False)])
def test_a_twentieth_of_a_sample_makes_a_look_worth_while(count, told) -> None:
    others = np.linspace(40, 106, 95)
    for extreme in (0.0, 500.0):
        assert is_suspect(np.append(others, [extreme] * count)) is told


def rough(rows: int = 20, columns: int = 20) -> np.ndarray:
    return np.random.default_rng(5).permutation(rows * columns).reshape(rows, columns) + 1.0


def bits(values: np.ndarray) -> np.ndarray:
    return values.astype(np.uint64)


@pytest.mark.parametrize(("last", "found"), [(8, (5, 3)), (7, None), (15, (5, 10)), (17, None)])
def test_three_rows_alike_are_copies_and_most_rows_are_cells_made_smaller(last, found) -> None:
    values = rough()
    values[5:last] = values[5]
    assert copied_rows(bits(values), NONE) == found


def test_rows_of_few_values_may_be_alike() -> None:
    values = rough()
    values[5:9, :] = np.repeat([1.0, 2.0], 10)
    assert copied_rows(bits(values), NONE) is None
    values[5:9, :] = np.append(np.arange(12.0), [11.0] * 8)  # 11 changes of 19: under 0.6
    assert copied_rows(bits(values), NONE) is None
    values[5:9, :] = np.append(np.arange(13.0), [12.0] * 7)
    assert copied_rows(bits(values), NONE) == (5, 4)


def test_four_places_of_rows_alike_are_cells_made_smaller() -> None:
    values = rough(40)
    for start in (2, 12, 22):
        values[start : start + 3] = values[start]
    missing = np.zeros((40, 20), bool)
    assert copied_rows(bits(values), missing) == (2, 3)
    values[32:34] = values[32]
    assert copied_rows(bits(values), missing) is None


def test_one_block_that_is_another_is_found_wherever_it_is() -> None:
    # One block in four is compared, by what it holds: of a copy of 11 x 11 cells 16 blocks are.
    values = rough(60, 60)
    values[40:51, 30:41] = values[3:14, 7:18]
    found = copied_block(bits(values), values, np.zeros((60, 60), bool), 0)
    (row, column), (other_row, other_column) = found
    assert (other_row - row, other_column - column) == (37, 23)
    assert 3 <= row <= 6
    assert 7 <= column <= 10
    assert copied_block(bits(rough(60, 60)), rough(60, 60), np.zeros((60, 60), bool), 0) is None


def source(values: np.ndarray, **more: object) -> RasterSource:
    frame = Frame(WGS84, Affine(1, 0, 0, 0, -1, 0), *values.shape)

    def load(rows: slice, columns: slice) -> np.ma.MaskedArray:
        return np.ma.MaskedArray(values[rows, columns])

    return RasterSource(Path("a.tif"), frame, values.dtype, load, **more)


def test_the_middle_of_a_large_raster() -> None:
    wide = source(np.broadcast_to(np.float32(0), (1000, 9000)))
    rows, columns = middle(wide, 2_000_000)
    assert (rows, columns) == (slice(12, 988), slice(3476, 5524))  # 976 x 2048 cells
    assert middle(source(np.zeros((3, 4))), 12) == (slice(0, 3), slice(0, 4))


@pytest.mark.parametrize(
    ("scale", "offset", "can"),
    [
        (1e30, 1e30, True), (1.1e30, 0, False), (1, 1.1e30, False), (-1e-30, -1e30, True),
        (0.9e-30, 0, False), (math.inf, 0, False), (1, math.nan, False),
    ],
)  # fmt: skip
def test_what_unpacks_numbers(scale, offset, can) -> None:
    assert can_scale(scale, offset) is can


def test_blocks_of_half_a_gibibyte_are_read() -> None:
    check_block(1 << 26, np.dtype("f8"), Path("a.tif"))
    with pytest.raises(InputError, match="TOO_LARGE") as caught:
        check_block((1 << 26) + (1 << 17), np.dtype("f8"), Path("a.tif"))
    assert (caught.value.found, caught.value.wanted) == ("513 MiB in one block", "at most 512 MiB")


@pytest.mark.parametrize(
    ("dtype", "kept"),
    [("i1", "f4"), ("u2", "f4"), ("f4", "f4"), ("i4", "f8"), ("f8", "f8"), ("f2", "f4")],
)
def test_precision_keeps_every_stored_value_apart(dtype, kept) -> None:
    assert source(np.zeros((1, 1), dtype)).precision == np.dtype(kept)


def test_values_are_masked_before_they_are_scaled() -> None:
    stored = np.array([[1.0, -9999.0, np.inf, 3.0]], dtype="f4")
    one = source(stored, scale=2.0, offset=10.0, nodata=(-9999.0, 3.0))
    whole = slice(0, 1), slice(0, 4)
    assert one.read(*whole).tolist()[0][0] == 12.0
    assert np.isnan(one.read(*whole)[0, 1:]).all()
    assert (one.scaled(-9999.0), one.read(*whole).dtype) == (-19988.0, np.dtype("f8"))
    assert equals(np.array([-3.4e38], "f4"), -3.4e38).all()
    celsius = in_units(replace(one, units="K"), "degC")
    assert (celsius.units, celsius.scaled(1.0)) == ("degC", pytest.approx(12.0 - 273.15))


def reduction(values: np.ndarray, how: str, chunks=(1, 1, 1), **more: object) -> OverTimeReduction:
    from contextlib import nullcontext

    def read(_: object, when: slice, rows: slice, columns: slice):
        part = values[when, rows, columns]
        return part, part == -1

    axis = TimeAxis("a.nc: time", HOUR * np.arange(len(values)), 365.2425)
    shape = Shape(*values.shape[1:], chunks, 8)
    return OverTimeReduction(read, lambda: nullcontext(xr.Dataset()), axis, 0, how, shape, None)


STEPS = np.array([[[5, -1], [7, -1]], [[3, 4], [np.nan, -1]], [[4, 6], [9, -1]]], dtype="f8")


@pytest.mark.parametrize(
    ("how", "wanted"),
    [("minimum", [[3, 4], [7, None]]), ("maximum", [[5, 6], [9, None]]),
     ("mean", [[4, 5], [8, None]])],
)  # fmt: skip
def test_values_over_time_leave_out_what_is_missing(how, wanted) -> None:
    made = reduction(STEPS, how)
    assert made.load(slice(0, 2), slice(0, 2)).tolist() == wanted
    assert made.load(slice(1, 2), slice(0, 1)).tolist() == [[wanted[1][0]]]
    assert made.sightings.valid.tolist() == [2, 2, 3]
    assert made.sightings.lengths.tolist() == [1, 0, 2, 1]  # cells with no, 1, 2 and 3 steps
    assert (made.summary.low, made.summary.high) == (3.0, 9.0)


def test_tiles_that_fall_out_are_made_again_and_seen_once(monkeypatch) -> None:
    values = np.arange(2.0 * 4 * 6).reshape(2, 4, 6)
    monkeypatch.setattr(over_time, "TILE_CELLS", 6)  # a row
    monkeypatch.setattr(over_time, "KEPT_BYTES", 2 * 6 * 8)
    made = reduction(values, "mean")
    whole = slice(0, 4), slice(0, 6)
    for _ in range(2):
        assert made.load(*whole).tolist() == values.mean(axis=0).tolist()
    assert list(made._kept) == [(2, 0), (3, 0)]
    assert made.sightings.valid.tolist() == [24, 24]
    made.load(slice(2, 3), slice(0, 1))  # used last, so it stays longest
    made.load(slice(0, 1), slice(0, 1))
    assert list(made._kept) == [(2, 0), (0, 0)]


@pytest.mark.parametrize(
    ("chunks", "tile"),
    [
        ((1, 1, 1), (131, 2000)),  # 262,144 cells in whole rows
        ((10, 100, 100), (100, 2000)),  # 26 chunks side by side, beyond the last column
        ((10, 100, 500), (100, 2000)),  # 5, cut at the edge
        ((900, 100, 10), (100, 40)),  # 4 chunks of 7.2 MB in 32 MiB
        ((9000, 100, 10), (100, 10)), ((1, 900, 900), (900, 900)), ((1, 2000, 1), (1000, 131)),
    ],
)  # fmt: skip
def test_parts_of_the_map_are_whole_chunks_within_the_memory(chunks, tile) -> None:
    assert Shape(1000, 2000, chunks, 8).tile() == tile


@pytest.mark.parametrize(
    ("steps", "cells", "depth"),
    [(1, 1 << 18, 16), (5, 1 << 18, 15), (30, 1 << 18, 30), (1, 0, 1 << 25)],
)
def test_steps_read_at_once_are_whole_chunks(steps, cells, depth) -> None:
    assert Shape(9, 9, (steps, 1, 1), 8).depth(cells) == depth  # of 32 MiB


def accumulated(seconds: list[float]) -> RasterSource:
    axis = TimeAxis("a.nc: time", np.array(seconds), 365.2425)
    return as_rate(source(np.zeros((1, 1)), units="J m-2"), axis, Part(units="W m-2"))


def test_energy_is_power_over_even_steps_of_three_hours_at_most() -> None:
    with collect() as found:
        made = accumulated([0, 3 * HOUR, 6 * HOUR, 12 * HOUR])  # hours that lack are no matter
    assert (made.scale, made.units) == (1 / (3 * HOUR), "J m-2 s-1")
    assert [(each.code, each.severity, each.found) for each in found] == [
        ("TIME_ACCUMULATED", "note", "J m-2 in steps of 3 hours")
    ]
    for seconds in ([0, 3.01 * HOUR, 6.02 * HOUR], [0, HOUR, 2 * HOUR, 2.98 * HOUR], [0]):
        with pytest.raises(InputError, match="TIME_ACCUMULATED"):
            accumulated(seconds)
    with collect():
        assert accumulated([0, HOUR, 2 * HOUR, 2.991 * HOUR]).scale == 1 / HOUR


def frame(**changes: object) -> Frame:
    return replace(Frame(WGS84, Affine(0.1, 0, -120, 0, -0.1, 40), 30, 20), **changes)


def test_rasters_of_one_make_are_apart_by_columns_and_rows() -> None:
    moved = frame(affine=Affine(0.1, 0, -119.95, 0, -0.1, 39.9))
    assert _apart(frame(), moved) == pytest.approx((0.5, 1.0))
    for other in (
        frame(width=21), frame(height=31), frame(crs=CRS("EPSG:4267")),
        frame(affine=Affine(0.1 * (1 + 3e-6), 0, -120, 0, -0.1, 40)),
        frame(affine=Affine(0.1, 0, -120, 0, 0.1, 40)),
    ):  # fmt: skip
        assert _apart(frame(), other) == (np.inf, np.inf)
    near = frame(affine=Affine(0.1 * (1 + 0.9e-6), 0, -120, 0, -0.1, 40))
    assert _apart(frame(), near) == (0, 0)


SEA, PERIOD = "significant_wave_height", "wave_energy_period"


def sites() -> object:
    times = np.datetime64("2020-01-01", "s") + 3600 * np.arange(3)
    hours = {SEA: np.array([[1.0, 4.0], [2.0, 5.0], [3.0, np.nan]])}
    return hindcast_of(times, [-125.0, 235.5], [44.0, 44.0], hours)


def test_the_nearest_site_within_reach_stands_for_a_place() -> None:
    x, y = np.array([-125.01, -124.6, -125.0]), np.array([44.0, 44.0, 46.0])
    away = float(geodesic_distance(-124.6, 44.0, -124.5, 44.0))
    assert cells_at(sites(), x, y, away + 1).tolist() == [0, 1, -1]
    assert cells_at(sites(), x, y, away - 1).tolist() == [0, -1, -1]
    found = series_of_cells(sites(), np.array([1, 0]), (SEA,))
    assert found.times[SEA].tolist() == [
        *(np.datetime64("2020-01-01", "s") + 3600 * np.arange(3)).tolist()
    ]
    wanted = [[4.0, 1.0], [5.0, 2.0], [np.nan, 3.0]]
    np.testing.assert_array_equal(found.values[SEA], wanted)
    with pytest.raises(InputError, match="VARIABLE_MISSING") as caught:
        series_of_cells(sites(), np.array([0]), (SEA, PERIOD))
    assert (caught.value.found, caught.value.wanted) == (SEA, f"{SEA}, {PERIOD}")


def test_hours_in_memory_have_a_column_for_each_site_and_known_names() -> None:
    times = np.datetime64("2020-01-01", "s") + 3600 * np.arange(3)
    with pytest.raises(ValueError, match=r"height has the shape \(3, 1\), not \(3, 2\)"):
        hindcast_of(times, [0.0, 1.0], [0.0, 0.0], {SEA: np.zeros((3, 1))})
    with pytest.raises(ValueError, match="there is no quantity 'height'"):
        hindcast_of(times, [0.0], [0.0], {"height": np.zeros((3, 1))})
    with pytest.raises(InputError, match="TIME_NOT_MONOTONIC|TIME_DUPLICATE"):
        hindcast_of(times[[0, 0, 1]], [0.0], [0.0], {SEA: np.zeros((3, 1))})


def buoy(tmp_path: Path, **attrs: object) -> Path:
    """Three hours of one buoy, whose times are days with a fraction."""
    stored = np.array([10, -32768, 25], dtype="i2")
    dataset = xr.Dataset(
        {
            "hs": ("time", stored, {"units": "m", "standard_name": "x", "_FillValue": stored[1]}),
            "depth": ((), 9.0),
            "note": ("time", ["a", "b", "c"]),
        },
        coords={
            "time": ("time", [0.0, 1 / 24, 2 / 24], {"units": "days since 2020-01-01"}),
            "lon": ((), -124.5), "lat": ((), 44.25),
        },
    )  # fmt: skip
    dataset["hs"].attrs |= attrs
    path = tmp_path / "a.nc"
    dataset.to_netcdf(path, engine="h5netcdf")
    return path


def test_a_buoys_columns_are_unpacked_at_their_hours(tmp_path) -> None:
    path = buoy(tmp_path, scale_factor=0.5, add_offset=1.0)
    found = read_columns(path, "hdf5", ["hs"])
    hours = np.datetime64("2020-01-01", "s") + 3600 * np.arange(3)
    assert found["time"].to_numpy().astype("datetime64[s]").tolist() == hours.tolist()
    np.testing.assert_array_equal(found["hs"], [6.0, np.nan, 13.5])
    assert found.attrs == {"units": {"hs": "m"}, "place": (-124.5, 44.25)}
    assert read_attributes(path, "hdf5") == {
        "hs": {"standard_name": "x", "units": "m"}, "note": {"standard_name": "", "units": ""},
    }  # fmt: skip
    assert known_columns(path) == {SEA: "hs"}


def test_a_buoys_columns_have_one_value_for_each_hour(tmp_path) -> None:
    path = buoy(tmp_path)
    for names in (["hs", "te"], []):
        with pytest.raises(InputError, match="VARIABLE_MISSING") as caught:
            read_columns(path, "hdf5", names)
        assert caught.value.found == "hs, depth, note, lon, lat"
    with pytest.raises(InputError, match="DIMENSION_AMBIGUOUS"):
        read_columns(path, "hdf5", ["hs", "depth"])


def test_a_buoys_columns_may_be_whole_numbers_without_a_sign(tmp_path) -> None:
    path = buoy(tmp_path, _Unsigned="true", scale_factor=0.001)
    np.testing.assert_array_equal(read_columns(path, "hdf5", ["hs"])["hs"], [0.01, np.nan, 0.025])
    with pytest.raises(InputError, match="NOT_NUMERIC"):
        read_columns(path, "hdf5", ["note"])


@pytest.mark.parametrize("scale", [0.0, np.inf, 1e31])
def test_a_buoys_columns_that_cannot_be_unpacked_are_refused(tmp_path, scale) -> None:
    with pytest.raises(InputError, match="SCALE_INVALID"):
        read_columns(buoy(tmp_path, scale_factor=scale), "hdf5", ["hs"])


def test_a_spectrum_gives_the_moments_of_its_bands(tmp_path) -> None:
    (tmp_path / "a.txt").write_text(
        "#YY  MM DD hh mm  .0900  .1000  .1100\n2020 01 01 00 40  0.00  10.00  0.00\n"
        "2020 01 01 01 40  0.00  40.00  0.00\n"
    )
    found = read_spectra_series(tmp_path / "a.txt", site="b", longitude=-124.5, latitude=44.25)
    # One band of 0.1 Hz: every period is 10 s, and twice the height is four times the variance.
    periods = [name for name in found if str(name).endswith(("period", "tm01", "tm02"))]
    assert len(periods) == 4
    for name in periods:
        np.testing.assert_allclose(found[name], [[10.0, 10.0]], rtol=1e-6)
        assert found[name].attrs["units"] == "s"
    height = found["significant_wave_height"]
    assert (height.dims, height.attrs["units"]) == (("site", "time"), "m")
    assert float(height[0, 1] / height[0, 0]) == pytest.approx(2.0)
    # Deep water: P = rho g^2 / (64 pi) Hm0^2 Te, with 1025 kg m-3 [W m-1].
    power = 1025 * 9.80665**2 / (64 * math.pi) * float(height[0, 0]) ** 2 * 10 / 1000
    assert float(found["wave_power"][0, 0]) == pytest.approx(power, rel=5e-3)
    assert found["wave_power"].attrs["units"] == "kW m-1"
    assert found.attrs == {"source": "a.txt"}
    assert found["site"].values.tolist() == ["b"]
    assert found["time"].values[1] == np.datetime64("2020-01-01T01:40")
    place = {
        each: (found[each].item(), found[each].attrs["units"]) for each in ("longitude", "latitude")
    }
    assert place == {"longitude": (-124.5, "degrees_east"), "latitude": (44.25, "degrees_north")}


@pytest.mark.parametrize(
    ("start", "stop", "cells", "weights"),
    [
        (1.25, 3.5, [1, 2, 3], [0.75, 1.0, 0.5]), (3.5, 1.25, [1, 2, 3], [0.75, 1.0, 0.5]),
        (-2.0, 0.5, [0], [0.5]), (3.5, 9.0, [3], [0.5]), (np.nan, 2.0, [], []),
        (1 - 1e-12, 2 + 1e-12, [1], [1.0]), (5.0, 6.0, [], []),
    ],
)  # fmt: skip
def test_how_much_of_each_cell_lies_between_two_positions(start, stop, cells, weights) -> None:
    taps = covered(np.array([start]), np.array([stop]), 0, 4)
    used = taps.weight[:, 0] > 0
    assert taps.source[used, 0].tolist() == cells
    assert taps.weight[used, 0].tolist() == weights
    later = covered(np.array([start + 10]), np.array([stop + 10]), 10, 4)
    assert later.weight.tolist() == taps.weight.tolist()
