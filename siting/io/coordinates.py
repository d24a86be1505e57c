"""Rows, columns and further dimensions of gridded variables, by the CF conventions."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from siting.errors import InputError
from siting.findings import warn
from siting.io.crs import check_plausible, known_crs
from siting.io.placement import Frame

_X = frozenset({"lon", "longitude", "x", "easting", "eastings", "projection_x_coordinate"})
_Y = frozenset({"lat", "latitude", "y", "northing", "northings", "projection_y_coordinate"})
_EAST = frozenset({"degrees_east", "degree_east", "degreese", "degree_e", "degrees_e"})
_NORTH = frozenset({"degrees_north", "degree_north", "degreesn", "degree_n", "degrees_n"})


class Axes(NamedTuple):
    """Dimensions of a variable that are rows and columns."""

    y: str
    x: str


def axes_of(array: xr.DataArray) -> Axes | None:
    """Dimensions of a variable that are rows and columns, or None."""
    y = [str(dim) for dim in array.dims if _is_axis(array, str(dim), _Y, _NORTH, "Y")]
    x = [str(dim) for dim in array.dims if _is_axis(array, str(dim), _X, _EAST, "X")]
    return Axes(y[0], x[0]) if len(y) == 1 and len(x) == 1 else None


def _is_axis(
    array: xr.DataArray, dim: str, names: frozenset[str], units: frozenset[str], axis: str
) -> bool:
    if dim not in array.coords:
        return False
    attrs = array.coords[dim].attrs
    return (
        str(attrs.get("units", "")).lower() in units
        or str(attrs.get("standard_name", "")).lower() in names
        or str(attrs.get("axis", "")).upper() == axis
        or dim.lower() in names
    )


def not_regular(dataset: xr.Dataset, name: str, path: Path) -> InputError:
    """Error for a variable without rows and columns."""
    return InputError(
        "GRID_IRREGULAR",
        "the variable does not lie on rows and columns of coordinates",
        where=f"{path}: {name}",
        found=f"dimensions {', '.join(map(str, dataset[name].dims))}",
        wanted="two dimensions with coordinates, such as lat and lon, or y and x",
        fix="regrid the file, or add coordinate variables",
    )


def step_of(array: xr.DataArray, axes: Axes, band: int | None, path: Path) -> dict[str, int]:
    """The one step to read along each further dimension.

    Raises
    ------
    InputError
        DIMENSION_AMBIGUOUS, BAND_MISSING, TIME_DUPLICATE, TIME_NOT_MONOTONIC and the like.
    """
    others = [str(dim) for dim in array.dims if dim not in axes]
    long = [dim for dim in others if array.sizes[dim] > 1]
    if len(long) > 1 or (long and band is None):
        raise InputError(
            "DIMENSION_AMBIGUOUS",
            "the variable has more than rows and columns",
            where=f"{path}: {array.name}",
            found=", ".join(f"{dim} ({array.sizes[dim]})" for dim in long),
            wanted="one step of one further dimension",
            fix="name the step, from 1, with `band:`" if len(long) == 1 else "cut a slice first",
        )
    for dim in long:
        _check_steps(array, dim, path)
    if long and band is not None and not 1 <= band <= array.sizes[long[0]]:
        raise InputError(
            "BAND_MISSING",
            f"there is no such step of {long[0]}",
            where=f"{path}: {array.name}",
            found=f"band {band}",
            wanted=f"1 to {array.sizes[long[0]]}",
        )
    return {dim: (band or 1) - 1 if dim in long else 0 for dim in others}


def _check_steps(array: xr.DataArray, dim: str, path: Path) -> None:
    """Refuse steps that come twice or run back; report gaps."""
    if dim not in array.coords or array.coords[dim].dtype.kind not in "iuf":
        return
    steps = np.diff(np.asarray(array.coords[dim].values, dtype=float))
    time = "since" in str(array.coords[dim].attrs.get("units", ""))
    name = "TIME" if time else "STEP"
    where = f"{path}: {dim}"
    if (steps == 0).any():
        number = int(np.flatnonzero(steps == 0)[0]) + 1
        raise InputError(
            f"{name}_DUPLICATE", f"a step of {dim} comes twice", where=where,
            found=f"steps {number} and {number + 1}", fix="remove one of the two",
        )  # fmt: skip
    if not ((steps > 0).all() or (steps < 0).all()):
        raise InputError(
            f"{name}_NOT_MONOTONIC", f"the steps of {dim} run forth and back", where=where,
            fix=f"sort the file by {dim}",
        )  # fmt: skip
    if time and np.abs(steps).max() > 1.5 * np.median(np.abs(steps)):
        warn(
            "TIME_GAP",
            "steps are missing: means and totals over time would be off",
            where=where,
            found=f"a gap of {np.abs(steps).max() / np.median(np.abs(steps)):.3g} steps",
        )


def frame_of(
    dataset: xr.Dataset, array: xr.DataArray, axes: Axes, declared: str | None, path: Path
) -> Frame:
    """Where the cells of a variable are, from the coordinates of its rows and columns.

    Raises
    ------
    InputError
        CRS_MISSING, CRS_IMPLAUSIBLE, GRID_IRREGULAR.
    """
    y, x = (dataset[dim] for dim in axes)
    system = known_crs(_crs(dataset, array, y, x), declared, path)
    (top, row_step), (left, column_step) = (
        _spacing(values * _factor(each, system), str(each.name), path)
        for each, values in ((y, y.to_numpy().astype(float)), (x, _unbroken(x, system)))
    )
    affine = Affine(column_step, 0, left, 0, row_step, top)
    ends = affine * (x.size, y.size)
    bounds = (
        min(left, ends[0]), min(top, ends[1]), max(left, ends[0]), max(top, ends[1])
    )  # fmt: skip
    check_plausible(system, bounds, max(abs(column_step), abs(row_step)), path)
    return Frame(system, affine, y.size, x.size)


def _factor(coordinate: xr.DataArray, crs: CRS) -> float:
    """Units of the CRS in a unit of the coordinate."""
    kilometres = str(coordinate.attrs.get("units", "")).lower() in {"km", "kilometer", "kilometre"}
    return 1000.0 if kilometres and crs.is_projected else 1.0


def _unbroken(x: xr.DataArray, crs: CRS) -> NDArray[np.float64]:
    """Coordinates of columns; longitudes go on beyond the dateline."""
    values = x.to_numpy().astype(float)
    return np.unwrap(values, period=360.0) if crs.is_geographic else values


def _spacing(values: NDArray[np.float64], name: str, path: Path) -> tuple[float, float]:
    """Edge of the first cell, and the step from cell to cell."""
    count = values.size
    step = (values[-1] - values[0]) / (count - 1) if count > 1 else np.nan
    regular = np.abs(values - (values[0] + step * np.arange(count))) < 0.01 * abs(step)
    if not (np.isfinite(step) and step != 0 and regular.all()):
        raise InputError(
            "GRID_IRREGULAR",
            "the cells are not evenly spaced",
            where=f"{path}: {name}",
            found=f"{count} coordinates from {values[0]:g} to {values[-1]:g}",
            wanted="at least two coordinates with one step",
            fix="regrid the file to even steps",
        )
    return float(values[0] - step / 2), float(step)


def _crs(
    dataset: xr.Dataset, array: xr.DataArray, y: xr.DataArray, x: xr.DataArray
) -> CRS | str | None:
    """CRS by the CF grid mapping; degrees without one are WGS84."""
    mapping = str(array.attrs.get("grid_mapping", "")).partition(":")[0].strip()
    for name in (mapping, "spatial_ref", "crs"):
        if name and name in dataset.variables:
            attrs = dataset[name].attrs
            if text := attrs.get("crs_wkt") or attrs.get("spatial_ref"):
                return str(text)
            if found := _from_cf(attrs):
                return found
    if str(x.attrs.get("units", "")).lower() in _EAST and (
        str(y.attrs.get("units", "")).lower() in _NORTH
    ):
        return "EPSG:4326"
    names = str(y.name).lower(), str(x.name).lower()
    return "EPSG:4326" if names in {("lat", "lon"), ("latitude", "longitude")} else None


def _from_cf(attrs: dict[str, Any]) -> CRS | None:
    try:
        return CRS.from_cf(attrs)
    except (CRSError, KeyError, ValueError, TypeError, AttributeError):
        return None
