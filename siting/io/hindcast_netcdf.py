"""NetCDF and Zarr as ERA5, WAVEWATCH III and CMEMS have them: hours by grid, or by sites."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from siting.errors import InputError
from siting.findings import warn
from siting.io.containers import check_chunks
from siting.io.coordinates import axes_of, frame_of, not_regular
from siting.io.formats import Format, reading
from siting.io.gridded import check_container, missing_values, opened, packing, unsigned_type
from siting.io.hindcast_names import Offer, chosen, variable_of
from siting.io.hindcast_store import Cells, Floats, Read, Store, Variable, cells_of_frame
from siting.io.over_time import Shape
from siting.io.source import check_block, fills, numeric
from siting.io.time_axis import is_time, time_axis
from siting.projection import wrap

_VERSIONS = "expver"  # of ERA5: 1 is final, 5 preliminary
_PRELIMINARY = frozenset({"0005", "5"})
_X, _Y = ("longitude", "lon"), ("latitude", "lat")
_LAYOUTS = ((("pp1d", "mwp", "swh", "ssrd"), "ERA5"), (("vhm0", "vtm10", "vtpk"), "CMEMS"),
            (("t0m1", "fp", "hs", "t02"), "WAVEWATCH III"))  # fmt: skip


class _Dims(NamedTuple):
    """Names of the dimensions of a variable: time, rows and columns; of sites no rows."""

    time: str
    y: str
    x: str
    versions: str = ""


def open_netcdf(path: Path, kind: Format, wanted: Mapping[str, str] | None) -> Store:
    """A hindcast in NetCDF or Zarr.

    Raises
    ------
    InputError
        Whatever `siting.io.gridded.open_gridded` says of a file and its axes; DIMENSION_AMBIGUOUS,
        TIME_MISSING, TIME_MISMATCH, GRID_MISMATCH where variables are not of the same hours and
        cells.
    """
    check_container(path, kind)
    with opened(path, kind) as dataset:
        offers = [
            _offer(dataset[name], path) for name in dataset.data_vars if _has_time(dataset[name])
        ]
        if not offers:
            raise InputError(
                "TIME_MISSING", "no variable has a dimension of time", where=str(path),
                found=", ".join(map(str, dataset.data_vars)),
                wanted="hours by latitude and longitude",
            )  # fmt: skip
        picked = chosen(path, offers, wanted)
        names = [each.name for each in picked.values()]
        dims = _dims(dataset, names, path)
        axis = time_axis(dataset, dims.time, f"{path}: {dims.time}")
        _tell_preliminary(dataset, dims, path)
        cells = _cells(dataset, dataset[names[0]], dims, path)
        shape = _shape([dataset[name] for name in names], dims, cells)
        for name in names:
            numeric(str(dataset[name].dtype), path)
        check_block(int(np.prod(shape.chunks)), np.dtype(np.float64), path)
        missing = {name: fills(dict(dataset[name].attrs)) for name in names}
    if kind == "zarr":
        for name, values in missing.items():
            check_chunks(path, name, [each for each in values if each != 0])
    variables = {
        quantity: variable_of(path, offer, quantity, axis) for quantity, offer in picked.items()
    }
    reader = partial(_reader, path, kind, dims, variables)
    return Store(path, _layout(names), cells, axis, variables, shape, reader)


def _layout(names: list[str]) -> str:
    low = {name.lower() for name in names}
    return next((title for known, title in _LAYOUTS if low & set(known)), "NetCDF")


def _has_time(array: xr.DataArray) -> bool:
    return array.ndim > 1 and any(is_time(array, str(dim)) for dim in array.dims)


def _offer(array: xr.DataArray, path: Path) -> Offer:
    attrs = dict(array.attrs)
    units, long_name, standard_name = (
        str(attrs.get(key, "")).strip() for key in ("units", "long_name", "standard_name")
    )
    return Offer(str(array.name), units, long_name, standard_name, *packing(attrs, path))


def _dims(dataset: xr.Dataset, names: list[str], path: Path) -> _Dims:
    """The dimensions that all variables share.

    Raises
    ------
    InputError
        TIME_MISMATCH, GRID_MISMATCH, DIMENSION_AMBIGUOUS, GRID_IRREGULAR.
    """
    every = [_dims_of(dataset, dataset[name], path) for name in names]
    first = every[0]
    for name, each in zip(names, every, strict=True):
        if each.time != first.time:
            raise InputError(
                "TIME_MISMATCH",
                "two variables are of different times",
                where=str(path),
                found=f"{names[0]} over {first.time}, {name} over {each.time}",
                wanted="one axis of time for all",
                fix="write them over the hours that they share, or name them in two sources",
            )
        if (each.y, each.x) != (first.y, first.x):
            raise InputError(
                "GRID_MISMATCH",
                "two variables lie on different cells",
                where=str(path),
                found=f"{names[0]} over {first.y}, {first.x}; {name} over {each.y}, {each.x}",
                wanted="the same cells for all",
                fix="name them in two sources",
            )
    return first


def _dims_of(dataset: xr.Dataset, array: xr.DataArray, path: Path) -> _Dims:
    times = [str(dim) for dim in array.dims if is_time(array, str(dim))]
    long = [str(dim) for dim in array.dims if array.sizes[dim] > 1 and str(dim) not in times]
    versions = _VERSIONS if _VERSIONS in array.dims else ""
    axes = axes_of(array)
    time = max(times, key=lambda dim: array.sizes[dim])
    if axes is not None:
        rest = [dim for dim in long if dim not in (*axes, versions)]
        if rest:
            raise InputError(
                "DIMENSION_AMBIGUOUS",
                "the variable has more than time, rows and columns",
                where=f"{path}: {array.name}",
                found=", ".join(f"{dim} ({array.sizes[dim]})" for dim in rest),
                wanted="one value for each hour and cell",
                fix="cut one member or level out of the file first",
            )
        return _Dims(time, axes.y, axes.x, versions)
    sites = [dim for dim in long if dim != versions] or [
        str(dim) for dim in array.dims if str(dim) not in (*times, versions)
    ]
    if len(sites) == 1 and all(_along(dataset, names, sites[0]) for names in (_X, _Y)):
        return _Dims(time, "", sites[0], versions)
    raise not_regular(dataset, str(array.name), path)


def _along(dataset: xr.Dataset, names: tuple[str, ...], dim: str) -> str:
    """Name of a coordinate along a dimension of sites."""
    fitting = (
        str(name) for name, each in dataset.variables.items()
        if str(name).lower() in names and each.dims == (dim,)
    )  # fmt: skip
    return next(fitting, "")


def _cells(dataset: xr.Dataset, array: xr.DataArray, dims: _Dims, path: Path) -> Cells:
    if not dims.y:
        x, y = (_numbers(dataset[_along(dataset, names, dims.x)], path) for names in (_X, _Y))
        return Cells(wrap(x)[None], y[None])
    if min(array.sizes[dims.y], array.sizes[dims.x]) == 1:  # no step from cell to cell: sites
        x, y = _numbers(dataset[dims.x], path), _numbers(dataset[dims.y], path)
        longitude, latitude = np.meshgrid(wrap(x), y)
        return Cells(np.asarray(longitude), np.asarray(latitude))
    axes = axes_of(array)
    if axes is None:
        raise not_regular(dataset, str(array.name), path)
    frame = frame_of(dataset, array, axes, None, path)
    if not frame.crs.is_geographic:
        raise InputError(
            "GRID_IRREGULAR",
            "the cells do not lie on longitudes and latitudes",
            where=str(path),
            found=frame.crs.name,
            wanted="rows of one latitude, columns of one longitude",
            fix="regrid the file to longitudes and latitudes first",
        )
    return cells_of_frame(frame)


def _numbers(coordinate: xr.DataArray, path: Path) -> Floats:
    """Numbers of a coordinate of sites.

    Raises
    ------
    InputError
        COORD_INVALID.
    """
    values = np.asarray(coordinate.values, dtype=np.float64)
    limit = 90.001 if str(coordinate.name).lower() in _Y else 1e4
    bad = ~(np.abs(values) <= limit)
    if bad.any():
        raise InputError(
            "COORD_INVALID",
            "coordinates are missing or off the globe",
            where=f"{path}: {coordinate.name}",
            found=f"{int(bad.sum())} of {bad.size}, the first {values[bad][0]:g}",
            wanted="a longitude and a latitude for every site",
            fix="write the coordinates again",
        )
    return values


def _shape(arrays: list[xr.DataArray], dims: _Dims, cells: Cells) -> Shape:
    """How the variables are stored: parts that hold whole chunks of all of them."""
    every = [_chunks(array) for array in arrays]
    height, width = cells.shape
    steps, rows, columns = (
        max(sizes.get(name, 1) for sizes in every) for name in (dims.time, dims.y, dims.x)
    )
    return Shape(height, width, (steps, rows, columns), np.dtype(np.float64).itemsize)


def _chunks(array: xr.DataArray) -> dict[str, int]:
    """Sizes of the chunks by dimension; 1 where nothing is stored together."""
    chunks = array.encoding.get("chunksizes") or array.encoding.get("chunks")
    return dict(zip(map(str, array.dims), chunks or [1] * array.ndim, strict=True))


def _tell_preliminary(dataset: xr.Dataset, dims: _Dims, path: Path) -> None:
    """Say which hours of ERA5 are preliminary, or that final and preliminary were merged."""
    if dims.versions:
        found = f"a dimension {_VERSIONS} of {dataset.sizes[_VERSIONS]}"
    elif _VERSIONS in dataset.variables and dataset[_VERSIONS].dims == (dims.time,):
        words = {_word(each) for each in np.unique(dataset[_VERSIONS].values)}
        if not words & _PRELIMINARY:
            return
        found = f"{_VERSIONS} {', '.join(sorted(words))}"
    else:
        return
    warn(
        "DATA_PRELIMINARY",
        "some hours may be preliminary (ERA5T): final values are taken where there are both",
        where=str(path),
        found=found,
        fix="download the months again once they are final",
        severity="note",
    )


def _word(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@contextmanager
def _reader(
    path: Path, kind: Format, dims: _Dims, variables: Mapping[str, Variable]
) -> Iterator[Read]:
    with opened(path, kind) as dataset:
        yield partial(_read, dataset, path, dims, variables)


def _read(
    dataset: xr.Dataset, path: Path, dims: _Dims, variables: Mapping[str, Variable],
    quantity: str, steps: slice, rows: slice, columns: slice,
) -> Floats:  # fmt: skip
    variable = variables[quantity]
    array = dataset[variable.name]
    part = {dims.time: steps, dims.x: columns}
    kept = [dims.time, *([dims.y] if dims.y else []), dims.x]
    if dims.y:
        part[dims.y] = rows
    fixed = {str(dim): 0 for dim in array.dims if dim not in kept}
    # Final before preliminary: that fills only what is lacking.
    versions = np.argsort(dataset[dims.versions].values) if dims.versions else [0]
    found: Floats | None = None
    for version in versions:
        if dims.versions:
            fixed[dims.versions] = int(version)
        with reading(path):
            stored = np.asarray(array.isel({**part, **fixed}).transpose(*kept).values)
        missing = missing_values(stored, array.attrs)
        values = variable.value(stored.view(unsigned_type(stored.dtype, array.attrs)), missing)
        found = values if found is None else np.where(np.isnan(found), values, found)
    if found is None:
        raise ValueError(f"{variable.name} has no version")
    return found.reshape(found.shape[0], -1, found.shape[-1])
