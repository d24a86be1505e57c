"""Concentrations as laboratories write them: numbers, and ``<0.5`` for below detection."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_LESS = re.compile(rf"(?:<|<=|≤)\s*{_NUMBER}")
_BELOW = {"bdl", "b.d.l.", "b.d.", "bd", "nd", "n.d.", "<dl", "<lod", "not detected"}
_MISSING = {"", "na", "n/a", "nan", "none", "-", "not analysed", "not analyzed", "n.a."}


class Detections(NamedTuple):
    """A column of concentrations.

    ``values`` are numbers where one was measured above detection, else NaN. ``below`` marks what
    is below detection, and ``limits`` tells its limit, NaN where the laboratory did not.
    """

    values: Floats
    below: NDArray[np.bool_]
    limits: Floats


def read_detections(cells: Sequence[Any], negative_is_limit: bool) -> Detections:
    """Measured values and detection limits of a column.

    Parameters
    ----------
    cells : sequence
        Numbers, text such as ``"<0.5"``, ``"bdl"`` or ``"12.1"``, and nothing where a sample was
        not analysed.
    negative_is_limit : bool
        Whether -0.5 means "below 0.5", as in many national surveys.

    Returns
    -------
    Detections
        Zero is below a detection limit that is not told: no concentration is zero.

    Raises
    ------
    ValueError
        Naming the first cell (from 0) that is no concentration, with its text.

    Examples
    --------
    >>> found = read_detections([1.5, "<0.5", 0, None], negative_is_limit=False)
    >>> found.values.tolist(), found.below.tolist()
    ([1.5, nan, nan, nan], [False, True, True, False])
    >>> found.limits.tolist()
    [nan, 0.5, nan, nan]
    """
    values, limits = np.full((2, len(cells)), np.nan)
    below = np.zeros(len(cells), dtype=bool)
    for row, cell in enumerate(cells):
        values[row], below[row], limits[row] = _read(cell, row, negative_is_limit)
    return Detections(values, below, limits)


def _read(cell: Any, row: int, negative_is_limit: bool) -> tuple[float, bool, float]:
    text = "" if cell is None else str(cell).strip().casefold()
    if text in _MISSING:
        return np.nan, False, np.nan
    if text in _BELOW:
        return np.nan, True, np.nan
    less = _LESS.fullmatch(text)
    number = float(less[1]) if less else _number(text, row, cell)
    if number < 0 and negative_is_limit and not less:
        return np.nan, True, -number
    if number < 0 or not np.isfinite(number) or (less and number == 0):
        raise ValueError(row, cell)
    if less:
        return np.nan, True, number
    return (number, False, np.nan) if number > 0 else (np.nan, True, np.nan)


def _number(text: str, row: int, cell: Any) -> float:
    if re.fullmatch(_NUMBER, text) is None:
        raise ValueError(row, cell)
    return float(text)
