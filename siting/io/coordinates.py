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
from siting.wording import counted

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
    _refuse_two_dimensional(dataset, array, (y, x), path)
    system = known_crs(_crs(dataset, array, y, x), declared, path)
    if system.is_geographic:
        _check_degrees(y, x, path)
    (top, row_step), (left, column_step) = (
        _spacing(dataset, each, system, path) for each in (y, x)
    )
    affine = Affine(column_step, 0, left, 0, row_step, top)
    ends = affine * (x.size, y.size)
    bounds = (
        min(left, ends[0]), min(top, ends[1]), max(left, ends[0]), max(top, ends[1])
    )  # fmt: skip
    check_plausible(system, bounds, max(abs(column_step), abs(row_step)), path)
    return Frame(system, affine, y.size, x.size)


def _refuse_two_dimensional(
    dataset: xr.Dataset, array: xr.DataArray, pair: tuple[xr.DataArray, xr.DataArray], path: Path
) -> None:
    """Refuse curvilinear grids, whose rows and columns are mere numbers."""
    told = str(array.attrs.get("coordinates", "")).split()
    curved = [name for name in told if name in dataset.variables and dataset[name].ndim == 2]
    placed = all(
        each.attrs.get("units") or "projection" in str(each.attrs.get("standard_name", ""))
        for each in pair
    )
    if curved and not placed:
        raise InputError(
            "GRID_IRREGULAR",
            "the variable lies on a curvilinear grid",
            where=f"{path}: {array.name}",
            found=f"two-dimensional coordinates {', '.join(curved)}",
            wanted="rows and columns with coordinates of their own",
            fix="regrid the file to longitudes and latitudes first",
        )


def _values(coordinate: xr.DataArray) -> NDArray[np.float64]:
    """Numbers of a coordinate, unpacked."""
    attrs = coordinate.attrs
    scale = float(np.ravel(attrs.get("scale_factor", 1.0))[0])
    offset = float(np.ravel(attrs.get("add_offset", 0.0))[0])
    return np.asarray(coordinate.to_numpy().astype(float) * scale + offset)


def _check_degrees(y: xr.DataArray, x: xr.DataArray, path: Path) -> None:
    """Refuse longitudes and latitudes that are missing, swapped or off the globe."""
    latitudes, longitudes = _values(y), _values(x)
    for each, values in ((y, latitudes), (x, longitudes)):
        bad = ~np.isfinite(values) | (np.abs(values) > 1e6)
        if bad.any():
            raise InputError(
                "COORD_INVALID",
                "coordinates are missing",
                where=f"{path}: {each.name}",
                found=f"{int(bad.sum())} of {bad.size}",
                wanted="a coordinate for every row and column",
                fix="write the coordinates again",
            )
    if np.abs(latitudes).max() <= 90.001:
        return
    swapped = np.abs(latitudes).max() <= 360.001 and np.abs(longitudes).max() <= 90.001
    raise InputError(
        "LATLON_SWAPPED" if swapped else "CRS_IMPLAUSIBLE",
        "longitudes and latitudes seem to be swapped"
        if swapped
        else "the latitudes do not lie on the globe",
        where=f"{path}: {y.name}",
        found=f"{latitudes.min():g} to {latitudes.max():g}",
        wanted="-90 to 90",
        fix="swap the two coordinates of the file" if swapped else "correct the coordinates or CRS",
    )


def _spacing(
    dataset: xr.Dataset, coordinate: xr.DataArray, crs: CRS, path: Path
) -> tuple[float, float]:
    """Edge of the first cell, and the step from cell to cell [unit of the CRS]."""
    values = _values(coordinate) * _factor(coordinate, crs)
    if crs.is_geographic:  # longitudes go on beyond the dateline
        values = np.unwrap(values, period=360.0)
    count = values.size
    step = (values[-1] - values[0]) / (count - 1) if count > 1 else np.nan
    regular = np.abs(values - (values[0] + step * np.arange(count))) < 0.01 * abs(step)
    if not (np.isfinite(step) and step != 0 and regular.all()):
        raise InputError(
            "GRID_IRREGULAR",
            "the cells are not evenly spaced",
            where=f"{path}: {coordinate.name}",
            found=f"{counted(count, 'coordinate')} from {values[0]:g} to {values[-1]:g}",
            wanted="at least two coordinates with one step",
            fix="regrid the file to even steps",
        )
    first, step = _exact(values[0], step, coordinate.dtype, np.abs(values).max())
    return _edge(dataset, coordinate, first, step, _factor(coordinate, crs)), step


def _exact(first: float, step: float, dtype: np.dtype[Any], largest: float) -> tuple[float, float]:
    """First coordinate and step, freed from the rounding of coordinates stored as float32."""
    if dtype != np.float32:
        return float(first), float(step)
    rounding = float(np.spacing(np.float32(largest)))
    for parts in (1.0, 60.0, 3600.0):  # decimal degrees, minutes, seconds
        near = round(step * parts, 6) / parts
        start = round(first / (near / 2)) * near / 2 if near else first
        if near and abs(near - step) < rounding and abs(start - first) <= rounding:
            return float(start), float(near)
    return float(first), float(step)


def _edge(
    dataset: xr.Dataset, coordinate: xr.DataArray, first: float, step: float, factor: float
) -> float:
    """Edge of the first cell: by the file's bounds, else half a step before its coordinate."""
    middle = first - step / 2
    name = str(coordinate.attrs.get("bounds", ""))
    if name not in dataset.variables or dataset[name].shape != (coordinate.size, 2):
        return middle
    edges = np.sort(np.asarray(dataset[name].values[0], dtype=float) * factor)
    edge = float(edges[0] if step > 0 else edges[1])
    wide = abs((edges[1] - edges[0]) - abs(step)) < 0.01 * abs(step)
    holds = edges[0] - 1e-6 <= first <= edges[1] + 1e-6
    off = abs(edge - middle) > 0.01 * abs(step)
    if not (wide and holds and off):
        return middle
    warn(
        "CELL_BOUNDS",
        "the coordinates are edges of the cells, not their centres: the bounds are used",
        where=f"{coordinate.name}",
        found=f"{first:g}, in a cell from {edges[0]:g} to {edges[1]:g}",
        severity="note",
    )
    return edge


def _factor(coordinate: xr.DataArray, crs: CRS) -> float:
    """Units of the CRS in a unit of the coordinate."""
    kilometres = str(coordinate.attrs.get("units", "")).lower() in {"km", "kilometer", "kilometre"}
    return 1000.0 if kilometres and crs.is_projected else 1.0


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
