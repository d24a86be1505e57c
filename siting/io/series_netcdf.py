"""Columns of a NetCDF file that holds the series of one site."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from siting.errors import InputError
from siting.io.formats import Format
from siting.io.gridded import missing_values, opened, packing, unsigned_type
from siting.io.source import numeric
from siting.io.time_axis import Floats, is_time, time_axis


def read_columns(path: Path, kind: Format, names: list[str]) -> pd.DataFrame:
    """Time and named variables of one site; units and the place in ``attrs``.

    Raises
    ------
    InputError
        VARIABLE_MISSING, DIMENSION_AMBIGUOUS where there are several sites; NOT_NUMERIC,
        SCALE_INVALID.
    """
    with opened(path, kind) as dataset:
        lacking = [name for name in names if name not in dataset.variables]
        if lacking or not names:
            raise InputError(
                "VARIABLE_MISSING",
                f"there is no variable '{lacking[0] if lacking else ''}'",
                where=str(path),
                found=", ".join(map(str, dataset.data_vars)),
            )
        first = dataset[names[0]]
        dim = next((str(each) for each in first.dims if is_time(first, str(each))), "")
        axis = time_axis(dataset, dim or "time", f"{path}: {dim or 'time'}")
        # Fractions of a day fall short of their second by rounding.
        stamps = np.round(axis.seconds).astype("int64").astype("datetime64[s]")
        columns: dict[str, object] = {"time": stamps}
        for name in names:
            array = dataset[name]
            if array.size != axis.seconds.size:
                raise InputError(
                    "DIMENSION_AMBIGUOUS",
                    "the variable is not one series",
                    where=f"{path}: {name}",
                    found=", ".join(f"{each} ({array.sizes[each]})" for each in array.dims),
                    fix="cut one site out of the file first",
                )
            columns[name] = _unpacked(array, path)
        table = pd.DataFrame(columns)
        table.attrs["units"] = {name: str(dataset[name].attrs.get("units", "")) for name in names}
        for x, y in (("longitude", "latitude"), ("lon", "lat")):
            if x in dataset.variables and y in dataset.variables and dataset[x].size == 1:
                table.attrs["place"] = tuple(
                    float(np.ravel(dataset[each].values)[0]) for each in (x, y)
                )
    return table


def _unpacked(array: xr.DataArray, path: Path) -> Floats:
    """Values of a series, NaN where there are none."""
    numeric(str(array.dtype), path)
    attrs = dict(array.attrs)
    scale, offset = packing(attrs, path)
    stored = np.asarray(array.values).ravel()
    values: Floats = stored.view(unsigned_type(stored.dtype, attrs)).astype(np.float64)
    values[missing_values(stored, attrs)] = np.nan
    return values * scale + offset


def read_attributes(path: Path, kind: Format) -> dict[str, dict[str, str]]:
    """Standard name and unit of each variable that runs over time."""
    with opened(path, kind) as dataset:
        return {
            str(name): {key: str(array.attrs.get(key, "")) for key in ("standard_name", "units")}
            for name, array in dataset.data_vars.items()
            if any(is_time(array, str(dim)) for dim in array.dims)
        }
