"""Whether a raster lies where the grid is, covers it, and is about as fine."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox

from siting.errors import GridError, InputError
from siting.findings import warn
from siting.io.datums import cell_metres, check_datum
from siting.io.placement import Frame, common_ground, shared

SMALLEST_CELL = 1e-3  # m
COARSE = 100  # cells of the grid along one of the raster, from which that is reported
NEGLIGIBLE = 0.005  # share of the grid that may lie beyond the raster without a word


def check_cells(frame: Frame, path: Path) -> None:
    """Refuse cells that are too small to be cells of a map.

    Raises
    ------
    InputError
        CELLS_IMPLAUSIBLE.
    """
    affine = frame.affine
    sides = np.hypot(affine.a, affine.d), np.hypot(affine.b, affine.e)
    size = cell_metres(frame.crs, float(min(sides)))
    if size < SMALLEST_CELL:
        raise InputError(
            "CELLS_IMPLAUSIBLE",
            "the cells are smaller than those of any map",
            where=str(path),
            found=f"{size:.3g} m",
            wanted=f"at least {SMALLEST_CELL:g} m",
            fix="check the geotransform and the CRS of the file",
        )


def check_extent(frame: Frame, grid: GeoBox, ratio: float, path: Path) -> None:
    """Report a raster that covers only part of the grid, is far coarser, or not exactly placed.

    Parameters
    ----------
    frame : Frame
        Where the cells of the raster are.
    grid : GeoBox
        The grid.
    ratio : float
        Side of a grid cell in cells of the raster.
    path : Path
        The file, for messages.
    """
    missing = 1 - shared(frame, grid)
    if missing > NEGLIGIBLE:
        warn(
            "COVERAGE_PARTIAL",
            "part of the grid lies beyond the raster, and has no data there",
            where=str(path),
            found=f"{100 * missing:.3g} % of the grid",
            severity="note",
        )
    if ratio * COARSE <= 1:
        warn(
            "RESOLUTION_COARSE",
            "one cell of the raster spans thousands of the grid: differences between these are "
            "made up by interpolation",
            where=str(path),
            found=f"{1 / ratio:.3g} cells of the grid along one of the raster",
            wanted=f"fewer than {COARSE}",
            fix="make the grid coarser, or bring a finer raster",
        )
    check_datum(frame, grid, path)


def outside(frame: Frame, grid: GeoBox, path: Path) -> GridError:
    """Error for a raster that lies elsewhere, with the mistake that would explain it."""
    corners = [frame.affine * (0, 0), frame.affine * (frame.width, frame.height)]
    found = " to ".join(f"{x:.6g} {y:.6g}" for x, y in corners)
    box = ", ".join(f"{edge:.6g}" for edge in grid.boundingbox)
    swapped = _explains(frame, grid, lambda a: Affine(a.d, a.e, a.f, a.a, a.b, a.c))
    negated = _explains(frame, grid, lambda a: Affine(-a.a, -a.b, -a.c, a.d, a.e, a.f))
    fix = "check the bounds of the grid and the CRS of the file"
    if negated and frame.crs.is_geographic:
        fix = "it would lie on the grid with the other sign: has a minus of the west been lost?"
    if swapped:
        fix = "swap the axes of the file: gdal_translate -a_ullr WEST NORTH EAST SOUTH"
    return GridError(
        "AXES_SWAPPED" if swapped else "OUTSIDE_GRID",
        "the raster would lie on the grid if its x were y"
        if swapped
        else "the raster lies outside the grid of the run",
        where=str(path),
        found=f"{found} in {frame.crs.name}",
        wanted=f"{box} in {grid.crs}",
        fix=fix,
    )


def _explains(frame: Frame, grid: GeoBox, change: Callable[[Affine], Affine]) -> bool:
    """Whether a raster of another geotransform would lie on the grid."""
    changed = change(frame.affine)
    corners = [changed * (0, 0), changed * (frame.width, frame.height)]
    if frame.crs.is_geographic and any(abs(y) > 91 for _, y in corners):
        return False
    return common_ground(Frame(frame.crs, changed, frame.height, frame.width), grid) is not None
