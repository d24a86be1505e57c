"""Scores by several criteria without labels, and how much the opinion in the weights matters."""

from typing import Annotated, Any, NamedTuple

import numpy as np
import xarray as xr
from odc.geo.geobox import GeoBox
from pydantic import Field

from siting.findings import warn
from siting.kernels import multicriteria as kernel
from siting.kernels.multicriteria import Floats, Method
from siting.kinds import Domain, Grid, Layer, Record, Unit
from siting.scoring import acceptability
from siting.scoring.acceptability import PERCENTILES, Cells, Extent
from siting.scoring.criteria import Bounded, Criteria, bounded
from siting.signature import scorer

SEED = 0
MOST_SATURATED = 0.5  # share of the area beyond one bound from which a criterion is told of

Concentration = Annotated[float, Field(ge=1, le=10_000)]
Draws = Annotated[int, Field(ge=100, le=2_000)]
Share = Annotated[float, Unit("1"), Field(gt=0, lt=1)]


class Ranked(NamedTuple):
    """A score, what the weights make of it, and the figures behind."""

    score: Annotated[Layer, Unit("1")]
    low: Annotated[Layer, Unit("1")]
    high: Annotated[Layer, Unit("1")]
    acceptability: Annotated[Layer, Unit("1")]
    record: Record


@scorer()
def spotis(
    criteria: Criteria,
    domain: Domain,
    grid: Grid,
    concentration: Concentration = 30.0,
    draws: Draws = 500,
    share: Share = 0.05,
) -> Ranked:
    """Closeness to the ideal by SPOTIS: one minus the weighted distance between fixed bounds.

    Parameters
    ----------
    criteria : list of (layer, {"weight": …, "worst": …, "best": …})
        In a pipeline file ``{layer: {weight: 3, worst: 5 kW m-1, best: 70 kW m-1}}``. Only ratios
        of weights matter; values beyond a bound count as at the bound.
    domain : (y, x) layer of bool
        Where the score is defined.
    grid : GeoBox
        The grid.
    concentration : float
        How closely drawn weights keep to those given; see
        :func:`siting.kernels.multicriteria.draw_weights`. 30 lets a weight of a quarter vary
        by a third of itself.
    draws : int
        Number of sets of weights that are drawn, the same for all cells.
    share : float
        Share of the area that counts as the best [1].

    Returns
    -------
    score : (y, x) layer
        Score with the weights given, 1 is best in every criterion [1].
    low, high : (y, x) layers
        10th and 90th percentile of the score over the drawn weights [1].
    acceptability : (y, x) layer
        Share of the drawn weights under which the cell is among the best [1].
    record : record
        Weights, bounds, the area at each, and how the weights were drawn.

    Raises
    ------
    PipelineError, UnitsError
        As :func:`siting.scoring.criteria.bounded`.
    InputError
        CRITERIA_NO_DATA where no cell of the domain has all criteria.

    Warns
    -----
    CRITERION_SATURATED
        Where most of the area lies at or beyond one bound of a criterion.

    Notes
    -----
    The score of a cell depends on no other cell, so leaving out places never reverses a ranking.
    Acceptability compares cells: it is of the domain. Under each set of weights those cells are
    among the best above which less than `share` of the area scores higher, by true area; scores
    within 6e-8 count as equal. With bounds as the ideal, SPOTIS is the weighted mean of the
    criteria scaled between their bounds: a low value in one is made up by a high one in another.

    References
    ----------
    Dezert et al. (2020), see :func:`siting.kernels.multicriteria.spotis`; Lahdelma and Salminen
    (2001), SMAA-2, Operations Research 49, 444-454 (acceptability).

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 2, 1))
    >>> waves = as_layer(np.array([[70.0, 5.0]]), grid, units="kW m-1").rename("waves")
    >>> port = as_layer(np.array([[3000.0, 0.0]]), grid, units="km").rename("port")
    >>> everywhere = as_layer(np.ones((1, 2), dtype=bool), grid)
    >>> found = spotis([(waves, {"weight": 3, "worst": "5 kW m-1", "best": "70 kW m-1"}),
    ...                 (port, {"weight": 1, "worst": "3000 km", "best": 0})], everywhere, grid)
    >>> found.score.values.tolist()
    [[0.75, 0.25]]
    """
    given = bounded(criteria, "multicriteria.spotis.criteria")
    return _ranked(kernel.spotis, given, domain, grid, concentration, draws, share)


