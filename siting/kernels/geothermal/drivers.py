"""Which inputs the cost of one place hangs on."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from siting.kernels import money
from siting.kernels.geothermal.outcomes import Places
from siting.kernels.geothermal.quantiles import Model, logit
from siting.kernels.geothermal.sampling import EXISTENCE, NORMALS, Sample

Floats = NDArray[np.float64]
_ENDS = (0.1, 0.9)
_SMALLEST = 0.01  # share below which an input is not told by name


class ByDraw(NamedTuple):
    """One place, draw by draw; NaN in money where there is no power.

    Attributes
    ----------
    net : numpy.ndarray of shape (draws,)
        Power of the field [MW].
    conditional : numpy.ndarray
        Cost of energy if the place succeeds, with what its exploration cost [USD MWh-1].
    risked : numpy.ndarray
        The same with what was lost at places like it that failed [USD MWh-1].
    success : numpy.ndarray
        Chance that the programme finds a system [1], power not asked for.
    """

    net: Floats
    conditional: Floats
    risked: Floats
    success: Floats


def by_draw(model: Model, place: Places, existence: float, powered: float | None = None) -> ByDraw:
    """What each draw says of one place.

    Parameters
    ----------
    model : Model
        Kind of wells and draws.
    place : Places
        One place.
    existence : float
        Probability that there is a system [1].
    powered : float, optional
        Share of draws with power, where the draws of the model are not what it is to be taken of
        [1].
    """
    found = model.kind.outcomes(place, model.rows(), model.area())
    ladder, lead = model.ladder(), model.lead()
    good = found.reason[0] == 0
    spent = ladder.fixed + ladder.slope * found.well[0][:, None]
    odds = logit(np.array([existence])) + model.log_odds_sd * model.sample.normals[EXISTENCE]
    pi = 1 / (1 + np.exp(-odds))
    success = pi * ladder.fixed[:, 0]
    share = good.mean() if powered is None else powered
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = lead * 1e6 / found.energy[0]
        each = (pi * spent[:, 1] + (1 - pi) * spent[:, 2]) / (success * share)
        conditional = found.cost[0] + unit * spent[:, 3]
        risked = found.cost[0] + unit * each
    net = np.where(good, found.net[0], np.nan)
    return ByDraw(net, conditional, np.where(good, risked, np.nan), success)


def inputs_of(model: Model) -> list[str]:
    """Names of the inputs of a model that vary."""
    prices = model.sample.prices.columns
    mine = (f"{model.kind.name}_ladder.", "exploration.", "field.area")
    used = {*model.kind.columns, *(name for name in prices if name.startswith(mine))}
    if model.kind.name != "hydrothermal":
        used.discard("field.area")
    varied = [name for name in sorted(used) if name in prices and np.ptp(prices[name]) > 0]
    normals = [name for name in NORMALS if name in used or name == EXISTENCE]
    return [*normals, *varied]


def _column(sample: Sample, name: str) -> Floats:
    return sample.normals[name] if name in sample.normals else sample.prices[name]


def _scores(values: Floats) -> Floats:
    """Normal scores of values by their ranks."""
    return np.asarray(ndtri(rankdata(values) / (len(values) + 1)))


def shares(model: Model, found: ByDraw) -> dict[str, float]:
    """Share of the spread of the risked cost that each input accounts for, the largest first.

    Notes
    -----
    Squared correlation of the logarithm of the cost with the normal scores of the input. Inputs
    are independent, so that the shares add up to 1 less what comes of interactions and bends.
    """
    good = np.isfinite(found.risked)
    if good.sum() < 16 or np.ptp(found.risked[good]) == 0:
        return {}
    cost = np.log(found.risked[good])
    told = {}
    for name in inputs_of(model):
        values = _column(model.sample, name)[good]
        if np.ptp(values) > 0:
            told[name] = float(np.corrcoef(_scores(values), cost)[0, 1] ** 2)
    return dict(sorted(told.items(), key=lambda item: -item[1]))


def _swings(model: Model, names: list[str]) -> Sample:
    """Two draws for each name: that input at its 10th and 90th percentile, all others at median."""
    sample = model.sample
    prices = {name: np.full(2 * len(names), np.median(column))
              for name, column in sample.prices.columns.items()}  # fmt: skip
    normals = {name: np.zeros(2 * len(names)) for name in sample.normals}
    for i, name in enumerate(names):
        into = normals if name in normals else prices
        into[name][2 * i : 2 * i + 2] = np.quantile(_column(sample, name), _ENDS)
    return Sample(money.CostDraws(prices), normals)


def tornado(
    model: Model, place: Places, existence: float, status: dict[str, str], most: int = 12
) -> list[dict[str, Any]]:
    """Inputs by the share of the spread that they account for, with the cost at their ends.

    Parameters
    ----------
    model : Model
        Kind of wells and draws.
    place : Places
        One place.
    existence : float
        Probability that there is a system [1].
    status : dict
        Status by name of an input; one that is not in it is ``derived``.
    most : int
        Rows at most.

    Returns
    -------
    list of dict
        ``input``, ``share`` [1], ``status``, and ``low`` and ``high``: the risked cost with this
        input at its 10th and 90th percentile and all others at their medians [USD MWh-1].
    """
    whole = by_draw(model, place, existence)
    told = {name: share for name, share in shares(model, whole).items() if share >= _SMALLEST}
    names = list(told)[:most]
    if not names:
        return []
    swung = Model(model.kind, _swings(model, names), model.target, model.log_odds_sd)
    powered = float(np.isfinite(whole.risked).mean())
    costs = by_draw(swung, place, existence, powered).risked
    return [
        {
            "input": name, "share": told[name], "status": status.get(name, "derived"),
            "low": _known(costs[2 * i]), "high": _known(costs[2 * i + 1]),
        }
        for i, name in enumerate(names)
    ]  # fmt: skip


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def assumed_share(model: Model, found: ByDraw, status: dict[str, str]) -> float | None:
    """Share of the explained spread of the risked cost that comes of assumed inputs [1].

    None where the cost has no spread.
    """
    told = shares(model, found)
    total = sum(told.values())
    if total <= 0:
        return None
    return sum(share for name, share in told.items() if status.get(name) == "assumed") / total


def statuses(costs: pd.DataFrame) -> dict[str, str]:
    """Status of each row of a table of costs; a row that states none counts as assumed."""
    if "status" not in costs.columns:
        return {str(name): "assumed" for name in costs.index}
    known = costs["status"].where(costs["status"].isin(["measured", "derived"]), "assumed")
    return {str(name): str(each) for name, each in known.items()}
