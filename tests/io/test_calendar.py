"""Calendars that are not the civil one are told, where steps of time are taken together."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from siting.findings import Finding, collect
from siting.grid import make_grid
from siting.io.raster import read_raster

SEA = make_grid("EPSG:4326", 1.0, (-127.0, 38.0, -123.0, 41.0))


def noticed(folder: Path, calendar: str, days: int, **options) -> list[Finding]:
    """What is told of a file of daily values, each its number, over one year."""
    values = np.arange(float(days))[:, None, None] + np.zeros((days, 3, 4))
    dataset = xr.Dataset(
        {"hs": (("time", "lat", "lon"), values / days, {"units": "m"})},
        coords={
            "time": ("time", range(days), {"units": "days since 2001-01-01", "calendar": calendar}),
            "lat": ("lat", [40.5, 39.5, 38.5], {"units": "degrees_north"}),
            "lon": ("lon", [-126.5, -125.5, -124.5, -123.5], {"units": "degrees_east"}),
        },
    )
    dataset.to_netcdf(folder / "waves.nc", engine="h5netcdf")
    with collect() as found:
        read_raster(folder / "waves.nc", SEA, kind="continuous", **options).compute()
    return [each for each in found if each.code == "CALENDAR"]


@pytest.mark.parametrize(
    ("calendar", "days"), [("360_day", 360), ("noleap", 365), ("365_day", 365), ("all_leap", 366)]
)
def test_other_calendars_are_told(tmp_path, calendar, days) -> None:
    (finding,) = noticed(tmp_path, calendar, days, over_time="mean")
    assert (finding.severity, finding.found) == ("note", f"years of {days} days")


@pytest.mark.parametrize("calendar", ["standard", "gregorian", "proleptic_gregorian", "julian"])
def test_the_civil_calendar_is_not(tmp_path, calendar) -> None:
    assert noticed(tmp_path, calendar, 365, over_time="mean") == []


def test_one_step_needs_no_calendar(tmp_path) -> None:
    assert noticed(tmp_path, "360_day", 360, band=1) == []
