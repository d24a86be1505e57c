"""How far a table of quantiles is off, and the record of what a run's economics rest on."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.kernels.geothermal.drivers import assumed_share, by_draw, statuses, tornado
from siting.kernels.geothermal.ladder import walk
from siting.kernels.geothermal.outcomes import Places, recovery_factor
from siting.kernels.geothermal.quantiles import (
    PLACE_FIGURES,
    RISK_FIGURES,
    Model,
    exact,
)
from siting.kernels.geothermal.sampling import middle, rungs_of, sample
from siting.kernels.money.draws import PRICES_OF

Floats = NDArray[np.float64]
NAMES = (*PLACE_FIGURES, *RISK_FIGURES)
CHECKED = 48  # cells that are drawn anew to judge the table
EXACT_DRAWS = 8192
_JUDGED = tuple(name for name in NAMES if name.endswith(("_p10", "_p50", "_p90")))


def with_all_draws(model: Model, costs: pd.DataFrame) -> Model:
    """The same model with 8,192 draws of another scrambling."""
    return Model(model.kind, sample(costs, EXACT_DRAWS, seed=1), model.target, model.log_odds_sd)


def errors(
    model: Model, cells: Places, existence: Floats, found: NDArray[np.float32], costs: pd.DataFrame
) -> dict[str, Any]:
    """Error of tabulated quantiles against 8,192 draws of another scrambling.

    Parameters
    ----------
    model : Model
        Of the table.
    cells : Places
        Cells with figures.
    existence : numpy.ndarray of shape (cells,)
        [1].
    found : numpy.ndarray of shape (cells, figures)
        What the table gave.
    costs : pandas.DataFrame
        Table of costs.

    Returns
    -------
    dict
        ``cells`` that were drawn anew, ``draws``, and root mean square errors of the logarithm by
        figure [1].
    """
    known = np.flatnonzero(np.isfinite(found[:, NAMES.index("risked_p50")]))
    if known.size == 0:
        return {"cells": 0, "draws": EXACT_DRAWS, "error": {}}
    chosen = known[np.linspace(0, len(known) - 1, min(CHECKED, len(known))).astype(int)]
    true = exact(
        with_all_draws(model, costs),
        Places(*(each[chosen] for each in cells)),
        existence[chosen, None],
    )
    exactly = np.concatenate([true.place, true.risk[:, 0]], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        off = np.log(found[chosen] / exactly)
    told = {
        name: float(np.sqrt(np.nanmean(off[:, NAMES.index(name)] ** 2)))
        for name in _JUDGED
        if np.isfinite(off[:, NAMES.index(name)]).any()
    }
    return {"cells": len(chosen), "draws": EXACT_DRAWS, "error": told}


def basis(model: Model, costs: pd.DataFrame) -> dict[str, Any]:
    """The one finance basis: dollar year, real rate, life, and the fixed charge rate of both."""
    at = middle(costs).prices
    rate, life = float(at["finance.rate"][0]), float(at["plant.life"][0])
    return {
        "dollar_year": PRICES_OF, "rate": rate, "life": life,
        "fixed_charge_rate": float(recovery_factor(rate, life)),
        "target": model.target, "log_odds_sd": model.log_odds_sd,
        "tax_credits": "none", "exploration_carried_at": rate,
    }  # fmt: skip


def portrait(
    model: Model, cells: Places, existence: Floats, row: int, costs: pd.DataFrame
) -> dict[str, Any]:
    """One cell from every draw: quantiles with its chance of success, its ladder, its drivers.

    Parameters
    ----------
    model : Model
        Of :func:`with_all_draws`: shares of the spread need many draws.
    cells : Places
        All cells.
    existence : numpy.ndarray of shape (cells,)
        [1].
    row : int
        Which one.
    costs : pandas.DataFrame
        Table of costs, for statuses and the ladder at its values.
    """
    place, pi = Places(*(each[row : row + 1] for each in cells)), float(existence[row])
    true = exact(model, place, np.array([[pi]]))
    figures = np.concatenate([true.place[0], true.risk[0, 0]])
    status = statuses(costs)
    drawn = by_draw(model, place, pi)
    at = middle(costs)
    one = Model(model.kind, at, model.target, model.log_odds_sd)
    well = float(model.kind.outcomes(place, one.rows(), one.area()).well[0, 0])
    rungs, names = rungs_of(at.prices, model.kind.name, well)
    single = [type(rung)(*(np.asarray(each).reshape(-1)[0] for each in rung)) for rung in rungs]
    return {
        "temperature": float(place.mean[0]), "temperature_sd": float(place.sd[0]),
        "depth": float(place.depth[0]), "existence": pi,
        "figures": {name: _known(value) for name, value in zip(NAMES, figures, strict=True)},
        "assumed_share": assumed_share(model, drawn, status),
        "tornado": tornado(model, place, pi, status),
        "ladder": walk(single, names, pi),
        "well_cost": well,
    }  # fmt: skip


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
