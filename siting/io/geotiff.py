"""GeoTIFF files, without what lies beside them."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning

from siting.errors import InputError
from siting.findings import warn
from siting.io.crs import check_plausible, known_crs
from siting.io.formats import GDAL_READING, reading
from siting.io.placement import Frame
from siting.io.source import RasterSource, check_block, numeric

MAX_BLOCKS_LISTED = 100_000
_OVERRIDING = ("SRS", "GeoTransform", "GCPList", "NoDataValue", "Scale", "Offset", "UnitType")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    with (
        reading(path),
        rasterio.Env(**GDAL_READING),
        rasterio.open(path, driver="GTiff") as dataset,
    ):
        yield dataset


def open_geotiff(
    path: Path, crs: str | None, band: int | None, nodata: float | None
) -> RasterSource:
    """One band of a GeoTIFF.

    Parameters
    ----------
    path : Path
        The file.
    crs : str or None
        CRS that the pipeline names.
    band : int or None
        From 1; None for the first, with a finding where there are more.
    nodata : float or None
        Stored value that means no data, beside the file's own.

    Raises
    ------
    InputError
        BAND_MISSING, GEOTRANSFORM_MISSING, CRS_MISSING, CRS_IMPLAUSIBLE, NOT_NUMERIC, TOO_LARGE,
        CHUNK_MISSING, FILE_CORRUPT.
    """
    with warnings.catch_warnings(), _opened(path) as dataset:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        number = _band(dataset.count, band, path)
        affine = _affine(dataset, path)
        label = dataset.crs.to_wkt() if dataset.crs else None
        dtype = numeric(dataset.dtypes[number - 1], path)
        height, width = dataset.shape
        block = dataset.block_shapes[number - 1]
        check_block(block[0] * block[1], dtype, path)
        if nodata is None and dataset.nodata is None:
            _check_blocks(dataset, number, path)
        interpretation = dataset.colorinterp[number - 1]
        scale, offset = dataset.scales[number - 1], dataset.offsets[number - 1]
        units, text = dataset.units[number - 1], dataset.descriptions[number - 1]
    system = known_crs(label, crs, path, hint=_hint(path))
    corners = [affine * corner for corner in product((0, width), (0, height))]
    x, y = zip(*corners, strict=True)
    cell = float(np.hypot(affine.a, affine.d))
    check_plausible(system, (min(x), min(y), max(x), max(y)), cell, path)
    return RasterSource(
        path=path,
        frame=Frame(system, affine, height, width),
        dtype=dtype,
        load=partial(_load, path, number),
        scale=scale,
        offset=offset,
        nodata=() if nodata is None else (nodata,),
        units=units or "",
        long_name=text or "",
        block_rows=block[0],
        palette=interpretation == ColorInterp.palette,
    )


def _load(path: Path, band: int, rows: slice, columns: slice) -> np.ma.MaskedArray[Any, Any]:
    window = ((rows.start, rows.stop), (columns.start, columns.stop))
    with _opened(path) as dataset:
        values: np.ma.MaskedArray[Any, Any] = dataset.read(band, window=window, masked=True)
    return values


def _band(count: int, band: int | None, path: Path) -> int:
    if band is None:
        if count > 1:
            warn(
                "BAND_ASSUMED",
                "the file has several bands and none is named: the first is read",
                where=str(path),
                found=f"{count} bands",
                fix="add `band:` to the source",
            )
        return 1
    if not 1 <= band <= count:
        raise InputError(
            "BAND_MISSING",
            "there is no such band",
            where=str(path),
            found=f"band {band}",
            wanted=f"1 to {count}",
        )
    return band


def _affine(dataset: Any, path: Path) -> Affine:
    affine: Affine = dataset.transform
    if affine.is_identity or affine.is_degenerate or not np.isfinite(affine[:6]).all():
        raise InputError(
            "GEOTRANSFORM_MISSING",
            "the file does not say where its cells are",
            where=str(path),
            found="control points only" if dataset.gcps[0] else "no usable geotransform",
            wanted="a geotransform inside the file (world files are not read)",
            fix="georeference it: gdal_translate -a_ullr WEST NORTH EAST SOUTH, or gdalwarp",
        )
    return affine


def _check_blocks(dataset: Any, band: int, path: Path) -> None:
    """Refuse blocks that were never written and would read as 0."""
    height, width = dataset.block_shapes[band - 1]
    rows, columns = -(-dataset.height // height), -(-dataset.width // width)
    if rows * columns > MAX_BLOCKS_LISTED:
        return
    for row, column in product(range(rows), range(columns)):
        name = f"BLOCK_OFFSET_{column}_{row}"
        if dataset.get_tag_item(name, dm="TIFF", bidx=band) is None:
            raise InputError(
                "CHUNK_MISSING",
                "part of the file was never written, and would read as 0",
                where=str(path),
                found=f"block in row {row}, column {column}",
                fix="write the file again; or name the value for no data: nodata: 0",
            )


def _side_tags(path: Path) -> list[str]:
    """What a side file of GDAL would change about a raster."""
    beside = path.with_name(path.name + ".aux.xml")
    if not beside.is_file() or beside.stat().st_size > 1 << 20:
        return []
    try:
        root = ElementTree.fromstring(beside.read_bytes())
    except (ElementTree.ParseError, ValueError, LookupError):
        return []
    tags = {element.tag for element in root.iter()}
    return [tag for tag in _OVERRIDING if tag in tags]


def _hint(path: Path) -> str:
    return f"{path.name}.aux.xml names one, which is not read" if "SRS" in _side_tags(path) else ""


def check_sidecars(path: Path, low: float, high: float) -> None:
    """Report files beside a GeoTIFF that other programs would take for its values.

    Parameters
    ----------
    path : Path
        The GeoTIFF.
    low, high : float
        Smallest and largest stored value of the file itself.

    Raises
    ------
    InputError
        OVERVIEW_STALE where external overviews hold values that the file does not.
    """
    if tags := _side_tags(path):
        warn(
            "SIDECAR_OVERRIDES",
            "a side file that says otherwise is not used",
            where=f"{path}.aux.xml",
            found=", ".join(tags),
            wanted="metadata in the GeoTIFF itself",
            fix="remove the side file, or write the file again with what it says",
        )
    beside = path.with_name(path.name + ".ovr")
    if not beside.is_file():
        return
    with warnings.catch_warnings(), _opened(beside) as dataset:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        values = dataset.read(1, masked=True)
        if dataset.nodata is None:
            with _opened(path) as base:
                values = np.ma.masked_equal(values, base.nodata) if base.nodata else values
    values = np.ma.masked_invalid(values)
    slack = 0.01 * (high - low)
    if values.count() and (values.min() < low - slack or values.max() > high + slack):
        raise InputError(
            "OVERVIEW_STALE",
            "the overviews beside the file hold other values than the file",
            where=str(beside),
            found=f"{values.min():.6g} to {values.max():.6g}",
            wanted=f"{low:.6g} to {high:.6g}",
            fix="remove the .ovr file: siting does not use it, but maps made with it are wrong",
        )
