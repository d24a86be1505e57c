"""A layer as the page carries it: one byte a cell, and the value of each byte."""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siting.kernels.block_means import block_means

Floats = NDArray[np.floating[Any]]
Codes = NDArray[np.uint8]
Encoding = Literal["exact", "linear", "uneven"]
Reduction = Literal["mean", "sample"]
Filter = Literal["none", "left", "plane"]

LEVELS = 255  # a byte less the one that means no data
BAND = 1024  # rows read at a time; a tile of the store is as high
ACROSS = 8192  # columns read at a time, so that a band of a wide grid is not held whole
ROWS = 256  # rows whose codes are looked up at once
TRIED = 32  # rows side by side, a quarter of all, that filters are tried on
# Where half of the values share less than this part of the range, linear steps tell them apart
# too badly: half of the levels go to quantiles. A normal distribution has 0.13 (of a million
# values), an exponential one 0.08.
HALF_OF_RANGE = 0.1
CIRCLES = {"rad": 2 * np.pi, "radian": 2 * np.pi}  # a full turn, where it is not 360 degrees
MEANT = frozenset({"continuous", "count"})  # kinds of layer whose values may be averaged


@dataclass(frozen=True)
class Raster:
    """A layer in bytes: 0 is no data, ``code`` is the value ``levels[code - 1]``.

    Attributes
    ----------
    packed : bytes
        The codes, row after row, filtered and deflated (RFC 1951).
    filtered : str
        What each byte tells: ``none``, the code; ``left``, how much it differs from the one on
        its left; ``plane``, how much that difference differs from the one above (modulo 256).
    shape : tuple of int
        Rows and columns.
    levels : numpy.ndarray
        Value of each code, rising.
    encoding : str
        ``exact``: every value is a level; ``linear``: levels are evenly spaced; ``uneven``: half
        of them are, and half hold equal numbers of values. A value is at most half a step from
        its level.
    factor : int
        Cells of the grid along each side of a cell of the raster.
    reduction : str
        How cells were brought together where factor > 1: ``mean``, or ``sample`` (the middle).

    Notes
    -----
    A lossless WebP of the codes is a sixth smaller. But a browser takes four times as long to
    decode it, and where it is set to resist fingerprinting, what it reads back from an image is
    not what was sent.
    """

    packed: bytes
    filtered: Filter
    shape: tuple[int, int]
    levels: Floats
    encoding: Encoding
    factor: int
    reduction: Reduction


def encode(
    layer: xr.DataArray,
    domain: xr.DataArray | None,
    factor: int,
    *,
    linear: bool = False,
    ranked: bool = False,
) -> Raster:
    """A layer as bytes.

    Parameters
    ----------
    layer : (y, x) layer
        Numbers or booleans; its ``kind`` attribute says whether cells may be averaged.
    domain : (y, x) bool layer, optional
        Cells to be shown; others become no data. Booleans are shown everywhere.
    factor : int
        Cells to bring together along each side.
    linear : bool
        Even steps even where the values are bunched together, as wanted of a score; shares of 1
        always have them.
    ranked : bool
        Levels that hold equal numbers of values, as wanted of a cost: few cells cost a hundred
        times as much as the best, and even steps would give all others one colour.

    Examples
    --------
    >>> raster = encode(xr.DataArray([[0.0, 1.0], [3.0, np.nan]], dims=("y", "x")), None, 1)
    >>> raster.encoding, raster.levels.tolist(), list(zlib.decompress(raster.packed, -15))
    ('exact', [0.0, 1.0, 3.0], [1, 2, 3, 0])
    """
    reduction: Reduction = "mean" if _kind(layer) in MEANT else "sample"
    values = reduce(layer, None if layer.dtype == bool else domain, factor, reduction)
    levels: Floats
    encoding: Encoding
    if _kind(layer) == "circular":
        period = CIRCLES.get(str(layer.attrs.get("units")), 360.0)
        values, encoding = np.mod(values, period, out=values), "linear"
        levels = np.linspace(0.0, period, LEVELS)
    else:
        finite = values[np.isfinite(values)]
        finite.sort()  # in place: a layer has millions of values
        even = linear or _is_index(layer, finite)
        levels, encoding = _codebook(finite, linear=even, ranked=ranked)
        del finite
    codes = _codes(values, levels)
    packed, filtered = _packed(codes)
    return Raster(packed, filtered, codes.shape, levels, encoding, factor, reduction)


def _is_index(layer: xr.DataArray, rising: Floats) -> bool:
    """Whether values are shares of 1: their colours must not tell ranks instead."""
    bounded = rising.size > 0 and rising[0] >= 0 and rising[-1] <= 1
    return bool(bounded and layer.attrs.get("units", "1") == "1")


def _kind(layer: xr.DataArray) -> str:
    return "boolean" if layer.dtype == bool else str(layer.attrs.get("kind", "continuous"))


