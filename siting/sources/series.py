"""A series of one site as a table: a column of times, and one for each quantity."""

from pathlib import Path

import pandas as pd
import xarray as xr

from siting.errors import InputError
from siting.io.series import read_series
from siting.sources.catalogue import Entry
from siting.sources.declared import UserFile


def of_entry(entry: Entry, path: Path) -> pd.DataFrame:
    """The series of an entry of the catalogue."""
    said = entry.series
    if said is None:
        raise ValueError(f"{entry.file}: the catalogue does not say of which place the series is")
    found = read_series(
        path,
        said.quantities,
        site=said.site,
        longitude=said.longitude,
        latitude=said.latitude,
        time_zone="UTC",
    )
    return as_table(found)


def of_file(name: str, declared: UserFile, path: Path) -> pd.DataFrame:
    """The series of a file of the user's.

    Raises
    ------
    InputError
        SERIES_UNDECLARED where the file's place or quantities are not stated; what
        :func:`siting.io.series.read_series` raises.
    """
    if declared.position is None or not declared.quantities:
        lacking = "position" if declared.position is None else "quantities"
        raise InputError(
            "SERIES_UNDECLARED",
            "a series needs its place and its quantities",
            where=f"sources.{name}",
            found=f"no `{lacking}`",
            wanted="position: [longitude, latitude], quantities: {significant_wave_height: WVHT}",
            fix=f"write `{lacking}:`",
        )
    longitude, latitude = declared.position
    found = read_series(
        path,
        declared.quantities,
        site=declared.site or path.stem,
        longitude=longitude,
        latitude=latitude,
        unit=declared.columns,
        time_zone=declared.time_zone,
    )
    return as_table(found)


def as_table(series: xr.Dataset) -> pd.DataFrame:
    """A series of one site as a table, its place and units in ``attrs``."""
    one = series.isel(site=0)
    table = pd.DataFrame({"time": one["time"].to_numpy()})
    for name in series.data_vars:
        table[str(name)] = one[name].to_numpy()
    table.attrs = {
        "site": str(one["site"].item()),
        "longitude": float(one["longitude"]),
        "latitude": float(one["latitude"]),
        "columns": {str(name): {"units": one[name].attrs["units"]} for name in series.data_vars},
    }
    return table
