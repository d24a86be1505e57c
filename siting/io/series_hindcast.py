"""Columns of the site of a hindcast that is nearest to a place, as a series reads them."""

from pathlib import Path

import pandas as pd

from siting.io.formats import Format


def is_list_of_sites(path: Path, kind: Format) -> bool:
    """Whether a file is HDF5 in the layout of rex: hours by sites (WPTO, NSRDB)."""
    from siting.io.hindcast_rex import is_rex

    return kind == "hdf5" and is_rex(path)


def read_nearest(
    path: Path, columns: dict[str, str], longitude: float, latitude: float, within: float
) -> pd.DataFrame:
    """Time and named datasets of the nearest site with data; units and the place in ``attrs``.

    Raises
    ------
    InputError
        VARIABLE_MISSING, PERIOD_UNTYPED, SITE_MISMATCH.
    """
    from siting.io.hindcast import open_hindcast  # loads numba, which takes its time

    table = open_hindcast(path, columns).series(longitude, latitude, within=within)
    place = table.attrs["longitude"], table.attrs["latitude"]
    units = {columns[name]: each["units"] for name, each in table.attrs["columns"].items()}
    table = table.rename(columns=columns)
    table.attrs = {"place": place, "units": units}
    return table
