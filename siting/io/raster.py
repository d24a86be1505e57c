"""Raster files as layers on the one grid."""

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.errors import InputError
from siting.findings import warn
from siting.grid import as_layer, chunks
from siting.io.extent import check_cells, check_extent, outside
from siting.io.formats import StrPath, format_of, local_file, wrong_format
from siting.io.geotiff import open_geotiff
from siting.io.gridded import open_gridded
from siting.io.likeness import check_likeness
from siting.io.model_archive import refuse_pickle
from siting.io.overviews import check_overviews
from siting.io.placement import Ground, common_ground
from siting.io.plausible import check_values, look
from siting.io.quantities import known
from siting.io.resample import Resampling, method_for, resample
from siting.io.sidecars import check_sidecars
from siting.io.source import OverTime, Part, RasterSource, in_units, refuse_time
from siting.io.unpacking import RASTERS, unpack
from siting.kinds import LayerKind

MAX_CELLS = 20_000_000_000  # of a raster on the grid: 80 GB of float32
LARGEST_WHOLE = 2.0**53  # up to which float64 holds every whole number
MAX_RATIO = 20_000.0  # source cells along a grid cell


def read_raster(
    path: StrPath,
    grid: GeoBox,
    *,
    kind: LayerKind,
    units: str | None = None,
    crs: str | None = None,
    nodata: float | None = None,
    band: int | None = None,
    variable: str | None = None,
    over_time: OverTime | None = None,
    time_range: tuple[str, str] | None = None,
    quantity: str | None = None,
    valid_range: tuple[float, float] | None = None,
    member: str | None = None,
    reference: Path | None = None,
    name: str = "",
) -> xr.DataArray:
    """Lazy layer on the grid from a GeoTIFF, NetCDF or Zarr raster.

    Parameters
    ----------
    path : path-like
        The file.
    grid : GeoBox
        The grid of the run.
    kind : {"continuous", "categorical", "circular", "count", "boolean"}
        What the values are; it decides how they come onto the grid.
    units : str, optional
        Unit of the layer. Values of a file with another unit are converted.
    crs : str, optional
        CRS of the file, where it names none or a wrong one.
    nodata : float, optional
        Stored value that means no data, beside those that the file declares.
    band : int, optional
        Band, or step along a third dimension, from 1.
    variable : str, optional
        Variable of a NetCDF file or Zarr folder with several.
    over_time : {"mean", "minimum", "maximum"}, optional
        What of the steps of time becomes the layer.
    time_range : tuple of str, optional
        First and last date of the steps that count, such as ``2010-01-01``.
    quantity : str, optional
        What is measured, by its name in ``data/quantities.yaml``.
    valid_range : tuple of float, optional
        Smallest and largest plausible value [`units`].
    member : str, optional
        Name of the file in a ZIP archive, where that holds several.
    reference : Path, optional
        GeoTIFF of heights that are known to be right: a raster that shows the same relief, but
        elsewhere, turned over or in other units, is reported.
    name : str, optional
        Name of the layer.

    Returns
    -------
    xarray.DataArray
        (y, x) layer; NaN (False in a boolean layer) where the file has no data.

    Raises
    ------
    InputError
        Where the file cannot be read, or reading it would give a wrong layer without a word.

    Notes
    -----
    Values are taken at cell centres where the file's cells are about as large as the grid's or
    larger (bilinear; nearest for classes), over the whole cell where they are smaller (mean,
    most frequent class); counts are shared out by area. Directions are averaged as unit vectors.
    Cells are masked before values are scaled. The file is read once, here, to look at its values;
    what was decoded is kept in a file of the store for the tiles. Of a raster of more than 200
    million cells a part is looked at here, and all of it is read tile by tile.
    """
    part = Part(variable, band, over_time, time_range, kind, units)
    file = local_file(path)
    refuse_pickle(file)
    with ExitStack() as stack:
        if format_of(file) == "zip":
            packed = unpack(file, member, RASTERS)
            stack.enter_context(packed.speaking())
            source = _open(packed.path, crs, nodata, part)
            source = replace(source, load=packed.keeping(source.load))
        else:
            source = _open(file, crs, nodata, part)
        source = known(source, quantity, name)
        layer = _on_grid(source, grid, kind, units, part, valid_range, name)
        if reference is not None and layer.attrs["kind"] == "continuous":
            heights = open_geotiff(reference, None, None, None)
            check_likeness(in_units(source, units), heights, name)
    return layer


