"""Rasters of one make that do not lie on one another: shifted by a cell, or by half of one."""

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import numpy as np

from siting.errors import SitingError
from siting.findings import collect, warn
from siting.io.formats import format_of, local_file
from siting.io.geotiff import open_geotiff
from siting.io.placement import Frame

SAME = 0.01  # cells, up to which two rasters lie on one another
LARGEST = 1.01  # cells, beyond which they are two tiles or scenes


def check_alignment(rasters: Mapping[str, tuple[Path, str | None]]) -> None:
    """Report pairs of rasters of the same shape and cells that lie up to a cell apart.

    Parameters
    ----------
    rasters : mapping of str to (Path, str or None)
        Files by their names in the pipeline, with the CRS that it names for each. Files that are
        no GeoTIFF, or cannot be read, are left out.

    Notes
    -----
    Rasters that were made together share their edges. Where one lies half a cell off, its
    coordinates were taken for centres of cells instead of corners, or the reverse; a whole cell,
    it lost a row or a column. Only headers are read.
    """
    frames = {name: frame for name, file in rasters.items() if (frame := _frame(*file))}
    for one, other in combinations(sorted(frames), 2):
        right, down = _apart(frames[one], frames[other])
        if SAME < max(abs(right), abs(down)) <= LARGEST:
            warn(
                "GRID_SHIFTED",
                "two rasters of the same cells and shape do not lie on one another",
                where=f"sources.{one}, sources.{other}",
                found=f"{other} lies {right:.3g} cells right of {one} and {down:.3g} below it",
                wanted="the same edges, for rasters that were made together",
                fix="check which of the two names corners of cells and which their centres; "
                "gdal_translate -a_ullr puts one right",
            )


def _frame(path: Path, crs: str | None) -> Frame | None:
    """Where the cells of a GeoTIFF are; what else is wrong with it is for its reader to say."""
    try:
        with collect():
            file = local_file(path)
            if format_of(file) != "geotiff":
                return None
            return open_geotiff(file, crs, 1, None).frame
    except SitingError:
        return None


def _apart(one: Frame, other: Frame) -> tuple[float, float]:
    """Columns and rows that a raster lies from another of the same make; else infinitely many."""
    a, b = one.affine, other.affine
    alike = (one.height, one.width) == (other.height, other.width) and np.allclose(
        [a.a, a.b, a.d, a.e], [b.a, b.b, b.d, b.e], rtol=1e-6, atol=0
    )
    if not alike or not one.crs.equals(other.crs, ignore_axis_order=True):
        return np.inf, np.inf
    column, row = ~a * (b.c, b.f)
    return float(column), float(row)
