"""Height at a cell of the plane of least squares through the cells around it."""

import numpy as np
from numpy.typing import NDArray

from siting.kernels.windows import Footprint
from siting.projection import Floats

_DEGENERATE = 1e-9  # share of the greatest determinant below which cells lie in one line


def plane(values: Floats, footprint: Footprint) -> Floats:
    """Plane of least squares through the known cells of the window, at its middle.

    For :func:`siting.focal.overlap`. Where the window is cut off at an edge or has gaps, a mean
    would be that of another place; the plane is not, and one that is sloped passes unchanged.
    Where all known cells lie in one line the plane has no slope across it.
    """
    known = ~np.isnan(values)
    # About the mean of the tile, so that the sums keep their digits.
    middle = values[known].mean() if known.any() else 0.0
    height = np.where(known, values - middle, 0.0)
    number, x, y, xx, xy, yy = _moments(known.astype(float), footprint, squares=True)
    total, zx, zy, *_ = _moments(height, footprint, squares=False)
    with np.errstate(invalid="ignore", divide="ignore"):
        mx, my, mz = x / number, y / number, total / number
        sxx, sxy, syy = xx - x * mx, xy - x * my, yy - y * my
        szx, szy = zx - mz * x, zy - mz * y
        down_x, down_y = _slopes(sxx, sxy, syy, szx, szy)
        return np.asarray(middle + mz - down_x * mx - down_y * my)


def _slopes(
    sxx: Floats, sxy: Floats, syy: Floats, szx: Floats, szy: Floats
) -> tuple[Floats, Floats]:
    """Slopes by least squares; those of least size where the cells lie in one line."""
    determinant, trace = sxx * syy - sxy**2, sxx + syy
    flat = determinant <= _DEGENERATE * trace**2
    scale = np.where(flat, np.maximum(trace, 1e-300) ** 2, determinant)
    along_x = np.where(flat, sxx * szx + sxy * szy, syy * szx - sxy * szy) / scale
    along_y = np.where(flat, sxy * szx + syy * szy, sxx * szy - sxy * szx) / scale
    lone = trace <= 0
    return np.where(lone, 0.0, along_x), np.where(lone, 0.0, along_y)


def _moments(weights: Floats, footprint: Footprint, *, squares: bool) -> list[Floats]:
    """Sums over the window of weights, times x, times y, and times xx, xy and yy.

    x and y count columns and rows from the middle of the window.
    """
    column = np.arange(weights.shape[1], dtype=float)
    powers = [_running(weights * column**power) for power in range(3 if squares else 2)]
    shape = footprint.centre(weights).shape
    here = np.arange(shape[1]) + footprint.margin
    sums = [np.zeros(shape) for _ in range(6 if squares else 3)]
    halo = len(footprint.half_widths) // 2
    for offset, rows, width in footprint.strips():
        strips = [_strip(each[rows + offset], footprint.margin, width, shape[1]) for each in powers]
        y = float(offset - halo)
        x = strips[1] - here * strips[0]
        terms = [strips[0], x, y * strips[0]]
        if squares:
            xx = strips[2] - 2 * here * strips[1] + here**2 * strips[0]
            terms += [xx, y * x, y**2 * strips[0]]
        for total, term in zip(sums, terms, strict=True):
            total[rows] += term
    return sums


def _running(values: Floats) -> Floats:
    running = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=running[:, 1:])
    return running


def _strip(running: Floats, margin: int, width: int, columns: int) -> NDArray[np.float64]:
    """Sums over the cells up to a width to either side of each cell of the tile."""
    west = margin - width
    east = west + 2 * width + 1
    return np.asarray(running[:, east : east + columns] - running[:, west : west + columns])
