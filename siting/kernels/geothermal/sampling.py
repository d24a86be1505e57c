"""One design of draws for all cells: prices, rock, luck and beliefs, each a named column."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import qmc

from siting.errors import InputError
from siting.kernels import money
from siting.kernels.geothermal.ladder import Programme, Rung, programme

Floats = NDArray[np.float64]
TEMPERATURE, EXISTENCE, DENSITY = "temperature", "existence", "power density"
NORMALS = (TEMPERATURE, EXISTENCE, DENSITY)
RUNGS = {
    "hydrothermal": ("desk", "gradient", "slim", "production"),
    "egs": ("desk", "slim", "production"),
    "superhot": ("desk", "slim", "production"),
}
_ZERO = np.zeros(1)


@dataclass(frozen=True)
class Sample:
    """Draws that belong together: draw i of every column is one state of the world.

    Attributes
    ----------
    prices : CostDraws
        Rows of the table of costs, each as drawn.
    normals : mapping of str to numpy.ndarray
        Standard normals of ``temperature``, ``existence`` (of its log-odds) and ``power density``.
    """

    prices: money.CostDraws
    normals: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.normals[TEMPERATURE])

    def matrix(self, names: tuple[str, ...]) -> Floats:
        """Columns of some rows, shape (draws, names), in the order of the names."""
        return np.column_stack([
            self.normals[name] if name in self.normals else self.prices[name] for name in names
        ])  # fmt: skip


def sample(costs: pd.DataFrame, count: int = 2048, seed: int = 0) -> Sample:
    """Draws of all that is uncertain, the same for every cell and every kind of well.

    Parameters
    ----------
    costs : pandas.DataFrame
        As the table ``costs_geothermal``: a row with low and high is drawn from a PERT
        distribution, any other stays at its value.
    count : int
        Number of draws, a power of two.
    seed : int
        Seed of the scrambling.

    Raises
    ------
    InputError
        VALUE_INVALID where the count is no power of two; of the table, as
        :func:`siting.kernels.money.ranges`.

    Notes
    -----
    One scrambled Sobol sequence with a dimension for each column, so that differences between
    cells and between kinds of wells are not blurred by chance. Columns are independent of each
    other.

    Examples
    --------
    >>> row = {"value": [4.0], "low": [1.0], "high": [12.0], "unit": ["km2"]}
    >>> drawn = sample(pd.DataFrame(row, index=["field.area"]), count=64)
    >>> len(drawn), sorted(drawn.normals)
    (64, ['existence', 'power density', 'temperature'])
    """
    if count < 1 or count & (count - 1):
        raise InputError(
            "VALUE_INVALID", "draws are balanced in powers of two only", where="sample.count",
            found=str(count), wanted="a power of two, such as 2048",
        )  # fmt: skip
    rows = money.ranges(costs)
    varied = sorted(name for name, (_, low, high) in rows.items() if low < high)
    points = qmc.Sobol(len(NORMALS) + len(varied), rng=seed).random(count)
    # A point at 0 would be infinitely far out.
    points = np.clip(points, 0.5 / (count + 1), 1 - 0.5 / (count + 1))
    normals = {name: ndtri(points[:, i]) for i, name in enumerate(NORMALS)}
    drawn = {name: np.full(count, row[0]) for name, row in rows.items()}
    for i, name in enumerate(varied, start=len(NORMALS)):
        drawn[name] = money.pert(rows[name], points[:, i])
    return Sample(money.CostDraws(drawn), normals)


def middle(costs: pd.DataFrame) -> Sample:
    """Everything at its value: one draw."""
    return Sample(money.at_value(costs), dict.fromkeys(NORMALS, _ZERO))


def rungs_of(
    prices: money.CostDraws, kind: str, well: Floats | float
) -> tuple[list[Rung], list[str]]:
    """The ladder of a kind of well, and the names of its rungs.

    Parameters
    ----------
    prices : CostDraws
        Rows ``<kind>_ladder.<rung>.cost`` or ``.well_share``, ``.tries``, ``.hit``, ``.false``.
    kind : str
        ``hydrothermal``, ``egs`` or ``superhot``.
    well : float or numpy.ndarray
        Cost of a full well [MUSD].
    """
    found = []
    for name in RUNGS[kind]:
        at = f"{kind}_ladder.{name}"
        share = f"{at}.well_share"
        cost = prices[share] * well if share in prices.columns else prices[f"{at}.cost"]
        found.append(Rung(cost, prices[f"{at}.tries"], prices[f"{at}.hit"], prices[f"{at}.false"]))
    return found, list(RUNGS[kind])


def programmes(prices: money.CostDraws, kind: str) -> tuple[Programme, Programme]:
    """The ladder's figures without what wells cost, and what one MUSD more of a well adds.

    Its cost is linear in that of a full well, which differs from cell to cell.
    """
    fixed = programme(rungs_of(prices, kind, 0.0)[0])
    whole = programme(rungs_of(prices, kind, 1.0)[0])
    slope = [b - a for a, b in zip(fixed, whole, strict=True)]
    return fixed, Programme(*slope)
