"""Twelve layers of one quantity, January first, as one value."""

import numpy as np
import xarray as xr
from odc.geo.geobox import GeoBox

from siting.errors import GridError
from siting.grid.layers import accept
from siting.wording import counted

MONTHS = 12


def as_monthly(layers: list[xr.DataArray]) -> xr.DataArray:
    """Twelve layers stacked along ``month``, which runs from 1 to 12.

    Parameters
    ----------
    layers : list of (y, x) layers
        January first, all on one grid.

    Returns
    -------
    xarray.DataArray of shape (month, y, x)
        Lazy where the layers are, with the attributes of the first.

    Raises
    ------
    GridError
        MONTHS_WRONG where there are not twelve.

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 2, 1))
    >>> height = [as_layer(np.full((1, 2), float(m)), grid, units="m") for m in range(1, 13)]
    >>> as_monthly(height).mean("month").values.tolist()
    [[6.5, 6.5]]
    """
    if len(layers) != MONTHS:
        raise GridError(
            "MONTHS_WRONG",
            "a monthly value has a layer for each month of the year",
            found=counted(len(layers), "layer"),
            wanted="12, January first",
            fix="bring all twelve months, or read the one as a layer with `band`",
        )
    month = xr.DataArray(np.arange(1, MONTHS + 1), dims="month", name="month")
    stacked: xr.DataArray = xr.concat(
        layers, dim=month, join="exact", coords="minimal", compat="override"
    )
    stacked.attrs = dict(layers[0].attrs)
    return stacked


def by_month(monthly: xr.DataArray) -> list[xr.DataArray]:
    """The twelve layers of a monthly value, January first."""
    return [
        monthly.isel(month=each, drop=True).assign_attrs(monthly.attrs)
        for each in range(monthly.sizes["month"])
    ]


def accept_monthly(monthly: xr.DataArray, grid: GeoBox, name: str) -> xr.DataArray:
    """The monthly value with the grid's own coordinates, once it is known to lie on the grid.

    Raises
    ------
    GridError
        GRID_MISMATCH where a month lies on another grid, MONTHS_WRONG where there are not twelve.
    """
    if monthly.dims != ("month", "y", "x"):
        raise GridError(
            "GRID_MISMATCH",
            "the value has no month for each layer",
            where=name,
            found=f"dimensions {monthly.dims}",
            wanted="dimensions ('month', 'y', 'x')",
        )
    placed = as_monthly([accept(each, grid, name) for each in by_month(monthly)])
    return placed.rename(monthly.name)