def _on_grid(
    source: RasterSource,
    grid: GeoBox,
    kind: LayerKind,
    units: str | None,
    part: Part,
    valid_range: tuple[float, float] | None,
    name: str,
) -> xr.DataArray:
    """A source on the grid, once its values, its extent and what lies beside it are looked at."""
    file, band = source.path, part.band or 1
    source = in_units(source, units)
    kind = "circular" if source.circular and kind == "continuous" else kind
    check_cells(source.frame, file)
    ground = common_ground(source.frame, grid)
    if ground is None:
        raise outside(source.frame, grid, file)
    _check_size(source, ground)
    summary, source = look(source, ground.window)
    check_values(source, summary, kind, valid_range)
    _check_precision(source, summary.low, summary.high)
    check_extent(source.frame, grid, ground.ratio, file)
    if format_of(file) == "geotiff":
        check_sidecars(file, band)
        check_overviews(file, band)
    method = method_for(kind, ground.ratio)
    circle = _circle(source) if kind == "circular" else None
    how = Resampling(method, ground.ratio, circle)
    layer = as_layer(_lazy(source, grid, how, kind), grid, **_attrs(source, kind, how, name))
    if kind == "boolean":
        _note_holes(source)
    return layer.rename(name or None)


def _open(path: Path, crs: str | None, nodata: float | None, part: Part) -> RasterSource:
    kind = format_of(path)
    if kind == "geotiff":
        refuse_time(path, part)
        return open_geotiff(path, crs, part.band, nodata)
    if kind in {"netcdf3", "hdf5", "zarr"}:
        return open_gridded(path, kind, crs, part, nodata)
    raise wrong_format("NOT_A_RASTER", path, wanted="GeoTIFF, NetCDF or Zarr")


def _check_size(source: RasterSource, ground: Ground) -> None:
    cells = ground.window.height * ground.window.width
    if cells > MAX_CELLS or ground.ratio > MAX_RATIO:
        raise InputError(
            "TOO_LARGE",
            "the raster has too many cells on this grid",
            where=str(source.path),
            found=f"{cells:,} cells, {ground.ratio:,.0f} along each cell of the grid",
            wanted=f"at most {MAX_CELLS:,} cells",
            fix="make a coarser copy of the file first, or a smaller grid",
        )


def _check_precision(source: RasterSource, low: float, high: float) -> None:
    """Report whole numbers that floating numbers cannot tell apart."""
    largest = max(abs(low), abs(high))
    if source.dtype.kind in "iu" and LARGEST_WHOLE < largest < np.inf:
        warn(
            "PRECISION_LOST",
            "whole numbers so large lose their last digits: neighbours become the same",
            where=str(source.path),
            found=f"{largest:.6g}",
            wanted=f"at most {LARGEST_WHOLE:.6g}, which is 2 to the 53rd",
            fix="number classes from 1; subtract what all values share",
        )


def _circle(source: RasterSource) -> float:
    """A full turn in the unit of the values."""
    return 2 * np.pi if source.units in {"rad", "radian", "radians"} else 360.0


def _lazy(source: RasterSource, grid: GeoBox, how: Resampling, kind: LayerKind) -> Any:
    dtype = np.dtype(bool) if kind == "boolean" else source.precision
    block = partial(_tile, source=source, grid=grid, how=how, dtype=dtype)
    meta = np.empty((0, 0), dtype=dtype)
    return da.map_blocks(  # type: ignore[no-untyped-call]  # dask has no hints
        block, chunks=chunks(grid), dtype=dtype, meta=meta
    )


def _tile(
    source: RasterSource,
    grid: GeoBox,
    how: Resampling,
    dtype: np.dtype[Any],
    block_info: Any = None,
) -> NDArray[Any]:
    rows, columns = (slice(*ends) for ends in block_info[None]["array-location"])
    values = resample(source.frame, source.read, grid, rows, columns, how)
    with np.errstate(over="ignore"):  # beyond float32, which the look at the values has reported
        return values == 1.0 if dtype.kind == "b" else values.astype(dtype)


def _attrs(source: RasterSource, kind: LayerKind, how: Resampling, name: str) -> dict[str, Any]:
    unitless = kind in {"categorical", "boolean"}
    attrs = {
        "units": source.units or ("1" if unitless else ""),
        "kind": kind,
        "long_name": source.long_name or name or source.path.stem,
        "source": source.path.name,
        "resampling": how.method,
    }
    return {key: value for key, value in attrs.items() if value}


def _note_holes(source: RasterSource) -> None:
    warn(
        "MISSING_AS_FALSE",
        "where the file has no data, the answer is no",
        where=str(source.path),
        severity="note",
    )
