"""NetCDF and Zarr: one variable on a regular grid, by the CF conventions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from siting.errors import InputError
from siting.io.containers import check_chunks, check_hdf5, check_zarr, is_group
from siting.io.crs import check_plausible, known_crs
from siting.io.formats import Format, reading
from siting.io.placement import Frame
from siting.io.source import RasterSource, check_block, equals, numeric

_ENGINES = {"netcdf3": "scipy", "hdf5": "h5netcdf", "zarr": "zarr"}
_X = frozenset({"lon", "longitude", "x", "easting", "eastings", "projection_x_coordinate"})
_Y = frozenset({"lat", "latitude", "y", "northing", "northings", "projection_y_coordinate"})
_EAST = frozenset({"degrees_east", "degree_east", "degreese", "degree_e", "degrees_e"})
_NORTH = frozenset({"degrees_north", "degree_north", "degreesn", "degree_n", "degrees_n"})


class _Axes(NamedTuple):
    """Dimensions of a variable that are rows and columns."""

    y: str
    x: str


@contextmanager
def _opened(path: Path, kind: Format) -> Iterator[xr.Dataset]:
    options: dict[str, Any] = {"consolidated": False} if kind == "zarr" else {}
    with (
        reading(path),
        xr.open_dataset(
            path, engine=_ENGINES[kind], decode_cf=False, cache=False, **options
        ) as dataset,
    ):
        yield dataset


def open_gridded(
    path: Path,
    kind: Format,
    crs: str | None,
    variable: str | None,
    band: int | None,
    nodata: float | None,
) -> RasterSource:
    """One variable of a NetCDF file or a Zarr folder.

    Parameters
    ----------
    path : Path
        The file or folder.
    kind : str
        ``netcdf3``, ``hdf5`` or ``zarr``.
    crs : str or None
        CRS that the pipeline names.
    variable : str or None
        Its name; None where there is only one.
    band : int or None
        Step along a third dimension, from 1.
    nodata : float or None
        Stored value that means no data, beside the file's own.

    Raises
    ------
    InputError
        VARIABLE_AMBIGUOUS, VARIABLE_MISSING, DIMENSION_AMBIGUOUS, BAND_MISSING, GRID_IRREGULAR,
        CRS_MISSING, CRS_IMPLAUSIBLE, CHUNK_MISSING, PATH_OUTSIDE_DATA, CODEC_REFUSED,
        NOT_NUMERIC, FILE_CORRUPT.
    """
    _check_container(path, kind)
    with _opened(path, kind) as dataset:
        name = _variable(dataset, variable, path)
        array = dataset[name]
        axes = _axes(array)
        if axes is None:
            raise _not_regular(dataset, name, path)
        step = _step(array, axes, band, path)
        dtype = _unsigned_type(numeric(str(array.dtype), path), array.attrs)
        frame = _frame(dataset, array, axes, crs, path)
        attrs = dict(array.attrs)
        chunks = array.encoding.get("chunksizes") or array.encoding.get("chunks") or ()
    check_block(int(np.prod(chunks)) if chunks else 1, dtype, path)
    if kind == "zarr":
        check_chunks(path, name)
    return RasterSource(
        path=path,
        frame=frame,
        dtype=dtype,
        load=partial(_load, path, kind, name, axes, step),
        scale=float(np.ravel(attrs.get("scale_factor", 1.0))[0]),
        offset=float(np.ravel(attrs.get("add_offset", 0.0))[0]),
        nodata=() if nodata is None else (nodata,),
        units=str(attrs.get("units", "")),
        long_name=str(attrs.get("long_name", "")),
    )


def _check_container(path: Path, kind: Format) -> None:
    if kind == "hdf5":
        check_hdf5(path)
    if kind == "zarr":
        check_zarr(path)
        if not is_group(path):
            check_chunks(path, "")
            raise InputError(
                "NOT_SPATIAL",
                "the folder holds a bare array, without coordinates",
                where=str(path),
                wanted="a Zarr group with a variable and its coordinates",
            )


def _load(
    path: Path, kind: Format, name: str, axes: _Axes, step: dict[str, int], rows: slice,
    columns: slice,
) -> np.ma.MaskedArray[Any, Any]:  # fmt: skip
    with _opened(path, kind) as dataset:
        part = dataset[name].isel({**step, axes.y: rows, axes.x: columns})
        values = np.asarray(part.transpose(*axes).values)
        attrs = part.attrs
    return np.ma.masked_array(
        values.view(_unsigned_type(values.dtype, attrs)), _missing(values, attrs)
    )


def _unsigned_type(dtype: np.dtype[Any], attrs: dict[str, Any]) -> np.dtype[Any]:
    """NetCDF-3 has no unsigned types: an attribute says that whole numbers are."""
    unsigned = dtype.kind == "i" and str(attrs.get("_Unsigned", "")).lower() == "true"
    return np.dtype(f"u{dtype.itemsize}").newbyteorder(dtype.byteorder) if unsigned else dtype


def _missing(values: NDArray[Any], attrs: dict[str, Any]) -> NDArray[np.bool_]:
    """Stored values that CF attributes declare to be none."""
    missing = np.zeros(values.shape, dtype=bool)
    for name in ("_FillValue", "missing_value"):
        for fill in np.ravel(attrs.get(name, ())):
            missing |= equals(values, float(fill))
    limits = np.ravel(attrs.get("valid_range", ()))
    low, high = limits if limits.size == 2 else (attrs.get("valid_min"), attrs.get("valid_max"))
    for limit, beyond in ((low, np.less), (high, np.greater)):
        # Limits of another type than the packed values are limits of the unpacked ones.
        if limit is not None and np.asarray(limit).dtype.kind == values.dtype.kind:
            missing |= beyond(values, limit)
    return missing


def _variable(dataset: xr.Dataset, wanted: str | None, path: Path) -> str:
    fitting = [str(name) for name in dataset.data_vars if _fits(dataset[name])]
    if wanted is None and len(fitting) == 1:
        return fitting[0]
    if wanted is None and not fitting and len(dataset.data_vars) == 1:
        return str(next(iter(dataset.data_vars)))
    if wanted in dataset.variables:
        return str(wanted)
    raise InputError(
        "VARIABLE_AMBIGUOUS" if wanted is None else "VARIABLE_MISSING",
        "the variable to read is not named" if wanted is None else "there is no such variable",
        where=str(path),
        found=wanted or "",
        wanted="one of " + ", ".join(fitting or [str(name) for name in dataset.variables]),
        fix="add `variable:` to the source",
    )


def _fits(array: xr.DataArray) -> bool:
    name = str(array.name).lower()
    bounds = name.endswith(("_bnds", "_bounds")) or name in {"crs", "spatial_ref"}
    return array.dtype.kind in "iuf" and _axes(array) is not None and not bounds


def _axes(array: xr.DataArray) -> _Axes | None:
    y = [str(dim) for dim in array.dims if _is_axis(array, str(dim), _Y, _NORTH, "Y")]
    x = [str(dim) for dim in array.dims if _is_axis(array, str(dim), _X, _EAST, "X")]
    return _Axes(y[0], x[0]) if len(y) == 1 and len(x) == 1 else None


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


def _not_regular(dataset: xr.Dataset, name: str, path: Path) -> InputError:
    return InputError(
        "GRID_IRREGULAR",
        "the variable does not lie on rows and columns of coordinates",
        where=f"{path}: {name}",
        found=f"dimensions {', '.join(map(str, dataset[name].dims))}",
        wanted="two dimensions with coordinates, such as lat and lon, or y and x",
        fix="regrid the file, or add coordinate variables",
    )


def _step(array: xr.DataArray, axes: _Axes, band: int | None, path: Path) -> dict[str, int]:
    """The one step to read along each further dimension."""
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
    if long and band is not None and not 1 <= band <= array.sizes[long[0]]:
        raise InputError(
            "BAND_MISSING",
            f"there is no such step of {long[0]}",
            where=f"{path}: {array.name}",
            found=f"band {band}",
            wanted=f"1 to {array.sizes[long[0]]}",
        )
    return {dim: (band or 1) - 1 if dim in long else 0 for dim in others}


def _frame(
    dataset: xr.Dataset, array: xr.DataArray, axes: _Axes, declared: str | None, path: Path
) -> Frame:
    y, x = (dataset[dim] for dim in axes)
    system = known_crs(_crs(dataset, array, y, x), declared, path)
    (top, row_step), (left, column_step) = (
        _spacing(np.asarray(each.values, dtype=float), _factor(each, system), str(each.name), path)
        for each in (y, x)
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


def _spacing(
    values: NDArray[np.float64], factor: float, name: str, path: Path
) -> tuple[float, float]:
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
    return float(values[0] - step / 2) * factor, float(step) * factor


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
    names: Sequence[str] = (str(y.name).lower(), str(x.name).lower())
    return "EPSG:4326" if names in {("lat", "lon"), ("latitude", "longitude")} else None


def _from_cf(attrs: dict[str, Any]) -> CRS | None:
    try:
        return CRS.from_cf(attrs)
    except (CRSError, KeyError, ValueError, TypeError, AttributeError):
        return None
