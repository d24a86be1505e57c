"""What columns of wells and springs can hold, by their names and units."""

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting import units
from siting.findings import warn
from siting.wording import counted


class _Range(NamedTuple):
    names: re.Pattern[str]
    unit: str
    low: float
    high: float
    advice: str


# The hottest well that stood, IDDP-2, had 535 degC at its bottom (Friðleifsson et al. 2017, Sci.
# Drill. 23, 1-12); the deepest borehole, SG-3 on Kola, has 12,262 m. Water at the surface boils.
_RANGES = (
    _Range(
        re.compile(r"bht|bottom_?hole_temp\w*|reservoir_temp\w*|t_res\w*"),
        "degC", -5.0, 550.0, "are these degrees Fahrenheit?",
    ),
    _Range(
        re.compile(r"(?:surface|spring|ground|soil)_temp\w*"),
        "degC", -90.0, 105.0, "are these degrees Fahrenheit, or of a well?",
    ),
    _Range(
        re.compile(r"(?:total|well|measured|drilled|vertical)_depth|depth_total|td|tvd|md"),
        "m", 0.0, 15_000.0, "depths are positive downwards; are these feet, or heights?",
    ),
)  # fmt: skip


def tell_implausible(values: NDArray[np.float64], name: str, unit: str, where: str) -> None:
    """A finding for a column that holds what no well or spring has.

    Parameters
    ----------
    values : numpy.ndarray of shape (rows,)
        The column [`unit`].
    name : str
        Its name, whose end may be a unit.
    unit : str
        Its unit.
    where : str
        Who asks.
    """
    bare = re.sub(r"\s*[\[(].*$", "", name).strip().lower().replace(" ", "_")
    for each in _RANGES:
        named = each.names.fullmatch(bare) or each.names.fullmatch(
            re.sub(r"_[a-z]{1,4}$", "", bare)
        )
        if named and units.compatible(unit, each.unit):
            _tell(np.asarray(units.convert(values, unit, each.unit)), name, each, where)


def _tell(values: NDArray[np.float64], name: str, usual: _Range, where: str) -> None:
    finite = values[np.isfinite(values)]
    beyond = (finite < usual.low) | (finite > usual.high)
    if beyond.any():
        warn(
            "RANGE_IMPLAUSIBLE",
            f"'{name}' lies outside the plausible range in {beyond.sum()} of "
            f"{counted(finite.size, 'row')}",
            where=where,
            found=f"{finite.min():.6g} to {finite.max():.6g} {usual.unit}",
            wanted=f"{usual.low:g} to {usual.high:g} {usual.unit}",
            fix=usual.advice,
        )
