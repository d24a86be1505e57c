"""What the hours of a hindcast were seen to be while they were read."""

import numpy as np
from numpy.typing import NDArray

from siting.errors import InputError
from siting.findings import warn
from siting.io.quantities import quantities
from siting.io.time_axis import TimeAxis
from siting.kernels.series_reduction import look_over
from siting.wording import counted

SUNLIGHT = 2 * 1361.0  # of radiation at the ground never reached: a sum over time is there [W m-2]
_FEW = 24  # steps up to which repeated ones say nothing
_COVERAGE = 0.9  # of the steps of the best cell that each cell should have
_TOTAL = "W m-2"


class Evidence:
    """Range, gaps and repetitions of one quantity, taken in part by part.

    Parameters
    ----------
    steps : int
        Number of steps.
    """

    def __init__(self, steps: int) -> None:
        self.held = np.zeros(steps, dtype=np.int64)
        self.there = np.zeros(steps, dtype=np.int64)
        self.extremes = np.array([np.inf, -np.inf])
        self.total, self.count = 0.0, 0
        self.lengths = np.zeros(steps + 1, dtype=np.int64)
        self._before = np.empty(0)
        self._valid = np.empty(0, dtype=np.int64)

    def begin(self, cells: int) -> None:
        """Begin a part of the map."""
        self._before = np.full(cells, np.nan)
        self._valid = np.zeros(cells, dtype=np.int64)

    def see(self, steps: slice, block: NDArray[np.float64]) -> None:
        """Take in steps of the part (steps, cells)."""
        self.total += look_over(
            block, self._before, self.held[steps], self.there[steps], self.extremes, self._valid
        )

    def end(self) -> None:
        """End a part of the map."""
        self.count += int(self._valid.sum())
        self.lengths += np.bincount(self._valid, minlength=self.lengths.size)

    def report(self, axis: TimeAxis, quantity: str, where: str) -> None:
        """Report what a person should know of the values.

        Raises
        ------
        InputError
            LAYER_EMPTY, TIME_ACCUMULATED.
        """
        if not self.count:
            raise InputError(
                "LAYER_EMPTY",
                "no cell has a value at any time",
                where=where,
                wanted=f"values of {quantity}",
                fix="check the part of the map and the period, and the value for missing data",
            )
        self._check_range(quantity, where)
        self._tell_coverage(where)
        self._tell_held(axis, where)

    def _check_range(self, quantity: str, where: str) -> None:
        known = quantities()[quantity]
        low, high = (float(each) for each in self.extremes)
        mean = self.total / self.count
        if known.units == _TOTAL and high > SUNLIGHT:
            raise InputError(
                "TIME_ACCUMULATED",
                "no sun shines so strong: the values are sums over more than their step",
                where=where,
                found=f"up to {high:.4g} {known.units}",
                wanted=f"at most {known.range[1]:g} {known.units}",
                fix="take the difference from step to step (ERA5-Land adds up from midnight), and"
                " divide by the time that was added up over",
            )
        plausible = known.range[0] <= low and high <= known.range[1]
        if not (plausible and known.typical[0] <= mean <= known.typical[1]):
            warn(
                "RANGE_IMPLAUSIBLE",
                "values are not plausible for what they measure",
                where=where,
                found=f"{low:.6g} to {high:.6g} {known.units}, mean {mean:.4g}",
                wanted=f"{known.range[0]:g} to {known.range[1]:g} {known.units}",
                fix="check the units, and the value for missing data",
            )

    def _tell_coverage(self, where: str) -> None:
        """Say how many cells lack hours, as those do that freeze: their means are of the rest."""
        best = int(np.flatnonzero(self.lengths)[-1])
        few = int(self.lengths[1 : int(np.ceil(_COVERAGE * best))].sum())
        if few:
            warn(
                "TIME_COVERAGE",
                "cells lack hours that others have, as under ice: their means are of the others",
                where=where,
                found=f"{few} of {int(self.lengths[1:].sum())} cells with data lack more than a"
                " tenth of the hours",
                fix="mask these cells, or take a period that all cells cover",
            )

    def _tell_held(self, axis: TimeAxis, where: str) -> None:
        """Report three-hourly values repeated to hours, and the like."""
        known = self.there > 0
        copies = known & (self.held == self.there)
        steps = int(known.sum())
        if steps > _FEW and copies.sum() > 0.5 * steps:
            warn(
                "DATA_REPEATED",
                "more than half of the steps repeat the step before: values are held, not hourly",
                where=where,
                found=f"{int(copies.sum())} of {steps} steps of"
                f" {counted(axis.step / 3600, 'hour')}",
                fix="read the hindcast in its own steps; copies are no further hours",
            )
