"""Some outputs of an ensemble over layers, window by window."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.errors import InputError
from siting.kernels.forest.layers import Layers, Slices, window_of
from siting.kernels.forest.models import Model
from siting.kernels.forest.passes import add_moments, add_up, room_for
from siting.kernels.forest.ranks import threshold_tables
from siting.kernels.forest.tiles import FOUND_INFINITE, FOUND_MISSING, Window
from siting.kernels.forest.trees import Floats, LeafValues, ensemble
from siting.kernels.forest.walk import Ensemble

Mask = NDArray[np.bool_]
Pass = Callable[[Ensemble, Window, Mask, Slices], int]
_WHAT = {FOUND_INFINITE: "infinite, or too large for float32", FOUND_MISSING: "missing"}


@dataclass(frozen=True)
class View:
    """Trees, and what their leaves add to the outputs that are wanted.

    Attributes
    ----------
    model : Model
        Trees and rules.
    values : LeafValues
        What the leaves add.
    start : numpy.ndarray of float64 and shape (outputs,)
        What is there before any tree.
    """

    model: Model
    values: LeafValues
    start: Floats

    @cached_property
    def _plain(self) -> Ensemble:
        return ensemble(self.model.trees, self.values)

    @cached_property
    def _ranked(self) -> tuple[Ensemble, list[Floats]]:
        tables, places = threshold_tables(self.model.trees)
        return ensemble(self.model.trees, self.values, places), tables

    def sums(self, layers: Layers, where: Mask | None, threads: int) -> Floats:
        """Sums over trees, divided as the estimator does.

        Returns
        -------
        numpy.ndarray of shape (outputs, y, x)
            NaN where no cell is asked for.
        """
        return self._added(add_up, 1, 1, layers, where, threads)

    def moments(self, layers: Layers, where: Mask | None, threads: int) -> Floats:
        """Mean over trees and standard deviation over them, of one output after the other.

        Notes
        -----
        Squares are of differences from what the first tree gives at the cell. Those from the mean
        are not known in the same pass, and these are nearly as good: (first - mean)² is at most
        (trees - 1) variances, so that about as many digits are lost as the number of trees has.
        """
        return self._added(add_moments, 4, 2, layers, where, threads)

    def _added(
        self, add: Any, room_rows: int, rows: int, layers: Layers, where: Mask | None, threads: int
    ) -> Floats:
        outputs = self.values.outputs
        out = np.full((outputs * rows, *layers.shape), np.nan)

        def work(trees: Ensemble, window: Window, inside: Mask, at: Slices) -> int:
            room = room_for(trees, len(window.kind), outputs * room_rows)
            part, divisor = np.full((len(out), *inside.shape), np.nan), self.model.divisor
            found = add(room, trees, window, inside, layers.blocks, self.start, divisor, part)
            out[:, at[0], at[1]] = part
            return int(found)

        self.over(layers, where, threads, work)
        return out

    def over(self, layers: Layers, where: Mask | None, threads: int, work: Pass) -> None:
        """Do one pass over all windows.

        Raises
        ------
        InputError
            NON_FINITE, where a value is missing or infinite and the estimator takes none.
        """
        trees, tables = self._thresholds(layers)

        def one(at: Slices) -> int:
            size = at[0].stop - at[0].start, at[1].stop - at[1].start
            inside = np.ones(size, bool) if where is None else np.ascontiguousarray(where[at])
            if not inside.any():
                return 0
            return work(trees, window_of(layers, at, self.model.rules, tables), inside, at)

        if threads == 1:
            found = [one(at) for at in layers.windows()]
        else:
            with ThreadPoolExecutor(threads) as pool:
                found = list(pool.map(one, layers.windows()))
        self._refuse(int(np.bitwise_or.reduce(np.array([0, *found]))))

    def _thresholds(self, layers: Layers) -> tuple[Ensemble, Sequence[Floats]]:
        if self.model.rules.double and not layers.exact_in_float32():
            return self._ranked
        return self._plain, ()

    def _refuse(self, found: int) -> None:
        rules = self.model.rules
        taken = {FOUND_INFINITE: rules.infinite, FOUND_MISSING: rules.missing}
        for bit, takes in taken.items():
            if found & bit and not takes:
                raise InputError(
                    "NON_FINITE",
                    f"a value is {_WHAT[bit]}, and the model takes none such",
                    fix="leave such cells out (where=)",
                )
