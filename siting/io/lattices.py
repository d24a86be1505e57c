"""Squares of cells on which a raster is compared with a reference."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from odc.geo.geobox import GeoBox
from pyproj import Transformer

from siting.grid import make_grid
from siting.io.placement import Floats, Frame, common_ground
from siting.io.resample import Resampling, method_for, resample
from siting.io.source import RasterSource

SIDE = 120  # cells along a square, at most
LEAST_SIDE = 10  # and at least
ROUNDING = 1e-6  # of a cell, by which a raster may be too small for the next one


def lattices(frame: Frame, reference: Frame) -> Iterator[GeoBox]:
    """Up to nine squares of cells of the coarser of the two, spread over the raster."""
    bounds = _bounds(frame)
    if bounds is None:
        return
    west, south, east, north = bounds
    height, width = north - south, east - west
    cell = max(abs(reference.affine.a), np.sqrt(height * width / (frame.height * frame.width)))
    across, down = (int(min(size / cell + ROUNDING, SIDE)) for size in (width, height))
    if across < LEAST_SIDE or down < LEAST_SIDE:
        return
    u = (0.5, 0.15, 0.85) if across == SIDE else (0.5,)
    v = (0.5, 0.15, 0.85) if down == SIDE else (0.5,)
    for y, x in product(v, u):
        left, bottom = west + x * (width - across * cell), south + y * (height - down * cell)
        yield make_grid(
            "EPSG:4326", cell, (left, bottom, left + across * cell, bottom + down * cell)
        )


def _bounds(frame: Frame) -> tuple[float, float, float, float] | None:
    """West, south, east, north of a raster [degrees]; None where they are no rectangle."""
    columns = np.linspace(0, frame.width, 9)
    rows = np.linspace(0, frame.height, 9)
    x, y = frame.affine * tuple(each.ravel() for each in np.meshgrid(columns, rows))
    there = Transformer.from_crs(frame.crs, "EPSG:4326", always_xy=True)
    longitude, latitude = there.transform(x, y)
    if not np.isfinite(longitude).all():
        return None
    middle = float(np.median(longitude))
    longitude = middle + (longitude - middle + 180) % 360 - 180
    if frame.is_periodic:
        longitude = np.array([middle - 180, middle + 180])
    west, east = float(longitude.min()), float(longitude.max())
    south, north = max(float(latitude.min()), -80.0), min(float(latitude.max()), 80.0)
    if north <= south or east <= west:  # over a pole: no part lies where the relief is compared
        return None
    return west, south, east, north


def values_on(frame: Frame, source: RasterSource, lattice: GeoBox) -> Floats:
    """Values of a raster, as if it lay in a frame, on the cells of a lattice."""
    height, width = lattice.shape.yx
    ground = common_ground(frame, lattice)
    if ground is None:
        return np.full((height, width), np.nan)
    how = Resampling(method_for("continuous", ground.ratio), ground.ratio)
    return resample(frame, source.read, lattice, slice(0, height), slice(0, width), how)
