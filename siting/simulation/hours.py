"""Where the hours of sea and sun come from: what a simulated node asks of their source."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from siting.columns import Column
from siting.kernels.morph import HourlyWaves
from siting.kernels.solar import HOURS
from siting.projection import Floats
from siting.simulation.climate import Climate, Hours

Integers = NDArray[np.int64]


class CellHours(NamedTuple):
    """Hours of some cells; years of 8760 hours, one after the other."""

    climate: Climate
    sea: HourlyWaves  # (s, t)
    sun: Hours  # (s, t), panels' power per power as rated
    years: tuple[int, ...]  # calendar years of the hours; none where they are no year of the place
    maxima: Floats  # (s, y), highest wave of each of these years as recorded [m]

    @property
    def breaks(self) -> NDArray[np.bool_]:
        """Hours that do not follow upon the hour before: years between were left out."""
        found = np.zeros(self.sun.shape[1], bool)
        if self.years:
            found[::HOURS][1:] = np.diff(self.years) > 1
        return found


class HoursSource(Protocol):
    """Hours of cells, and what can be told of them."""

    columns: Mapping[str, Column]  # every figure of a node that lives from these hours
    cells_at_once: int
    rests_on: str  # what a row is to be flagged with, ';'-joined
    error: float  # of the cost by how the hours were made, as standard deviation of its logarithm

    def hours(self, rows: Integers, columns: Integers) -> Iterator[tuple[Integers, CellHours]]:
        """Positions of cells that have hours, with the hours, in groups of the same years."""
        ...

    def figures(self, found: Any) -> dict[str, Floats]:
        """Figures of simulated cells beside those that every node has."""
        ...

    def card(self, found: Any) -> dict[str, Any]:
        """What a card says of the hours of one simulated cell, as JSON."""
        ...
