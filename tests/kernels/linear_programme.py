"""The balance of generation, battery and load as a linear programme, solved by HiGHS."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, diags_array, eye_array, hstack, vstack

from siting.kernels.sizing import UnitCosts

Array = NDArray[np.float64]


def hours(n: int) -> object:
    return eye_array(n, format="csr")


def balance(wave: Array, sun: Array, charge: float, discharge: float) -> tuple[object, object]:
    """Rows that are 0, and rows that are at most 0, of a load of 1 kW and a series that repeats.

    Columns: served, charging, discharging and charge of each hour (4 t), then wave, solar, energy,
    power, and the factor that the load is multiplied with.
    """
    n = len(wave)
    one, none = hours(n), coo_array((n, n))
    before = diags_array([np.ones(n - 1), np.ones(1)], offsets=[-1, n - 1], shape=(n, n))
    column = coo_array(np.ones((n, 1)))
    empty = coo_array((n, 1))
    stored = hstack([none, -charge * one, one / discharge, one - before, *[empty] * 5])
    used = hstack([one, one, -one, none, coo_array(-wave[:, None]), coo_array(-sun[:, None]),
                   *[empty] * 3])  # fmt: skip
    limits = [
        used,
        hstack([one, none, none, none, *[empty] * 4, -column]),
        hstack([none, one, none, none, *[empty] * 3, -column, empty]),
        hstack([none, none, one, none, *[empty] * 3, -column, empty]),
        hstack([none, none, none, one, *[empty] * 2, -column, *[empty] * 2]),
    ]
    return stored, vstack(limits)


def most_served(wave: Array, sun: Array, design: Array, charge: float, discharge: float) -> float:
    """Largest share of the energy of a flat load that the design can serve at all."""
    n = len(wave)
    equal, most = balance(wave, sun, charge, discharge)
    fixed = [(v, v) for v in (*design, 1.0)]
    found = linprog(
        np.r_[-np.ones(n) / n, np.zeros(3 * n + 5)], A_ub=most, b_ub=np.zeros(5 * n),
        A_eq=equal, b_eq=np.zeros(n), bounds=[(0, None)] * 4 * n + fixed, method="highs",
    )  # fmt: skip
    assert found.status == 0, found.message
    return float(-found.fun)


def _with(rows: object, extra: list[tuple[Array, float]], size: int) -> tuple[object, Array]:
    """Rows at most 0 and some more at most other numbers."""
    more = coo_array(np.array([row for row, _ in extra]))
    return vstack([rows, more]), np.r_[np.zeros(size), [limit for _, limit in extra]]


def least_cost(
    wave: Array, sun: Array, costs: UnitCosts, deck_ratio: float, charge: float, discharge: float,
    target: float | None = None,
) -> tuple[float, Array]:  # fmt: skip
    """Least cost of a design, exactly.

    With a target: least cost a year of those that serve this share of a load of 1 kW. Without: the
    least cost per energy. A ratio of linear functions is a linear programme too once everything is
    divided by the energy served (Charnes and Cooper 1962), its last column 1 over the share served.
    """
    n = len(wave)
    equal, most = balance(wave, sun, charge, discharge)
    deck = np.zeros(4 * n + 5)
    deck[4 * n : 4 * n + 2] = -deck_ratio, 1.0
    served = np.r_[np.ones(n) / n, np.zeros(3 * n + 5)]
    most, limit = _with(most, [(deck, 0.0), (-served, -(1.0 if target is None else target))], 5 * n)
    price = np.r_[np.zeros(4 * n), [float(np.asarray(each)) for each in costs]]
    last = (0.0, None) if target is None else (1.0, 1.0)
    found = linprog(
        price, A_ub=most, b_ub=limit, A_eq=equal, b_eq=np.zeros(n),
        bounds=[(0, None)] * (4 * n + 4) + [last], method="highs",
    )  # fmt: skip
    assert found.status == 0, found.message
    factor = found.x[-1]
    cost = found.fun / 8760 if target is None else found.fun
    return float(cost), found.x[4 * n : 4 * n + 4] / factor
