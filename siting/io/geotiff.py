"""GeoTIFF files, without what lies beside them."""

from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from rasterio.enums import ColorInterp

from siting.errors import InputError
from siting.findings import warn
from siting.io.crs import check_plausible, known_crs
from siting.io.opening import opened
from siting.io.placement import Frame
from siting.io.sidecars import crs_hint
from siting.io.source import RasterSource, can_scale, check_block, numeric
from siting.io.tiff_directories import BOMB_SIZE, Directory, check_header
from siting.wording import counted

MAX_BLOCKS_LISTED = 100_000
MAX_BANDS = 10_000
MAX_LOSS = 0.01  # of the unit of the values, from which a lossy compression is reported

_LOSSY = {6: "JPEG", 7: "JPEG", 33003: "JPEG 2000", 34712: "JPEG 2000"}


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
        SCALE_INVALID, CHUNK_MISSING, FILE_CORRUPT.
    """
    directory, pages = check_header(path)
    _check_pages(pages, directory, path)
    with opened(path) as dataset:
        number = _band(dataset, band, path)
        affine = _affine(dataset, path)
        label = dataset.crs.to_wkt() if dataset.crs else None
        dtype = numeric(dataset.dtypes[number - 1], path)
        height, width = dataset.shape
        block = dataset.block_shapes[number - 1]
        check_block(block[0] * block[1], dtype, path)
        if nodata is None and dataset.nodata is None:
            _check_blocks(dataset, number, path)
        interpretation = dataset.colorinterp[number - 1]
        scale, offset = _scale(dataset, number, dtype, path)
        units, text = _units(dataset, number), dataset.descriptions[number - 1]
        _check_losses(dataset, directory, path)
    if nodata is None:
        _check_nodata(directory.nodata, dtype, path)
    if directory.is_blank:
        raise _blank(height * width, dtype, path)
    system = known_crs(label, crs, path, hint=crs_hint(path))
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
        units=units,
        long_name=text or "",
        block_rows=block[0],
        palette=interpretation == ColorInterp.palette,
    )


def _load(path: Path, band: int, rows: slice, columns: slice) -> np.ma.MaskedArray[Any, Any]:
    window = ((rows.start, rows.stop), (columns.start, columns.stop))
    with opened(path) as dataset:
        values: np.ma.MaskedArray[Any, Any] = dataset.read(band, window=window, masked=True)
    return values


def _check_pages(pages: int, directory: Directory, path: Path) -> None:
    """Report images beyond the first; refuse more bands than can be looked through."""
    if pages > 1:
        warn(
            "PAGES_IGNORED",
            "the file holds several images, of which the first is read",
            where=str(path),
            found=f"{pages} images",
            wanted="one image; bands, where there are several layers",
            fix="store the one that is meant in a file of its own",
        )
    if directory.bands > MAX_BANDS:
        raise InputError(
            "TOO_LARGE",
            "the file has too many bands",
            where=str(path),
            found=f"{directory.bands:,} bands",
            wanted=f"at most {MAX_BANDS:,}",
            fix="store the bands that are needed in a file of their own",
        )


def _band(dataset: Any, band: int | None, path: Path) -> int:
    count = dataset.count
    if band is None:
        if any(each != ColorInterp.alpha for each in dataset.colorinterp[1:]):
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


def _scale(dataset: Any, band: int, dtype: np.dtype[Any], path: Path) -> tuple[float, float]:
    """Factor and shift that the file declares for its stored values."""
    scale, offset = float(dataset.scales[band - 1]), float(dataset.offsets[band - 1])
    if not can_scale(scale, offset):
        raise InputError(
            "SCALE_INVALID",
            "the scale that the file declares makes no values of what it stores",
            where=str(path),
            found=f"scale {scale:g}, offset {offset:g}",
            wanted="a finite scale that is not 0, and a finite offset, none beyond 1e30",
            fix="correct the file: gdal_edit.py -scale S -offset O",
        )
    if (scale, offset) == (1.0, 0.0) and dtype.kind != "f":
        _check_scale_tags({**dataset.tags(), **dataset.tags(band)}, path)
    return scale, offset


def _check_scale_tags(tags: dict[str, str], path: Path) -> None:
    """Report a scale that stands in a mere tag: neither GDAL nor siting applies it."""
    lower = {name.lower(): text for name, text in tags.items()}
    found = {name: lower[name] for name in ("scale_factor", "add_offset") if name in lower}
    try:
        scaled = (float(found.get("scale_factor", 1)), float(found.get("add_offset", 0)))
    except ValueError:
        return
    if scaled != (1.0, 0.0):
        warn(
            "SCALE_NOT_APPLIED",
            "a tag names a scale that the file does not declare: values are read unscaled",
            where=str(path),
            found=", ".join(f"{name} {text}" for name, text in found.items()),
            wanted="scale and offset declared for the band, or values that are scaled already",
            fix="declare it: gdal_edit.py -scale S -offset O; or remove the tag",
        )


def _units(dataset: Any, band: int) -> str:
    """Unit of a band, as declared or as conversions from NetCDF leave it in a tag."""
    declared = dataset.units[band - 1]
    return str(declared or dataset.tags(band).get("units") or dataset.tags().get("units") or "")


def _check_nodata(text: str, dtype: np.dtype[Any], path: Path) -> None:
    """Report a declared no-data value that no cell can hold."""
    if not text or dtype.kind == "f":
        return
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    limits = np.iinfo(dtype)
    if np.isfinite(value) and value == round(value) and limits.min <= value <= limits.max:
        return
    warn(
        "NODATA_IMPOSSIBLE",
        "no cell can hold the no-data value that the file declares: missing cells hold another",
        where=str(path),
        found=f"{text} in cells of {dtype}",
        wanted=f"a whole number from {limits.min} to {limits.max}",
        fix="find out what missing cells hold, perhaps 0, and write it: nodata: 0",
    )


def _check_losses(dataset: Any, directory: Directory, path: Path) -> None:
    """Report a compression that has changed the values."""
    structure = dataset.tags(ns="IMAGE_STRUCTURE")
    error = float(structure.get("MAX_Z_ERROR", 0))
    found = _LOSSY.get(directory.compression, "")
    if structure.get("COMPRESSION_REVERSIBILITY", "").startswith("LOSSY"):
        found = structure.get("COMPRESSION", "a lossy compression")
    if error > MAX_LOSS:
        found = f"LERC, with errors up to {error:g}"
    if found:
        warn(
            "COMPRESSION_LOSSY",
            "the file was compressed with losses: its values are not those that were written",
            where=str(path),
            found=found,
            wanted="a compression without losses, such as DEFLATE, LZW or ZSTD",
            fix="make the file again from the original values",
        )


def _blank(cells: int, dtype: np.dtype[Any], path: Path) -> InputError:
    """Error for a file that holds a header alone."""
    huge = cells * dtype.itemsize > BOMB_SIZE
    return InputError(
        "TOO_LARGE" if huge else "LAYER_EMPTY",
        "the file names far more cells than it holds" if huge else "the file has no data",
        where=str(path),
        found=f"{counted(cells, 'cell')}, of which not one was ever written",
        fix="bring or make the file again",
    )


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
