"""NetCDF and Zarr: one variable on a regular grid, by the CF conventions."""

import io
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siting.errors import InputError, library
from siting.findings import warn
from siting.io.accumulated import as_rate
from siting.io.containers import check_chunks, check_hdf5, check_zarr, is_group
from siting.io.coordinates import Axes, axes_of, frame_of, not_regular
from siting.io.dimensions import Steps, steps_of
from siting.io.formats import Format, reading
from siting.io.over_time import OverTimeReduction, Shape
from siting.io.quantities import full_turn, is_direction
from siting.io.source import Part, RasterSource, can_scale, check_block, equals, fills, numeric

_PADDING = 8  # bytes up to which parts of a NetCDF-3 file are filled up
MAX_WHOLE = 256 << 20  # a NetCDF-3 file up to this size is read as a whole
MAX_STRIP = 32_000_000  # cells of whole chunks that are read at once, else they are decoded again
_ENGINES = {"netcdf3": "scipy", "hdf5": "h5netcdf", "zarr": "zarr"}


@contextmanager
def opened(
    path: Path, kind: Format, doubts: list[warnings.WarningMessage] | None = None
) -> Iterator[xr.Dataset]:
    """The open dataset, nothing in it decoded; warnings of the library are put into ``doubts``."""
    with reading(path), ExitStack() as stack:
        file: Any = path
        options: dict[str, Any] = {"consolidated": False} if kind == "zarr" else {}
        if kind == "netcdf3":  # opened here, because scipy leaves a damaged file open
            file = stack.enter_context(_Stated(io.FileIO(path)))
            options = {"mmap": path.stat().st_size > MAX_WHOLE}
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            dataset = xr.open_dataset(
                file, engine=_ENGINES[kind], decode_cf=False, cache=False, **options
            )
        if doubts is not None:
            doubts += heard
        yield stack.enter_context(dataset)


class _Stated(io.BufferedReader):
    """A file that refuses to be read far beyond its end, as lengths in a damaged header ask for."""

    def read(self, size: int | None = -1, /) -> bytes:
        """So many bytes; ValueError where the file is shorter, but for what fills up the last."""
        here = self.tell()
        if size is not None and size > self.seek(0, io.SEEK_END) - here + _PADDING:
            raise ValueError(f"the header states {size:,} bytes, which the file does not have")
        self.seek(here)
        return super().read(size)


def _tell(doubts: list[warnings.WarningMessage], path: Path) -> None:
    for each in doubts:
        warn(
            "READER_WARNING",
            "the library that reads the file has doubts about it",
            where=str(path),
            found=str(each.message),
            severity="note",
        )


