"""What the values of a raster show: undeclared no-data, infinities, nothing at all."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.errors import InputError
from siting.findings import warn
from siting.io.fill import check_fill
from siting.io.placement import Window
from siting.io.quantities import names_directions
from siting.io.quantity_range import check_quantity
from siting.io.source import RasterSource, equals
from siting.io.spool import Spool
from siting.kinds import LayerKind
from siting.wording import counted

MAX_LOOK = 200_000_000  # cells looked at; of a larger raster evenly spread strips
_STRIP = 4_000_000
_SAMPLE = 500  # values of each part that the median is taken of

# Numbers that files use for "no data" without saying so. One of them is taken for a value where
# it does not stand apart from the other values.
SENTINELS = (
    -9999.0, -99999.0, -999999.0, -999.0, -999.25, -9999.9, -99.0, -32768.0, -32767.0,
    -2147483648.0, -2147483647.0, 9999.0, 99999.0, 999999.0, 32767.0, 65535.0, 2147483647.0,
    4294967295.0, -3.4028234663852886e38, 3.4028234663852886e38, -3.4e38, 3.4e38,
    -1.7976931348623157e308, 1.7976931348623157e308, 1.70141e38, 9.969209968386869e36, 1e20, 1e30,
    1e31, 1e35, 1e36, 1e37, -1e20, -1e30, -1e31, -1e34, -1e36, -1e37,
)  # fmt: skip


_ENDLESS = 1e30  # nothing measured is so large


@dataclass
class Summary:
    """What the stored values of a raster have been seen to be."""

    valid: int = 0
    infinite: int = 0
    fractions: int = 0
    low: float = np.inf
    high: float = -np.inf
    sentinels: dict[float, int] = field(default_factory=dict)
    sample: list[float] = field(default_factory=list)

    def add(self, values: NDArray[Any]) -> None:
        """Take in the values of a part that are not declared missing."""
        if values.dtype.kind == "f":
            finite = np.isfinite(values)
            self.infinite += int(np.isinf(values).sum())
            values = values[finite]
            self.fractions += int((values != np.floor(values)).sum())
        while values.size:
            low, high = values.min(), values.max()
            found = [each for each in (low, high) if is_sentinel(each)]
            if not found:
                self.low, self.high = min(self.low, float(low)), max(self.high, float(high))
                self.valid += values.size
                self.sample += values.ravel()[:: values.size // _SAMPLE + 1].tolist()
                return
            alike = values == found[0]
            number = float(found[0])
            self.sentinels[number] = self.sentinels.get(number, 0) + int(alike.sum())
            values = values[~alike]

    @property
    def median(self) -> float:
        """Median of a sample of the stored values; NaN where there are none."""
        return float(np.median(self.sample)) if self.sample else np.nan

    def apart(self) -> list[float]:
        """Sentinels that stand apart from the other values; the others are taken for values."""
        margin = 0.5 * (self.high - self.low) if self.valid else 0.0
        lonely = [
            number
            for number in sorted(self.sentinels)
            if not self.valid or number < self.low - margin or number > self.high + margin
        ]
        for number in set(self.sentinels) - set(lonely):
            self.low, self.high = min(self.low, number), max(self.high, number)
        return lonely


def is_sentinel(value: Any) -> bool:
    """Whether a stored value is one that files use for "no data", or larger than any quantity.

    Examples
    --------
    >>> is_sentinel(np.float32(-3.4028235e38)), is_sentinel(np.int16(-9999)), is_sentinel(12)
    (True, True, False)
    """
    one = np.asarray(value)
    return abs(float(one)) >= _ENDLESS or any(bool(equals(one, number)) for number in SENTINELS)


def look(source: RasterSource, window: Window) -> tuple[Summary, RasterSource]:
    """Summary of the stored values of a part of a raster; and the raster, to be read from then on.

    What was looked at is not decoded again: it is kept for the second time.
    """
    summary = Summary()
    columns = slice(max(window.column, 0), min(window.column + window.width, source.frame.width))
    if window.column < 0 or window.column + window.width > source.frame.width:
        columns = slice(0, source.frame.width)
    every, strips = _strips(source, window, columns.stop - columns.start)
    spool = Spool(source.load, slice(max(window.row, 0), window.row + window.height), columns)
    for rows in strips[::every]:
        values, missing = source.stored(rows, columns)
        summary.add(values[~missing])
        if every == 1:
            spool.add(rows, values, missing)
    kept = replace(source, load=spool.load)
    # What was taken together over time is judged by the values that it was made of.
    return (summary if source.evidence is None else source.evidence.summary), kept


def _strips(source: RasterSource, window: Window, width: int) -> tuple[int, list[slice]]:
    """Strips of whole blocks, and of how many one is looked at."""
    block = source.block_rows
    height = max(block, _STRIP // max(width, 1) // block * block, 1)
    first, end = max(window.row // block * block, 0), window.row + window.height
    starts = range(first, end, height)
    every = max(1, int(np.ceil(len(starts) * height * width / MAX_LOOK)))
    return every, [slice(max(start, window.row), min(start + height, end)) for start in starts]


def check_values(
    source: RasterSource,
    summary: Summary,
    kind: LayerKind,
    valid_range: tuple[float, float] | None,
) -> None:
    """Refuse or report values that would give wrong results.

    Raises
    ------
    InputError
        NODATA_UNDECLARED, LAYER_EMPTY, NOT_BOOLEAN.
    """
    where = str(source.path)
    if lonely := summary.apart():
        counts = (
            f"{number:.9g} in {counted(summary.sentinels[number], 'cell')}" for number in lonely
        )
        raise InputError(
            "NODATA_UNDECLARED",
            "a value that stands apart looks like missing data, but is not declared",
            where=where,
            found=", ".join(counts),
            wanted=f"values like the others, {summary.low:.6g} to {summary.high:.6g}"
            if summary.valid
            else "",
            fix=f"add `nodata: {lonely[0]:.9g}` to the source, or declare it in the file",
        )
    if not summary.valid and not summary.sentinels:
        raise InputError(
            "LAYER_EMPTY",
            "the file has no data on the grid",
            where=where,
            found="only missing cells",
            fix="check the file, its no-data value and the bounds of the grid",
        )
    if summary.infinite:
        warn(
            "NON_FINITE",
            "infinite cells are taken for missing",
            where=where,
            found=counted(summary.infinite, "cell"),
            fix="find out where they come from: a division by zero, a logarithm of zero",
        )
    filled = False
    if source.evidence is not None:
        source.evidence.report()
    elif kind == "continuous" and not source.palette and summary.low < summary.high:
        filled = check_fill(source, summary.sample)
    if not filled:
        _check_range(source, summary, kind, valid_range)


def _check_range(
    source: RasterSource,
    summary: Summary,
    kind: LayerKind,
    valid_range: tuple[float, float] | None,
) -> None:
    where = str(source.path)
    low, high = sorted((source.scaled(summary.low), source.scaled(summary.high)))
    if kind in {"categorical", "boolean"}:
        _check_classes(where, summary, kind, low, high)
    else:
        _check_amounts(where, source, kind, low, high)
    wanted = valid_range or _usual_range(source.units, kind, low)
    if wanted and (low < wanted[0] or high > wanted[1]):
        warn(
            "RANGE_IMPLAUSIBLE",
            "values lie outside the plausible range",
            where=where,
            found=f"{low:.6g} to {high:.6g} {source.units}",
            wanted=f"{wanted[0]:g} to {wanted[1]:g}",
            fix="check the units and the no-data value",
        )
    elif source.quantity and valid_range is None and kind in {"continuous", "circular"}:
        check_quantity(source, low, source.scaled(summary.median), high)


def _usual_range(units: str, kind: LayerKind, low: float) -> tuple[float, float] | None:
    """Limits that follow from unit and kind alone."""
    if kind == "count":
        return 0.0, np.inf
    if kind == "circular" and units in {"degree", "degrees"}:
        return -360.0, 360.0
    # Kelvin with values from 0 to 200 are degrees Celsius; differences have both signs.
    return (100.0, np.inf) if units == "K" and low > 0 else None


def _check_amounts(
    where: str, source: RasterSource, kind: LayerKind, low: float, high: float
) -> None:
    if low == high:
        warn(
            "LAYER_CONSTANT",
            "every cell holds the same value: the layer tells no places apart",
            where=where,
            found=f"{low:.6g}",
        )
    if source.palette:
        warn(
            "CATEGORICAL_AS_CONTINUOUS",
            "the values are numbers of colours or classes, but are read as amounts",
            where=where,
            fix="add `kind: categorical` to the source",
        )
    if kind == "continuous" and names_directions(source):
        warn(
            "CIRCULAR_AS_CONTINUOUS",
            "directions are read as amounts: between 350 and 10 degrees they would pass 180",
            where=where,
            found=source.quantity,
            fix="add `kind: circular` to the source",
        )


def _check_classes(where: str, summary: Summary, kind: LayerKind, low: float, high: float) -> None:
    if kind == "boolean" and (summary.fractions or low < 0 or high > 1):
        raise InputError(
            "NOT_BOOLEAN",
            "a boolean raster holds 1 for yes and 0 for no",
            where=where,
            found=f"values from {low:.6g} to {high:.6g}",
        )
    if summary.fractions:
        warn(
            "CONTINUOUS_AS_CATEGORICAL",
            "classes are whole numbers, but the file holds fractions",
            where=where,
            found=f"{counted(summary.fractions, 'cell')} with fractions",
            fix="add `kind: continuous` to the source",
        )