@scorer()
def topsis(
    criteria: Criteria,
    domain: Domain,
    grid: Grid,
    concentration: Concentration = 30.0,
    draws: Draws = 500,
    share: Share = 0.05,
) -> Ranked:
    """Closeness to the ideal by TOPSIS: distances from the worst and the best of fixed bounds.

    Parameters
    ----------
    criteria : list of (layer, {"weight": …, "worst": …, "best": …})
        As in :func:`spotis`.
    domain : (y, x) layer of bool
        Where the score is defined.
    grid : GeoBox
        The grid.
    concentration, draws, share : float, int, float
        As in :func:`spotis`.

    Returns
    -------
    score, low, high, acceptability : (y, x) layers
        As of :func:`spotis` [1].
    record : record
        As of :func:`spotis`.

    Raises
    ------
    PipelineError, UnitsError, InputError
        As :func:`spotis`.

    Warns
    -----
    CRITERION_SATURATED
        As :func:`spotis`.

    Notes
    -----
    See :func:`siting.kernels.multicriteria.topsis`. Bounds are given, not taken from the cells, so
    that no ranking reverses. Distances are Euclidean: of two cells with the same weighted mean
    the even one comes nearer to one half.

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 2, 1))
    >>> waves = as_layer(np.array([[70.0, 37.5]]), grid, units="kW m-1").rename("waves")
    >>> port = as_layer(np.array([[3000.0, 1500.0]]), grid, units="km").rename("port")
    >>> everywhere = as_layer(np.ones((1, 2), dtype=bool), grid)
    >>> found = topsis([(waves, {"weight": 3, "worst": 5, "best": 70}),
    ...                 (port, {"weight": 1, "worst": 3000, "best": 0})], everywhere, grid)
    >>> found.score.values.tolist()
    [[0.75, 0.5]]
    """
    given = bounded(criteria, "multicriteria.topsis.criteria")
    return _ranked(kernel.topsis, given, domain, grid, concentration, draws, share)


def _ranked(
    method: Method,
    given: Bounded,
    domain: xr.DataArray,
    grid: GeoBox,
    concentration: float,
    draws: int,
    share: float,
) -> Ranked:
    cells = Cells(given, domain, grid)
    extent = acceptability.extent(cells)
    _tell_saturated(given, extent)
    weights = kernel.draw_weights(given.weights, concentration, draws, SEED)
    record = {
        "criteria": _told(given, weights, extent),
        "draws": draws,
        "concentration": concentration,
        "seed": SEED,
        "best_share": share,
        "area": round(extent.area),
        "area_units": "km2",
    }
    found = acceptability.layers(method, cells, weights, share * extent.area)
    return Ranked(*found, record)


def _told(given: Bounded, weights: Floats, extent: Extent) -> list[dict[str, Any]]:
    """A row for each criterion, as JSON."""
    low, high = np.quantile(weights, PERCENTILES, axis=0)
    figures = {
        "weight": given.weights,
        "weight_low": low,
        "weight_high": high,
        "worst": given.worst,
        "best": given.best,
        "at_worst": extent.at_worst,
        "at_best": extent.at_best,
    }
    rows: list[dict[str, Any]] = [
        {"name": name, "units": unit} for name, unit in zip(given.names, given.units, strict=True)
    ]
    for key, values in figures.items():
        for row, value in zip(rows, values, strict=True):
            row[key] = _rounded(value)
    return rows


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")


def _tell_saturated(given: Bounded, extent: Extent) -> None:
    worst, best = (given.worst, extent.at_worst), (given.best, extent.at_best)
    for word, (bounds, shares) in {"worst": worst, "best": best}.items():
        for name, unit, bound, part in zip(given.names, given.units, bounds, shares, strict=True):
            if part > MOST_SATURATED:
                warn(
                    "CRITERION_SATURATED",
                    f"'{name}' hardly tells places apart: most are at or beyond its {word}",
                    where=name,
                    found=f"{part:.0%} of the area at or beyond {bound:g} {unit}",
                    wanted=f"at most {MOST_SATURATED:.0%}",
                    fix=f"move `{word}` to where more of it makes no difference any longer",
                )