def open_gridded(
    path: Path,
    kind: Format,
    crs: str | None,
    part: Part,
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
    part : Part
        Which variable, which step or what over time.
    nodata : float or None
        Stored value that means no data, beside the file's own.

    Raises
    ------
    InputError
        VARIABLE_AMBIGUOUS, VARIABLE_MISSING, DIMENSION_AMBIGUOUS, BAND_MISSING, GRID_IRREGULAR,
        CRS_MISSING, CRS_IMPLAUSIBLE, CHUNK_MISSING, PATH_OUTSIDE_DATA, CODEC_REFUSED,
        NOT_NUMERIC, FILE_CORRUPT, SCALE_INVALID, OVER_TIME_UNSOUND, COORD_INVALID,
        LATLON_SWAPPED, and whatever is wrong with its time axis.
    """
    check_container(path, kind)
    doubts: list[warnings.WarningMessage] = []
    with opened(path, kind, doubts) as dataset:
        _tell(doubts, path)
        name = _variable(dataset, part.variable, path)
        array = dataset[name]
        axes = axes_of(array)
        if axes is None:
            raise not_regular(dataset, name, path)
        steps = steps_of(dataset, array, axes, part, path)
        dtype = unsigned_type(numeric(str(array.dtype), path), array.attrs)
        frame = frame_of(dataset, array, axes, crs, path)
        attrs = dict(array.attrs)
        shape = _stored_shape(array, axes, steps.time)
    check_block(int(np.prod(shape.chunks)), dtype, path)
    if kind == "zarr":
        # Zarr 2 says nothing of missing data by a fill value of 0, its usual one.
        check_chunks(path, name, [each for each in fills(attrs) if each != 0])
    scale, offset = packing(attrs, path)
    source = RasterSource(
        path=path,
        frame=frame,
        dtype=dtype,
        load=partial(_load, path, kind, name, axes, steps.fixed),
        scale=scale,
        offset=offset,
        nodata=() if nodata is None else (nodata,),
        units=str(attrs.get("units", "")),
        long_name=str(attrs.get("long_name", "")),
        block_rows=_block_rows(shape),
        palette="flag_values" in attrs or "flag_meanings" in attrs,
        variable=name,
        standard_name=str(attrs.get("standard_name", "")).strip(),
    )
    source = replace(source, circular=part.kind == "circular" or is_direction(source))
    if steps.axis is None:
        return source
    _refuse_unsound(source, part)
    return over_time(as_rate(source, steps.axis, part), kind, axes, steps, part, shape)


def over_time(
    source: RasterSource, kind: Format, axes: Axes, steps: Steps, part: Part, shape: Shape
) -> RasterSource:
    """The source with the values of its steps of time taken together."""
    if steps.axis is None or part.over_time is None:
        raise ValueError(source.path)
    how = part.over_time
    if source.scale < 0 and how != "mean":  # the least stored value is the greatest
        how = "maximum" if how == "minimum" else "minimum"
    full = full_turn(source.units or part.units or "")
    turn = (source.scale / full, source.offset / full) if source.circular else None
    reduction = OverTimeReduction(
        partial(_read_steps, source, axes, steps),
        partial(opened, source.path, kind),
        steps.axis,
        steps.first,
        how,
        shape,
        turn,
    )
    return replace(source, load=reduction.load, nodata=(), evidence=reduction)


def _refuse_unsound(source: RasterSource, part: Part) -> None:
    classes = source.palette or part.kind in {"categorical", "boolean"}
    circular = source.circular and part.over_time != "mean"
    if not (classes or circular):
        return
    raise InputError(
        "OVER_TIME_UNSOUND",
        f"the {part.over_time} over time of {'classes' if classes else 'directions'} means nothing",
        where=f"{source.path}: {source.variable}",
        wanted="amounts, or directions with `over_time: mean`",
        fix="name one step with `band:`",
    )


def packing(attrs: dict[str, Any], path: Path) -> tuple[float, float]:
    """Scale and offset of packed values."""
    scale, offset = (
        float(np.ravel(attrs.get(name, usual))[0])
        for name, usual in (("scale_factor", 1.0), ("add_offset", 0.0))
    )
    if not can_scale(scale, offset):
        raise InputError(
            "SCALE_INVALID",
            "the values cannot be unpacked",
            where=str(path),
            found=f"scale_factor {scale:g}, add_offset {offset:g}",
            wanted="finite numbers, a scale that is not 0, none beyond 1e30",
            fix="correct the attributes of the variable",
        )
    return scale, offset


def _stored_shape(array: xr.DataArray, axes: Axes, time: str) -> Shape:
    """How a variable is stored, its chunks in the order of time, rows, columns."""
    chunks = array.encoding.get("chunksizes") or array.encoding.get("chunks") or ()
    sizes = dict(zip(map(str, array.dims), chunks or [1] * array.ndim, strict=True))
    ordered = (sizes.get(time, 1), sizes[axes.y], sizes[axes.x])
    rest = int(np.prod(list(sizes.values()))) // int(np.prod(ordered))
    return Shape(
        array.sizes[axes.y], array.sizes[axes.x], ordered, array.dtype.itemsize * max(rest, 1)
    )


def _block_rows(shape: Shape) -> int:
    """Rows that are best read together: those of a chunk, if that is not too much at once."""
    rows = shape.chunks[1]
    return rows if rows * shape.width <= MAX_STRIP else 1


def _read_steps(
    source: RasterSource, axes: Axes, steps: Steps, dataset: xr.Dataset, when: slice,
    rows: slice, columns: slice,
) -> tuple[NDArray[Any], NDArray[np.bool_]]:  # fmt: skip
    """Stored values (steps, rows, columns), and where they are none."""
    part = dataset[source.variable].isel(
        {**steps.fixed, steps.time: when, axes.y: rows, axes.x: columns}
    )
    with reading(source.path):
        values = np.asarray(part.transpose(steps.time, *axes).values)
    missing = missing_values(values, part.attrs)
    values = values.view(unsigned_type(values.dtype, part.attrs))
    for each in source.nodata:
        missing = missing | equals(values, each)
    return values, missing


def check_container(path: Path, kind: Format) -> None:
    """Refuse a file whose data lie elsewhere, or whose codecs could run code.

    Raises
    ------
    InputError
        PATH_OUTSIDE_DATA, CODEC_REFUSED, NOT_SPATIAL.
    """
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
    path: Path, kind: Format, name: str, axes: Axes, step: dict[str, int], rows: slice,
    columns: slice,
) -> np.ma.MaskedArray[Any, Any]:  # fmt: skip
    with opened(path, kind) as dataset:
        part = dataset[name].isel({**step, axes.y: rows, axes.x: columns})
        values = np.asarray(part.transpose(*axes).values)
        attrs = part.attrs
    return np.ma.masked_array(
        values.view(unsigned_type(values.dtype, attrs)), missing_values(values, attrs)
    )


def unsigned_type(dtype: np.dtype[Any], attrs: dict[str, Any]) -> np.dtype[Any]:
    """NetCDF-3 has no unsigned types: an attribute says that whole numbers are."""
    unsigned = dtype.kind == "i" and str(attrs.get("_Unsigned", "")).lower() == "true"
    return np.dtype(f"u{dtype.itemsize}").newbyteorder(dtype.byteorder) if unsigned else dtype


def missing_values(values: NDArray[Any], attrs: dict[str, Any]) -> NDArray[np.bool_]:
    """Stored values that CF attributes declare to be none."""
    missing = np.zeros(values.shape, dtype=bool)
    for fill in fills(attrs):
        missing |= equals(values, fill)
    limits = np.ravel(attrs.get("valid_range", ()))
    low, high = limits if limits.size == 2 else (attrs.get("valid_min"), attrs.get("valid_max"))
    for limit, beyond in ((low, np.less), (high, np.greater)):
        # Limits of another type than the packed values are limits of the unpacked ones.
        if limit is not None and np.asarray(limit).dtype.kind == values.dtype.kind:
            missing |= beyond(values, limit)
    return missing


def _variable(dataset: xr.Dataset, wanted: str | None, path: Path) -> str:
    told = _helpers(dataset)
    every = [str(name) for name in dataset.data_vars if str(name) not in told]
    fitting = [name for name in every if _fits(dataset[name])]
    if wanted is None and len(fitting) == 1:
        return fitting[0]
    if wanted is None and not fitting and len(every) == 1:
        return every[0]
    if wanted in dataset.variables:
        return str(wanted)
    if not dataset.variables and (groups := _groups(path)):
        raise InputError(
            "VARIABLE_MISSING",
            "the variables lie in groups, which are not read",
            where=str(path),
            found=", ".join(groups),
            wanted="variables and coordinates at the top of the file",
            fix="copy the group into a file of its own",
        )
    raise InputError(
        "VARIABLE_AMBIGUOUS" if wanted is None else "VARIABLE_MISSING",
        "the variable to read is not named" if wanted is None else "there is no such variable",
        where=str(path),
        found=wanted or "",
        wanted="one of " + ", ".join(fitting or [str(name) for name in dataset.variables]),
        fix="add `variable:` to the source",
    )


def _helpers(dataset: xr.Dataset) -> set[str]:
    """Variables that say where or when the values of others are."""
    found = {"lat", "lon", "latitude", "longitude", "nav_lat", "nav_lon", "xlat", "xlong"}
    for variable in dataset.variables.values():
        for name in ("coordinates", "bounds", "climatology", "grid_mapping"):
            found |= set(str(variable.attrs.get(name, "")).replace(":", " ").split())
    return found | {str(name) for name in dataset.data_vars if str(name).lower() in found}


def _groups(path: Path) -> list[str]:
    """Names of the groups of an HDF5 file or Zarr folder."""
    if path.is_dir():
        return sorted(each.name for each in path.iterdir() if each.is_dir())[:10]
    h5py = library("h5py", "netcdf")

    with reading(path):
        if not h5py.is_hdf5(path):
            return []
        with h5py.File(path, "r") as file:
            return [str(name) for name in file][:10]


def _fits(array: xr.DataArray) -> bool:
    name = str(array.name).lower()
    bounds = name.endswith(("_bnds", "_bounds")) or name in {"crs", "spatial_ref"}
    return array.dtype.kind in "iuf" and axes_of(array) is not None and not bounds
