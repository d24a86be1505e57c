"""A simulator whose answers are known, for tests of what asks one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Integers = NDArray[np.int64]


class ToySimulator:
    """Costs that a function of row and column gives; counts what it was asked for."""

    target = "cost_per_gpu_hour"

    def __init__(self, cost: Callable[[Integers, Integers], NDArray[np.float64]]) -> None:
        self.cost = cost
        self.asked: list[tuple[int, int]] = []
        self.attrs: dict[str, Any] = {"status": "derived", "source": "toy", "vintage": "2026"}

    def simulate(self, rows: Integers, columns: Integers) -> pd.DataFrame:
        self.asked += list(zip(rows.tolist(), columns.tolist(), strict=True))
        frame = pd.DataFrame({self.target: self.cost(rows, columns)})
        frame.attrs["columns"] = {
            self.target: {"units": "USD GPU-1 h-1", "description": "cost of a toy"}
        }
        return frame

    def card(self, row: int, column: int) -> dict[str, Any]:
        return {"figures": {self.target: float(self.cost(np.array([row]), np.array([column]))[0])}}
