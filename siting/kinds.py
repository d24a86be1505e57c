"""The kinds of value that a pipeline names, as annotations that a signature can be read from."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

if TYPE_CHECKING:
    from siting.findings import Finding

LayerKind = Literal["continuous", "categorical", "circular", "count", "boolean"]
Status = Literal["measured", "derived", "assumed"]
STATUSES: tuple[Status, ...] = ("measured", "derived", "assumed")


@dataclass(frozen=True)
class Kind:
    """Marker in ``Annotated``: what kind of value an argument or a result is."""

    name: str


@dataclass(frozen=True)
class Unit:
    """Marker in ``Annotated``: the unit of a layer or number, as CF writes it."""

    name: str


@dataclass(frozen=True)
class UnitOf:
    """Marker in ``Annotated``: the unit is that of another argument."""

    argument: str


@dataclass(frozen=True)
class Pairs:
    """Marker on ``list[tuple[Layer, X]]``: written ``{layer: x}`` in YAML.

    Python callers hand over a list of pairs, since layers cannot be keys of a dict.
    """


@dataclass(frozen=True)
class FittedModel:
    """A fitted scikit-learn estimator with the names of its features, in order.

    ``card`` holds plain values; ``seen`` the features of the samples that it was fitted on, of
    shape (n, features), by which it is known where the model may be applied.
    """

    estimator: Any
    features: tuple[str, ...]
    card: dict[str, Any] = field(default_factory=dict)
    seen: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)


class Splitter(Protocol):
    """Folds: pairs of training and test positions in the rows of ``X``."""

    def split(self, X: pd.DataFrame, y: Any = None, groups: Any = None) -> Any:
        """Pairs of integer arrays (training rows, test rows)."""
        ...


class SimulatorValue(Protocol):
    """What simulates single cells of the grid: kept as a call, made anew where it is needed.

    ``attrs`` has the marks of all that it was made from.
    """

    target: str
    attrs: dict[str, Any]

    def simulate(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> pd.DataFrame:
        """A row of results for each cell, NaN where a cell has no data.

        ``attrs["columns"]`` has unit and description of each column; `target` is one of them.
        """
        ...

    def card(self, row: int, column: int) -> dict[str, Any]:
        """All that is known of one cell, as JSON."""
        ...


class HindcastValue(Protocol):
    """Gridded series in a file: read in one pass, or at chosen places, never held whole."""

    attrs: dict[str, Any]


Layer = Annotated[xr.DataArray, Kind("layer")]
Monthly = Annotated[xr.DataArray, Kind("monthly")]
Simulator = Annotated[SimulatorValue, Kind("simulator")]
Hindcast = Annotated[HindcastValue, Kind("hindcast")]
Features = Annotated[gpd.GeoDataFrame, Kind("features")]
Table = Annotated[pd.DataFrame, Kind("table")]
Candidates = Annotated[gpd.GeoDataFrame, Kind("candidates")]
Record = Annotated[dict[str, Any], Kind("record")]
Model = Annotated[FittedModel, Kind("model")]
Estimator = Annotated[Any, Kind("estimator")]
Folds = Annotated[Splitter, Kind("folds")]
Grid = Annotated[GeoBox, Kind("grid")]
Domain = Annotated[xr.DataArray, Kind("domain")]

# Kinds that a pipeline file writes as the name of another value.
REFERENCE_KINDS = frozenset(
    {"layer", "monthly", "features", "table", "candidates", "record", "model"}
    | {"simulator", "hindcast"}
)
# Kinds whose values lie on the run's grid and have a unit: one map, or one for each month.
GRIDDED_KINDS = frozenset({"layer", "monthly"})
# Kinds that are made anew from their call or file wherever they are asked for.
UNSTORED_KINDS = frozenset({"simulator", "hindcast"})
# Kinds that the run supplies by itself.
INJECTED_KINDS = frozenset({"grid", "domain"})


@dataclass(frozen=True)
class Results:
    """A finished run, as the writers of maps, tables and reports receive it."""

    title: str
    description: str
    grid: GeoBox
    domain: xr.DataArray | None
    layers: dict[str, xr.DataArray]
    features: dict[str, gpd.GeoDataFrame]
    tables: dict[str, pd.DataFrame]
    records: dict[str, dict[str, Any]]
    candidates: gpd.GeoDataFrame | None
    score: str
    models: dict[str, FittedModel]
    exclusions: dict[str, dict[str, float]]
    findings: "list[Finding]"
    pipeline: str
    marks: dict[str, dict[str, Any]]
    monthlies: dict[str, xr.DataArray] = field(default_factory=dict)
    # What is shown of the best candidates one by one, where a simulator made their figures.
    cards: list[dict[str, Any]] = field(default_factory=list)
