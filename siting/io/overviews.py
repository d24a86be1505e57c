"""Overviews that no longer show what lies beneath them."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.errors import InputError
from siting.io.opening import opened
from siting.io.sidecars import there

PLACES = (0.0, 0.5, 1.0)  # along each axis, where overviews are compared with what they show
SIDE = 256  # cells of the file along each place
SLACK = 0.25  # of the range of the cells beneath: cubic kernels overshoot
NOISE = 0.02  # of the range of all cells compared: overviews may be compressed with losses
SHARE = 0.2  # of the cells of an overview that may differ


class _Compared(NamedTuple):
    """Cells of an overview, and the least and greatest value beneath and around each."""

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def check_overviews(path: Path, band: int) -> None:
    """Refuse a GeoTIFF with overviews, inside or beside it, that hold other values than it does.

    Parameters
    ----------
    path : Path
        The GeoTIFF.
    band : int
        The band that is read.

    Raises
    ------
    InputError
        OVERVIEW_STALE; PATH_OUTSIDE_DATA where they are a link to elsewhere.

    Notes
    -----
    siting reads no overviews, but a map drawn from them beside one of siting's would show other
    values. The first level and the coarsest that can be compared cheaply are looked at, in nine
    places.
    """
    beside = path.with_name(path.name + ".ovr")
    with opened(path) as base:
        factors = base.overviews(band)
        near = [k for k, factor in enumerate(factors) if factor * 8 <= SIDE]
        for level in dict.fromkeys(near[:1] + near[-1:]):
            with opened(path, overview_level=level) as overview:
                _compare(base, overview, band, path)
        if there(path, beside):
            with ExitStack() as stack:
                overview = stack.enter_context(opened(beside))
                if band <= overview.count:
                    _compare(base, overview, band, beside)


def _compare(base: Any, overview: Any, band: int, where: Path) -> None:
    parts = list(_parts(base, overview, band))
    value, low, high = (np.concatenate(each) for each in zip(*parts, strict=True))
    there = np.isfinite(value)
    if not there.any():
        return
    seen = np.isfinite(low)
    noise = NOISE * (high[seen].max() - low[seen].min()) if seen.any() else 0.0
    slack = SLACK * (high - low) + noise + 1e-6 * np.abs(value)
    good = (value >= low - slack) & (value <= high + slack)
    wrong = there & ~good
    if wrong.sum() <= SHARE * there.sum():
        return
    worst = int(np.flatnonzero(wrong)[0])
    raise InputError(
        "OVERVIEW_STALE",
        "the overviews hold other values than the file",
        where=str(where),
        found=f"{value[worst]:.6g}, in {wrong.sum()} of {there.sum()} cells that were compared",
        wanted=f"{low[worst]:.6g} to {high[worst]:.6g}" if seen[worst] else "no data",
        fix="build them anew: gdaladdo -clean, then gdaladdo; or remove the .ovr file",
    )


def _parts(base: Any, overview: Any, band: int) -> Iterator[_Compared]:
    """Overview and base at places spread over both."""
    down, across = base.height / overview.height, base.width / overview.width
    rows, columns = max(1, int(SIDE / down)), max(1, int(SIDE / across))
    for v, u in product(PLACES, PLACES):
        top = int(v * max(overview.height - rows, 0))
        left = int(u * max(overview.width - columns, 0))
        bottom, right = min(top + rows, overview.height), min(left + columns, overview.width)
        value = _read(overview, band, ((top, bottom), (left, right)), base.nodatavals[band - 1])
        i, j = np.arange(top, bottom), np.arange(left, right)
        first = int(max((top - 1) * down, 0)), int(max((left - 1) * across, 0))
        last = (min(int(np.ceil((bottom + 1) * down)), base.height),
                min(int(np.ceil((right + 1) * across)), base.width))  # fmt: skip
        cells = _read(base, band, ((first[0], last[0]), (first[1], last[1])), None)
        low, high = (
            _around(_around(cells, i, down, first[0], 0, over), j, across, first[1], 1, over)
            for over in (np.fmin, np.fmax)
        )
        yield _Compared(value.ravel(), low.ravel(), high.ravel())


def _around(
    cells: NDArray[np.float64], index: NDArray[Any], step: float, start: int, axis: int, over: Any
) -> NDArray[np.float64]:
    """Least or greatest of the cells along an axis beneath each cell of an overview, and around."""
    size = cells.shape[axis]
    ends = [
        (int(max((k - 1) * step - start, 0)), int(min(np.ceil((k + 2) * step) - start, size)))
        for k in index
    ]
    parts = [
        over.reduce(cells[low:high] if axis == 0 else cells[:, low:high], axis=axis)
        for low, high in ends
    ]
    return np.stack(parts, axis=axis)


def _read(dataset: Any, band: int, window: Any, nodata: float | None) -> NDArray[np.float64]:
    """Stored values, NaN where there are none; external overviews name no no-data value."""
    values = dataset.read(band, window=window, masked=True)
    found: NDArray[np.float64] = values.astype("float64").filled(np.nan)
    found[~np.isfinite(found)] = np.nan
    if nodata is not None:
        found[found == nodata] = np.nan
    return found
