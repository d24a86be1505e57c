"""Geothermal wells at chosen places, from every draw: no table between."""

from typing import Annotated, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from siting.errors import InputError
from siting.kernels import money
from siting.kernels.geothermal.accuracy import EXACT_DRAWS, NAMES, portrait
from siting.kernels.geothermal.outcomes import Places
from siting.kernels.geothermal.quantiles import KINDS, Model, exact
from siting.kernels.geothermal.sampling import sample
from siting.kinds import Layer, Simulator, Table, Unit
from siting.signature import simulation

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
# Column of a simulated place: the kernel's figure, its unit, what it says.
_COLUMNS = {
    "exact_risked_p50": ("risked_p50", "USD MWh-1", "Cost of energy with losses at failures"),
    "exact_risked_p10": ("risked_p10", "USD MWh-1", "10th percentile of the risked cost"),
    "exact_risked_p90": ("risked_p90", "USD MWh-1", "90th percentile of the risked cost"),
    "exact_if_success_p10": ("conditional_p10", "USD MWh-1", "10th percentile if it succeeds"),
    "exact_if_success_p50": ("conditional_p50", "USD MWh-1", "Cost only if it succeeds, median"),
    "exact_if_success_p90": ("conditional_p90", "USD MWh-1", "90th percentile if it succeeds"),
    "exact_net_p50": ("net_p50", "MW", "Net power of the field if it succeeds, median"),
    "exact_success": ("success", "1", "Probability that a system is found and gives power"),
    "exact_below_target": ("below_target", "1", "Probability of a success at the target or below"),
    "exact_wells_per_discovery": ("wells_per_discovery", "1", "Full exploration wells a success"),
    "exact_exploration_loss": ("loss", "MUSD", "Expected spending that ends in nothing"),
}  # fmt: skip


class WellSimulator:
    """Figures of single cells from 8,192 draws."""

    target = "exact_risked_p50"

    def __init__(self, model: Model, costs: pd.DataFrame, layers: dict[str, Any]) -> None:
        self.model, self.costs, self.layers = model, costs, layers
        self.attrs: dict[str, Any] = {}

    def _taken(self, name: str, rows: Integers, columns: Integers) -> Floats:
        value = self.layers[name]
        if isinstance(value, xr.DataArray):
            return np.asarray(value.data, dtype=float)[rows, columns]
        return np.full(len(rows), float(value))

    def _places(self, rows: Integers, columns: Integers) -> tuple[Places, Floats]:
        names = ("temperature", "temperature_sd", "depth", "surface_temperature", "size")
        places = Places(*(self._taken(name, rows, columns) for name in names))
        return places, self._taken("probability", rows, columns)

    def simulate(self, rows: Integers, columns: Integers) -> pd.DataFrame:
        """A row of figures for each cell, NaN where a layer has none or there is no power."""
        places, existence = self._places(rows, columns)
        known = np.isfinite([*places, existence]).all(axis=0)
        if (bad := existence[known][(existence[known] < 0) | (existence[known] > 1)]).size:
            raise InputError(
                "VALUE_INVALID", "a probability lies outside 0 to 1",
                where="geothermal.wells.probability", found=f"{bad[0]:g}", wanted="from 0 to 1",
            )  # fmt: skip
        figures = np.full((len(rows), len(NAMES)), np.nan)
        if known.any():
            found = exact(
                self.model, Places(*(each[known] for each in places)), existence[known, None]
            )
            figures[known] = np.concatenate([found.place, found.risk[:, 0]], axis=1)
        frame = pd.DataFrame({
            name: figures[:, NAMES.index(each)] for name, (each, _, _) in _COLUMNS.items()
        })  # fmt: skip
        frame.attrs["columns"] = {
            name: {"units": unit, "description": text} for name, (_, unit, text) in _COLUMNS.items()
        }
        return frame

    def card(self, row: int, column: int) -> dict[str, Any]:
        """One cell in full: quantiles, ladder, drivers."""
        places, existence = self._places(np.array([row]), np.array([column]))
        frame = self.simulate(np.array([row]), np.array([column]))
        figures = {name: float(value) for name, value in frame.iloc[0].items()}
        known = np.isfinite([*places, existence]).all()
        told = portrait(self.model, places, existence, 0, self.costs) if known else {}
        return {"figures": figures, "geothermal": told}


@simulation
def wells(
    temperature: Annotated[Layer, Unit("degC")],
    temperature_sd: Annotated[Layer, Unit("K")] | Annotated[float, Unit("K"), Field(ge=0)],
    probability: Annotated[Layer, Unit("1")] | Annotated[float, Field(ge=0, le=1)],
    costs: Table,
    depth: Annotated[Layer, Unit("m")] | Annotated[float, Unit("m"), Field(gt=0)] = 2000.0,
    surface_temperature: Annotated[Layer, Unit("degC")] | Annotated[float, Unit("degC")] = 15.0,
    area: Annotated[Layer, Unit("km2")] | None = None,
    target: Annotated[float, Unit("USD MWh-1"), Field(gt=0)] = 100.0,
    log_odds_sd: Annotated[float, Field(ge=0, le=5)] = 0.5,
) -> Simulator:
    """Cost and risk of hydrothermal wells at chosen cells, from 8,192 draws each.

    Parameters
    ----------
    temperature : (y, x) layer
        Of the reservoir, mean of what is believed [degC].
    temperature_sd : float or (y, x) layer
        Its standard deviation [K].
    probability : float or (y, x) layer
        That there is a system [1].
    costs : table of costs
        As ``costs_geothermal``.
    depth : float or (y, x) layer
        Of the wells [m].
    surface_temperature : float or (y, x) layer
        Annual mean of ground and air [degC].
    area : (y, x) layer, optional
        Of the reservoir [km2]; drawn without it.
    target : float
        Cost of energy asked for [USD MWh-1].
    log_odds_sd : float
        Standard deviation of the log-odds of `probability` [1].

    Returns
    -------
    simulator
        Of ``exact_risked_p50`` [USD MWh-1] and what stands beside it.

    Notes
    -----
    As ``geothermal.hydrothermal`` under economics, which it makes exact for candidates: the same
    arithmetic on more draws, with nothing interpolated.

    Examples
    --------
    >>> from siting.sources.catalogue import catalogue
    >>> costs = pd.read_csv(catalogue()["costs_geothermal"].path)
    >>> hot = xr.DataArray([[180.0]], dims=("y", "x"), attrs={"units": "degC"})
    >>> frame = wells(hot, 10.0, 0.2, costs).simulate(np.array([0]), np.array([0]))
    >>> bool((frame["exact_risked_p50"] > frame["exact_if_success_p50"]).all())
    True
    """
    table = money.by_parameter(costs)
    model = Model(KINDS["hydrothermal"], sample(table, EXACT_DRAWS, seed=1), target, log_odds_sd)
    layers = {
        "temperature": temperature, "temperature_sd": temperature_sd, "depth": depth,
        "surface_temperature": surface_temperature, "probability": probability,
        "size": -1.0 if area is None else area,
    }  # fmt: skip
    return WellSimulator(model, table, layers)
