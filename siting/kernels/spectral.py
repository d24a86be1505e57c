"""Potential fields moved up and differentiated, by the cosine transform of the whole field.

The field is carried on beyond its edges as its own mirror image, after its plane is taken out; in
columns that close round the globe it is carried on as it is. Gaps are filled smoothly for the
transform. Where rows have cells of different true sizes, the operator of each row is that of its
own cells: it is found at a few rows and interpolated between them.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from siting.projection import Floats

Symbol = Callable[[Floats], Floats]

_STEP = 0.02  # change of the cells' width or height between rows at which an operator is found
_COLLINEAR = 1e-12


def applied(
    symbol: Symbol, values: Floats, dx: Floats, dy: Floats, *, periodic: bool = False
) -> Floats:
    """Field after an operator that multiplies each wavenumber by a factor.

    Parameters
    ----------
    symbol : callable
        ``symbol(k)`` gives the factor for wavenumbers [rad m-1].
    values : numpy.ndarray of shape (rows, columns)
        The field, NaN where it is not known; at least one value is.
    dx, dy : numpy.ndarray of shape (rows,)
        True width and height of the cells of each row [m].
    periodic : bool
        Whether the last column touches the first.

    Returns
    -------
    numpy.ndarray of shape (rows, columns)
        The field, NaN where the field was. Its plane, which has no wavenumber, gets the factor of
        wavenumber 0.

    Notes
    -----
    With the even mirror image the transform is the cosine transform of type II, so that nothing
    is padded: 40 bytes a cell are held, 70 where the operator changes from row to row.

    Examples
    --------
    >>> wave = np.cos(np.pi * (np.arange(64) + 0.5) / 8)[None] * np.ones((4, 1))
    >>> sizes = np.full(4, 100.0)
    >>> up = applied(lambda k: np.exp(-200 * k), wave, sizes, sizes)  # k = pi/800 m
    >>> bool(np.allclose(up, wave * np.exp(-200 * np.pi / 800)))
    True
    """
    known = ~np.isnan(values)
    plane = _plane(values, known, periodic)
    rest = filled(np.where(known, values - plane, np.nan))
    coefficients = _forward(rest, periodic)
    result = _between_rows(
        lambda row: _inverse(
            coefficients * symbol(_wavenumbers(rest.shape, dx[row], dy[row], periodic)),
            rest.shape[1],
            periodic,
        ),
        rest.shape,
        np.log(np.stack([dx, dy])),
    )
    result += plane * float(symbol(np.zeros(1))[0])
    return np.where(known, result, np.nan)


def _forward(values: Floats, periodic: bool) -> NDArray[Any]:
    along_columns = fft.dct(values, axis=0, norm="ortho")
    transform = fft.rfft if periodic else fft.dct
    return np.asarray(transform(along_columns, axis=1, norm="ortho"))


def _inverse(coefficients: NDArray[Any], columns: int, periodic: bool) -> Floats:
    if periodic:
        rows = fft.irfft(coefficients, n=columns, axis=1, norm="ortho")
    else:
        rows = fft.idct(coefficients, axis=1, norm="ortho")
    return np.asarray(fft.idct(rows, axis=0, norm="ortho"))


def _wavenumbers(shape: tuple[int, ...], dx: float, dy: float, periodic: bool) -> Floats:
    rows, columns = shape
    ky = np.pi * np.arange(rows) / (rows * dy)
    kx = 2 * np.pi * fft.rfftfreq(columns, dx) if periodic else np.pi * np.arange(columns)
    if not periodic:
        kx = kx / (columns * dx)
    return np.asarray(np.hypot(ky[:, None], kx[None, :]))


def _between_rows(
    result_at: Callable[[int], Floats], shape: tuple[int, ...], sizes: Floats
) -> Floats:
    """Field whose operator changes from row to row, linear between rows where it is found."""
    nodes = _nodes(sizes)
    if len(nodes) == 1:
        return result_at(nodes[0])
    found = np.empty(shape)
    south = result_at(nodes[0])
    for first, last in pairwise(nodes):
        north, south = south, result_at(last)
        rows = slice(first, last + 1)
        share = ((np.arange(first, last + 1) - first) / (last - first))[:, None]
        found[rows] = north[rows] * (1 - share) + south[rows] * share
    return found


def _nodes(sizes: Floats) -> list[int]:
    """Rows between which no size changes by more than a step; one where all are alike."""
    rows = sizes.shape[1]
    if np.ptp(sizes, axis=1).max() < _STEP / 20:
        return [rows // 2]
    nodes = [0]
    for row in range(1, rows):
        if np.abs(sizes[:, row] - sizes[:, nodes[-1]]).max() > _STEP:
            nodes.append(max(row - 1, nodes[-1] + 1))
    return nodes if nodes[-1] == rows - 1 else [*nodes, rows - 1]


def _plane(values: Floats, known: NDArray[np.bool_], periodic: bool) -> Floats:
    """Plane of least squares through the known values; no slope along columns that close."""
    i, j = np.arange(values.shape[0])[:, None], np.arange(values.shape[1])[None, :]
    row, column = (np.where(known, each, 0).sum() / known.sum() for each in (i, j))
    y, x = i - row, np.zeros_like(j, dtype=float) if periodic else j - column
    level = values[known].mean()
    offset = np.where(known, values - level, 0.0)
    products = [[np.where(known, a * b, 0.0).sum() for b in (y, x)] for a in (y, x)]
    slopes = np.linalg.pinv(products, rcond=_COLLINEAR) @ [(offset * a).sum() for a in (y, x)]
    return np.asarray(level + slopes[0] * y + slopes[1] * x)


def filled(values: Floats) -> Floats:
    """Field whose gaps are filled smoothly from what is around them.

    Parameters
    ----------
    values : numpy.ndarray of shape (rows, columns)
        Field with NaN in its gaps; at least one value is known.

    Returns
    -------
    numpy.ndarray of shape (rows, columns)
        Known values as they are. Gaps hold means of ever larger blocks of the known cells,
        interpolated between the blocks.

    Examples
    --------
    >>> filled(np.array([[1.0, np.nan, 1.0, 1.0]])).tolist()
    [[1.0, 1.0, 1.0, 1.0]]
    """
    known = ~np.isnan(values)
    if known.all():
        return values
    coarse = filled(_halved(values))
    factors = [2.0 if length > 1 else 1.0 for length in values.shape]
    fine = ndimage.zoom(coarse, factors, order=1, mode="nearest", grid_mode=True)
    return np.where(known, values, fine[: values.shape[0], : values.shape[1]])


def _halved(values: Floats) -> Floats:
    """Means of the known cells of blocks of two by two; NaN where none is known."""
    rows, columns = values.shape
    pad = ((0, rows % 2 if rows > 1 else 0), (0, columns % 2 if columns > 1 else 0))
    padded = np.pad(values, pad, constant_values=np.nan)
    steps = [2 if length > 1 else 1 for length in padded.shape]
    blocks = padded.reshape(padded.shape[0] // steps[0], steps[0], -1, steps[1])
    known = ~np.isnan(blocks)
    number = known.sum(axis=(1, 3))
    total = np.where(known, blocks, 0.0).sum(axis=(1, 3))
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)
