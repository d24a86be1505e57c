"""NetCDF and Zarr: one variable on a regular grid, by the CF conventions."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siting.errors import InputError
from siting.io.containers import check_chunks, check_hdf5, check_zarr, is_group
from siting.io.coordinates import Axes, axes_of, frame_of, not_regular, step_of
from siting.io.formats import Format, reading
from siting.io.source import Part, RasterSource, check_block, equals, numeric

MAX_WHOLE = 256 << 20  # a NetCDF-3 file up to this size is read as a whole
_ENGINES = {"netcdf3": "scipy", "hdf5": "h5netcdf", "zarr": "zarr"}


@contextmanager
def _opened(path: Path, kind: Format) -> Iterator[xr.Dataset]:
    with reading(path), ExitStack() as stack:
        file: Any = path
        options: dict[str, Any] = {"consolidated": False} if kind == "zarr" else {}
        if kind == "netcdf3":  # opened here, because scipy leaves a damaged file open
            file = stack.enter_context(path.open("rb"))
            options = {"mmap": path.stat().st_size > MAX_WHOLE}
        dataset = xr.open_dataset(
            file, engine=_ENGINES[kind], decode_cf=False, cache=False, **options
        )
        yield stack.enter_context(dataset)


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
        NOT_NUMERIC, FILE_CORRUPT.
    """
    _check_container(path, kind)
    with _opened(path, kind) as dataset:
        name = _variable(dataset, part.variable, path)
        array = dataset[name]
        axes = axes_of(array)
        if axes is None:
            raise not_regular(dataset, name, path)
        step = step_of(array, axes, part.band, path)
        dtype = _unsigned_type(numeric(str(array.dtype), path), array.attrs)
        frame = frame_of(dataset, array, axes, crs, path)
        attrs = dict(array.attrs)
        chunks = array.encoding.get("chunksizes") or array.encoding.get("chunks") or ()
    check_block(int(np.prod(chunks)) if chunks else 1, dtype, path)
    if kind == "zarr":
        check_chunks(path, name, _fills(attrs))
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
    path: Path, kind: Format, name: str, axes: Axes, step: dict[str, int], rows: slice,
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


def _fills(attrs: dict[str, Any]) -> list[float]:
    """Stored values that attributes declare to mean no data."""
    declared = (attrs.get(name, ()) for name in ("_FillValue", "missing_value"))
    return [float(fill) for each in declared for fill in np.ravel(each)]


def _missing(values: NDArray[Any], attrs: dict[str, Any]) -> NDArray[np.bool_]:
    """Stored values that CF attributes declare to be none."""
    missing = np.zeros(values.shape, dtype=bool)
    for fill in _fills(attrs):
        missing |= equals(values, fill)
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
    return array.dtype.kind in "iuf" and axes_of(array) is not None and not bounds