def reduce(
    layer: xr.DataArray, domain: xr.DataArray | None, factor: int, reduction: Reduction
) -> Floats:
    """Values of a layer inside a domain, in blocks of factor by factor cells.

    Examples
    --------
    >>> layer = xr.DataArray([[1.0, 3.0, 5.0], [np.nan, 5.0, 7.0]], dims=("y", "x"))
    >>> reduce(layer, None, 2, "mean").tolist(), reduce(layer, None, 2, "sample").tolist()
    ([[3.0, 6.0]], [[5.0, 7.0]])
    """
    rows, columns = (max(1, length // factor) * factor for length in (BAND, ACROSS))
    height, width = layer.sizes["y"], layer.sizes["x"]
    found: Floats = np.empty(0)
    for start, left in product(range(0, height, rows), range(0, width, columns)):
        part = {"y": slice(start, start + rows), "x": slice(left, left + columns)}
        small = _blocks(_band(layer, domain, part), factor, reduction)
        if not found.size:
            found = np.empty((-(-height // factor), -(-width // factor)), small.dtype)
        top, first = start // factor, left // factor
        found[top : top + small.shape[0], first : first + small.shape[1]] = small
    return found


def _band(layer: xr.DataArray, domain: xr.DataArray | None, part: dict[str, slice]) -> Floats:
    """Values of a part of a layer, NaN outside the domain."""
    band = np.asarray(layer.isel(part).data)
    band = band if band.dtype.kind == "f" else band.astype(float)
    if domain is None:
        return band
    inside = np.asarray(domain.isel(part).data, dtype=bool)
    return np.where(inside, band, np.nan)


def _blocks(band: Floats, factor: int, reduction: Reduction) -> Floats:
    if factor == 1:
        return band
    if reduction == "sample":
        height, width = (math.ceil(length / factor) for length in band.shape)
        # The middle of a block cut short by the edge of the grid may lie outside it.
        row = np.minimum(np.arange(height) * factor + factor // 2, band.shape[0] - 1)
        column = np.minimum(np.arange(width) * factor + factor // 2, band.shape[1] - 1)
        return band[np.ix_(row, column)]
    return block_means(band, factor)


def codebook(
    values: Floats, *, linear: bool = False, ranked: bool = False
) -> tuple[Floats, Encoding]:
    """At most 255 rising levels over the full range of values, and how they were chosen.

    Examples
    --------
    >>> codebook(np.array([2.0, 2.0, 5.0]))
    (array([2., 5.]), 'exact')
    >>> levels, encoding = codebook(np.arange(1000.0))
    >>> encoding, levels[[0, -1]].tolist()
    ('linear', [0.0, 999.0])
    >>> levels, encoding = codebook(np.geomspace(1.0, 1e9, 1000))
    >>> encoding, levels[[0, -1]].round().tolist()
    ('uneven', [1.0, 1000000000.0])
    >>> levels, encoding = codebook(np.geomspace(1.0, 1e9, 1000), ranked=True)
    >>> encoding, len(levels), round(levels[127], -2)
    ('uneven', 255, np.float64(31600.0))
    """
    return _codebook(np.sort(values), linear=linear, ranked=ranked)


def _codebook(rising: Floats, *, linear: bool, ranked: bool) -> tuple[Floats, Encoding]:
    """The levels for values in rising order, some of which change places: they are not copied."""
    # Each value counts once: cells that share one value (0 faults) take one level, not most.
    first = np.ones(rising.shape, dtype=bool)
    np.not_equal(rising[1:], rising[:-1], out=first[1:])
    if np.count_nonzero(first) <= LEVELS:
        return rising[first].astype(float), "exact"
    if ranked:
        return np.unique(_quantiles(rising, np.linspace(0, 1, LEVELS)).astype(float)), "uneven"
    low, high = rising[[0, -1]].astype(float)
    half = np.diff(_quantiles(rising, [0.25, 0.75]))[0]
    if linear or half >= HALF_OF_RANGE * (high - low):
        return np.linspace(low, high, LEVELS), "linear"
    rising.sort()  # quantiles have moved some
    # Quantiles alone would leave a tail of few cells almost without levels.
    quantiles = _quantiles(rising[first].astype(float), np.linspace(0, 1, LEVELS // 2 + 1))
    evenly = np.linspace(low, high, LEVELS // 2 + 2)[1:-1]
    return np.union1d(quantiles, evenly), "uneven"


def _quantiles(rising: Floats, shares: Sequence[float] | Floats) -> Floats:
    """Quantiles of values, some of which change places: no copy is made of them."""
    return np.asarray(np.quantile(rising, shares, overwrite_input=True))


def _codes(values: Floats, levels: Floats) -> Codes:
    """The code of the nearest level of each value; 0 where there is none."""
    middles = (levels[1:] + levels[:-1]) / 2
    codes = np.empty(values.shape, np.uint8)
    for start in range(0, len(values), ROWS):
        part = values[start : start + ROWS]
        finite = np.isfinite(part)
        found = np.searchsorted(middles, np.where(finite, part, 0.0)) + 1
        codes[start : start + ROWS] = np.where(finite, found, 0)
    return codes


def _packed(codes: Codes) -> tuple[bytes, Filter]:
    """Codes deflated, after the filter that a quick trial finds best."""
    left = np.diff(codes, axis=1, prepend=np.uint8(0))
    plane = np.diff(left, axis=0, prepend=np.zeros_like(left[:1]))
    filters: dict[Filter, Codes] = {"none": codes, "left": left, "plane": plane}
    tried = np.arange(len(codes)) // TRIED % 4 == 0
    best = min(filters, key=lambda name: len(_deflated(filters[name][tried], 1)))
    return _deflated(filters[best], 6), best


def _deflated(content: Codes, effort: int) -> bytes:
    """Raw deflate; effort 9 would save 3 % and take five times as long."""
    packer = zlib.compressobj(effort, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_FILTERED)
    return packer.compress(np.ascontiguousarray(content).data) + packer.flush()
