"""Time axes as files have them: out of order, with holes, in odd calendars; and good ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from .gridded import (
    DAYS,
    angles,
    changed,
    corner,
    corners,
    energy,
    grid,
    register,
    timed,
    without,
    write,
)
from .harness import Corpus, Result, raster

corpus = Corpus()
case = corpus.case

DAILY = range(365)
EIGHT = tuple(range(0, 24, 3))
MEAN = corner(1.435)  # of 1.4, 1.41 ... 1.47


def bad(
    id: str,
    expect: str,
    code: str,
    why: str,
    make: Any,
    options: str = "over_time: mean",
    **more: Any,
) -> None:
    register(corpus, f"t_{id}", expect, code, why, make, options, **more)  # type: ignore[arg-type]


def good(
    id: str,
    why: str,
    make: Any,
    holds: Callable[[Result], None],
    options: str = "over_time: mean",
    **more: Any,
) -> None:
    register(corpus, f"t_ok_{id}", "accept", None, why, make, options, holds=holds, **more)


FROM = {"standard_name": "sea_surface_wave_from_direction"}

# fmt: off
# --- order, gaps, lengths ------------------------------------------------------------------------
BACK = (0, 3, 9, 6, 12, 15, 18, 21)
bad("back", "error", "TIME_NOT_MONOTONIC", "time goes back", lambda: timed(BACK))
bad("back_band", "error", "TIME_NOT_MONOTONIC", "the same where one step is read",
    lambda: timed(BACK), "band: 2")
bad("twice", "error", "TIME_DUPLICATE", "a step twice", lambda: timed((0, 3, 3, 6, 9)))
bad("twice_apart", "error", "TIME_DUPLICATE", "a step again later", lambda: timed((0, 3, 6, 3, 9)))
bad("twice_band", "error", "TIME_DUPLICATE", "one step of two alike", lambda: timed((0, 3, 3)),
    "band: 1")
bad("overflow", "error", "TIME_NOT_MONOTONIC", "seconds since 1900 beyond 32 bits",
    lambda: timed((np.arange(8) * 3600 + 2147483647 - 9000).astype("int32"),
                  "seconds since 1900-01-01"))
bad("float32", "error", "TIME_DUPLICATE", "minutes as float32 seconds since 1970 fall together",
    lambda: timed((1.6e9 + 60 * np.arange(8)).astype("float32"), "seconds since 1970-01-01"))
bad("gap", "warn", "TIME_GAP", "a day is missing", lambda: timed((*EIGHT, *range(48, 72, 3))))
bad("gap_band", "warn", "TIME_GAP", "a day is missing, one step is read",
    lambda: timed((*EIGHT, *range(48, 72, 3))), "band: 1")
MONTHS = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30])
bad("gap_month", "warn", "TIME_GAP", "March is missing",
    lambda: timed(np.delete([*MONTHS, *(MONTHS + 365)], 2), DAYS))
bad("uneven", "warn", "TIME_IRREGULAR", "passes of a satellite",
    lambda: timed((0, 2.2, 7, 8.5, 13, 19, 20, 24)))
bad("two_lengths", "warn", "TIME_IRREGULAR", "three-hourly, then hourly",
    lambda: timed((0, 3, 6, 9, 12, 13, 14, 15, 16)))

# --- steps without a time ------------------------------------------------------------------------
bad("nan", "error", "TIME_INVALID", "a step without a time", lambda: timed((0.0, 3.0, np.nan, 9.0)))
bad("nat", "error", "TIME_INVALID", "not a time as numpy stores it",
    lambda: timed(np.array([0, 3, np.iinfo("int64").min, 9])))
bad("fill", "error", "TIME_INVALID", "a step with the fill value",
    lambda: changed("time", timed((0.0, 3.0, -999.0, 9.0)), _FillValue=-999.0))
bad("text", "error", "TIME_UNREADABLE", "dates as text",
    lambda: timed(["2020-01-01", "2020-01-02", "2020-01-03"], None))
bad("no_units", "error", "TIME_UNREADABLE", "time without units", lambda: timed(EIGHT, None))
bad("no_epoch", "error", "TIME_UNREADABLE", "hours since nothing", lambda: timed(EIGHT, "hours"))
bad("odd_epoch", "error", "TIME_UNREADABLE", "an epoch that is no date",
    lambda: timed(EIGHT, "hours since launch"))
bad("month_13", "error", "TIME_UNREADABLE", "an epoch in the thirteenth month",
    lambda: timed(EIGHT, "hours since 2020-13-01"))
bad("calendar", "error", "TIME_UNREADABLE", "a calendar that nobody knows",
    lambda: timed(EIGHT, calendar="maya"))
bad("no_coordinate", "error", "TIME_UNREADABLE", "a dimension time without a coordinate",
    lambda: timed().drop_vars("time"))
bad("far", "warn", "TIME_IMPLAUSIBLE", "the year 3020",
    lambda: timed(EIGHT, "hours since 3020-1-1"))
bad("year_1", "warn", "TIME_IMPLAUSIBLE", "the year 1",
    lambda: timed(EIGHT, "hours since 0001-1-1"))
bad("seconds_as_days", "warn", "TIME_IMPLAUSIBLE", "seconds labelled as days",
    lambda: timed(1577836800 + 3600 * np.arange(8), "days since 1970-01-01"))

# --- dimensions ----------------------------------------------------------------------------------


def levels() -> xr.Dataset:
    found = timed((0, 50, 100), "m", dim="depth")
    return changed("depth", found, standard_name="depth", axis="Z")


def members(dim: str = "number") -> xr.Dataset:
    every = [timed(rise=0.01 * (k + 1)) for k in range(3)]
    found = xr.concat(every, dim).assign_coords({dim: [1, 2, 5]})
    found["hs"].attrs = every[0]["hs"].attrs
    return found


bad("not_told", "error", "DIMENSION_AMBIGUOUS", "neither over_time nor band", timed, "")
bad("level", "error", "TIME_MISSING", "over_time of depths", levels)
bad("none", "error", "TIME_MISSING", "over_time without a time", grid)
bad("ensemble", "error", "DIMENSION_AMBIGUOUS", "an ensemble, no member named", members)
bad("expver", "error", "DIMENSION_AMBIGUOUS", "final and preliminary ERA5",
    lambda: members("expver"))
bad("band_5", "error", "BAND_MISSING", "a member that is not there", members,
    "over_time: mean, band: 5")
bad("range_alone", "error", "TIME_MISSING", "a time range of what?", timed,
    "time_range: ['2020-01-01', '2020-01-02'], band: 1")
bad("range_outside", "error", "TIME_OUTSIDE", "a time range before the series", timed,
    "over_time: mean, time_range: ['2010-01-01', '2010-12-31']")
bad("range_text", "error", "TIME_UNREADABLE", "a time range that is no date", timed,
    "over_time: mean, time_range: [winter, spring]")
bad("word", "error", "CONFIG_VALUE", "the median, which one pass cannot give", timed,
    "over_time: median")


@case("t_tif", kind="raster", expect="error", code="TIME_MISSING", why="over_time of a GeoTIFF")
def _(folder: Path) -> str:
    raster(folder / "a.tif", nodata=-9999)
    head = "siting: 1\nname: case\ngrid: {crs: EPSG:4326, resolution: 0.1 degree, "
    return head + (
        "bounds: [-120, 38, -118, 40]}\nsources:\n"
        "  a: {file: a.tif, units: m, over_time: mean}\noutputs: [a.tif]\n"
    )


# --- what the steps hold -------------------------------------------------------------------------
bad("half_year", "warn", "PERIOD_PARTIAL", "eighteen months: one season twice",
    lambda: timed([*MONTHS, *(MONTHS[:6] + 365)], DAYS))
bad("eight_months", "warn", "PERIOD_PARTIAL", "no autumn", lambda: timed(range(240), DAYS))
bad("empty_step", "warn", "TIME_STEP_EMPTY", "a step all missing", lambda: without(timed(), 3))
bad("coverage", "warn", "TIME_COVERAGE", "cells under ice for half of the time",
    lambda: without(timed(), slice(0, 4), slice(0, 5)))
bad("copied", "warn", "DATA_REPEATED", "a day filled with the day before",
    lambda: timed(range(0, 48, 3)).pipe(
        lambda ds: ds.assign(hs=(ds.hs.dims, ds.hs.values[[*range(8), *range(4), *range(12, 16)]],
                                 ds.hs.attrs))))
bad("stuck", "warn", "DATA_REPEATED", "the last steps are all alike",
    lambda: timed().pipe(
        lambda ds: ds.assign(hs=(ds.hs.dims, ds.hs.values[[0, 1, 2, 3, 4, 5, 5, 5]],
                                 ds.hs.attrs))))
bad("least_direction", "error", "OVER_TIME_UNSOUND", "the least direction",
    lambda: angles([350, 10], **FROM), "over_time: minimum")
bad("classes", "error", "OVER_TIME_UNSOUND", "the mean of classes",
    lambda: changed("hs", timed(), flag_values="0, 1"))
bad("classes_kind", "error", "OVER_TIME_UNSOUND", "the mean of classes, by kind", timed,
    "over_time: mean, kind: categorical")
bad("fill_step", "error", "NODATA_UNDECLARED", "one step is 9.97e36, undeclared",
    lambda: timed().pipe(lambda ds: ds.assign(hs=ds.hs.where(ds.time != 3, 9.96921e36))).pipe(
        lambda ds: changed("hs", ds, units="m")))
bad("energy_daily", "error", "TIME_ACCUMULATED", "energy per day where power is wanted",
    lambda: energy(range(8), [2e7] * 8, DAYS), "over_time: mean, units: W m-2")
bad("energy_midnight", "warn", "RANGE_IMPLAUSIBLE", "energy since midnight, taken for hourly",
    lambda: energy(range(24), 1.2e6 * np.arange(24)), "over_time: mean, units: W m-2")
bad("no_step_units", "error", "UNITS_MISSING", "wave heights without units",
    lambda: changed("hs", timed(), units=None))
bad("all_missing", "error", "LAYER_EMPTY", "no step holds anything",
    lambda: changed("hs", timed() * np.nan, units="m"))
bad("step_inf", "warn", "NON_FINITE", "infinite cells in one step",
    lambda: without(timed(), 3, (5, 5), np.inf))

# --- good ----------------------------------------------------------------------------------------
good("day", "a day in steps of three hours", timed, MEAN)
good("order", "time back to front", lambda: timed().isel(time=slice(None, None, -1)), MEAN)
good("least", "the least", timed, corner(1.4), "over_time: minimum")
good("greatest", "the greatest", timed, corner(1.47), "over_time: maximum")
good("axes", "dimensions the other way round",
     lambda: timed().transpose("lon", "lat", "time"), MEAN)
good("name", "a time called valid_time", lambda: timed(dim="valid_time"), MEAN)
good("minutes", "whole minutes", lambda: timed(60 * np.arange(8, dtype="int32"),
     "minutes since 1990-01-01 00:00:00.0"), MEAN)
good("zone", "an epoch in another time zone",
     lambda: timed(EIGHT, "hours since 2020-01-01 00:00:00 +05:30"), MEAN)
good("zulu", "an epoch as ISO 8601", lambda: timed(EIGHT, "hours since 2020-01-01T00:00:00Z"), MEAN)
good("leap_second", "an epoch at a leap second",
     lambda: timed(EIGHT, "hours since 2016-12-31 23:59:60"), MEAN)
good("noleap", "no 29 February in a calendar without one",
     lambda: timed(range(55, 63), "days since 2020-01-01", calendar="noleap"), MEAN)
good("day_30", "30 February in a calendar of 360 days",
     lambda: timed(range(57, 65), "days since 2000-01-01", calendar="360_day"), MEAN)
good("julian", "the calendar of Julius Caesar",
     lambda: timed(range(8), "days since 1990-01-01", calendar="julian"), MEAN)
good("proleptic", "an epoch in the year 1",
     lambda: timed(737424 + np.arange(8), "days since 0001-01-01", calendar="proleptic_gregorian"),
     MEAN)
good("year_0", "an epoch in the year 0",
     lambda: timed(737790 + np.arange(8), "days since 0000-01-01"), MEAN)
good("climatology", "a climatology of months, its years those of nobody",
     lambda: changed("time", timed(np.arange(12) * 30.4, "days since 0001-01-15"),
                     climatology="climatology_bounds"), corner(1.455))
good("year", "every day of a year", lambda: timed(DAILY, DAYS, rise=0.001), corner(1.582))
good("leap_year", "all 366 days", lambda: timed(range(366), "days since 2020-01-01", rise=0.001),
     corner(1.5825))
WEIGHTED = float(np.average(1.4 + 0.01 * np.arange(12),
                            weights=[31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]))
good("months", "months count by their days", lambda: timed(MONTHS, DAYS), corner(WEIGHTED))
good("months_since", "whole months are those of the calendar",
     lambda: timed(range(12), "months since 2019-01-01"), corner(WEIGHTED))
good("february", "the second month begins on the first of February",
     lambda: timed(range(12), "months since 2019-01-01"), corner(1.41),
     "over_time: mean, time_range: [2019-02-01, 2019-02-28]")


def bounded() -> xr.Dataset:
    found = changed("time", timed((0.5, 2, 5)), bounds="time_bnds")
    return found.assign(time_bnds=(("time", "nv"), [[0, 1], [1, 3], [3, 7]]))


good("bounds", "steps count by their bounds: 1, 2 and 4 hours", bounded,
     corner((1.4 + 2 * 1.41 + 4 * 1.42) / 7), "variable: hs, over_time: mean")
good("member", "one member of an ensemble", members, corner(1.4 + 0.02 * 3.5),
     "over_time: mean, band: 2")
good("range", "the last day of two", lambda: timed(range(0, 48, 3)), corner(1.4 + 0.01 * 11.5),
     "over_time: mean, time_range: ['2020-01-02', '2020-01-02']")
good("range_year", "a period that a person chose", lambda: timed(range(240), DAYS),
     corner(1.4 + 0.01 * 44.5), "over_time: mean, time_range: [2019-01-01, 2019-03-31]")
good("one", "a series of one step", lambda: timed((5,)), corner(1.4))
good("hole", "one cell misses one step", lambda: without(timed(), 0, (0, 0)), corner(1.44))
good("direction", "350 and 10 degrees", lambda: angles([350, 10], **FROM), corner(0.0, within=1e-4))
good("direction_kind", "the same by `kind:`", lambda: angles([350, 10]),
     corner(0.0, within=1e-4), "over_time: mean, kind: circular")
good("radians", "directions in radians", lambda: angles([6.1, 0.5], "rad", **FROM),
     corner((6.1 + 0.5 + 2 * np.pi) / 2 - 2 * np.pi, within=1e-4))
good("least_packed", "the least of values packed with a negative scale",
     timed, corners(1.4, 2.065, 1e-3), "over_time: minimum",
     encoding={"hs": {"dtype": "int16", "scale_factor": -0.001, "add_offset": 5.0,
                      "_FillValue": -32768}})
good("energy_hourly", "radiation of the hour before, as power",
     lambda: energy(range(24), 1e5 * np.arange(24)), corner(1.4 * 1e5 * 11.5 / 3600, within=1e-2),
     "over_time: mean, units: W m-2")
good("held", "the day's temperature of the sea in every hour",
     lambda: timed(range(48)).pipe(
         lambda ds: ds.assign(hs=(ds.hs.dims, ds.hs.values[np.arange(48) // 12 * 12],
                                  ds.hs.attrs))), corner(1.4 + 0.01 * 18))
good("unlimited", "a dimension without a limit", lambda folder: timed().to_netcdf(
     folder / "a.nc", engine="h5netcdf", unlimited_dims=["time"]), MEAN)
good("chunks", "chunks across all dimensions", timed, MEAN,
     encoding={"hs": {"chunksizes": (3, 7, 6), "zlib": True}})
good("netcdf3", "the classic format", timed, MEAN, file="a.nc3")
good("zarr", "Zarr in chunks",
     lambda folder: write(timed().chunk(time=3, lat=7), folder / "a.zarr"), MEAN, file="a.zarr")
