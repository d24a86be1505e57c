"""The part of a hindcast that counts: some of its cells, and some of its steps."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from siting.io.hindcast_store import Cells, Floats, Store
from siting.io.time_axis import TimeAxis
from siting.kernels.series_reduction import Calendar, calendar_of


@dataclass(frozen=True)
class HindcastPart:
    """Rows, columns and steps of a file of hours.

    Parameters
    ----------
    store : Store
        The file.
    rows, columns, steps : slice
        The part of it that counts.
    """

    store: Store
    rows: slice
    columns: slice
    steps: slice

    @property
    def path(self) -> Path:
        """The file."""
        return self.store.path

    @property
    def layout(self) -> str:
        """Whose layout it is, for people."""
        return self.store.layout

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of the quantities."""
        return tuple(self.store.variables)

    @cached_property
    def axis(self) -> TimeAxis:
        """The steps that count."""
        return self.store.axis.cut(self.steps)

    @cached_property
    def cells(self) -> Cells:
        """Where the cells are."""
        return self.store.cells.cut(self.rows, self.columns)

    def calendar(self, quantity: str) -> Calendar:
        """Months and years of the steps of a quantity, by the middle of what each stands for."""
        shift = self.store.variables[quantity].shift
        return calendar_of(stamps(self.axis.seconds + shift), self.axis.step)


def stamps(seconds: Floats) -> NDArray[np.datetime64]:
    """Dates of seconds since 1970, to the second."""
    return np.round(seconds).astype(np.int64).astype("datetime64[s]")
