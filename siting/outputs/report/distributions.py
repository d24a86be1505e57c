"""How the values of each layer are spread over the land, and at known fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siting.outputs.map.labels import display_name, display_unit
from siting.outputs.report.samples import Samples

Floats = NDArray[np.float64]

BINS = 24
MOST_CLASSES = 16
TAIL = 0.005  # of the land at either end may lie beyond the bins, and counts in the last one


@dataclass(frozen=True)
class Spread:
    """Shares of land and of fields by bins of a layer's values, or by its classes.

    Attributes
    ----------
    land, fields : numpy.ndarray of shape (bins,)
        Share of the land's area, and of the fields, in each bin [1].
    edges : numpy.ndarray of shape (bins + 1,)
        Edges of the bins [unit]; empty for classes.
    classes : tuple of str
        Names of the classes; empty for numbers.
    known : int
        Fields where the layer has a value.
    medians : tuple of float or None
        Of the land and of the fields [unit]; None for classes.
    """

    name: str
    label: str
    meaning: str
    unit: str
    land: Floats
    fields: Floats
    edges: Floats
    classes: tuple[str, ...]
    known: int
    medians: tuple[float | None, float | None]


@dataclass(frozen=True)
class Values:
    """Known values of one layer: on the land with the area of each, and at fields."""

    land: Floats
    area: Floats
    fields: Floats

    @classmethod
    def of(cls, samples: Samples, name: str) -> "Values":
        """Values of a layer that are numbers."""
        land, fields = samples.land[name], samples.fields[name]
        known = np.isfinite(land)
        return cls(land[known], samples.area[known], fields[np.isfinite(fields)])


def spreads(
    layers: Mapping[str, xr.DataArray], samples: Samples
) -> tuple[list[Spread], dict[str, str]]:
    """How each layer is spread, and why others are not shown."""
    found, refused = [], {}
    for name, layer in layers.items():
        spread = _spread(name, layer, Values.of(samples, name))
        if isinstance(spread, Spread):
            found.append(spread)
        else:
            refused[name] = spread
    return found, refused


def _spread(name: str, layer: xr.DataArray, values: Values) -> Spread | str:
    """The spread of one layer, or why it cannot be shown."""
    if not len(values.land):
        return "no value at the cells that were read"
    if values.land.min() == values.land.max():
        return "one value at all cells that were read"
    kind = "boolean" if layer.dtype == bool else str(layer.attrs.get("kind", "continuous"))
    if kind in ("boolean", "categorical"):
        return _by_class(name, layer, values, kind)
    return _by_bins(name, layer, values)


def _by_bins(name: str, layer: xr.DataArray, values: Values) -> Spread:
    edges = np.linspace(*limits(values.land, values.area, values.fields), BINS + 1)
    medians = (
        weighted_quantile(values.land, values.area, 0.5),
        float(np.median(values.fields)) if len(values.fields) else None,
    )
    return Spread(
        name,
        display_name(name),
        str(layer.attrs.get("long_name") or ""),
        display_unit(str(layer.attrs.get("units") or "1")),
        _shares(values.land, edges, values.area),
        _shares(values.fields, edges, np.ones(len(values.fields))),
        edges,
        (),
        len(values.fields),
        medians,
    )


def limits(land: Floats, area: Floats, fields: Floats) -> tuple[float, float]:
    """Least and greatest value that bins reach to: most of the land, and of the fields.

    Examples
    --------
    >>> limits(np.arange(1001.0), np.ones(1001), np.array([-50.0]))
    (-50.0, 995.0)
    """
    low, high = (weighted_quantile(land, area, share) for share in (TAIL, 1 - TAIL))
    if len(fields):
        first, last = np.quantile(fields, [0.02, 0.98])
        low, high = min(low, float(first)), max(high, float(last))
    if low < high:
        return low, high
    return float(land.min()), float(land.max())


def weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    """Least value with at least a share of the weight at or below it.

    Examples
    --------
    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0]), 0.5)
    2.0
    """
    return float(np.quantile(values, share, weights=weights, method="inverted_cdf"))


def _shares(values: Floats, edges: Floats, weights: Floats) -> Floats:
    """Share of the weight in each bin; what lies beyond counts in the outermost bins."""
    held = np.clip(values, edges[0], edges[-1])
    tally = np.histogram(held, edges, weights=weights)[0]
    return np.asarray(tally / max(float(weights.sum()), 1e-300))


def _by_class(name: str, layer: xr.DataArray, values: Values, kind: str) -> Spread | str:
    levels = np.unique(np.concatenate([values.land, values.fields]))
    if len(levels) > MOST_CLASSES:
        return f"more than {MOST_CLASSES} classes"
    land = np.array([values.area[values.land == level].sum() for level in levels])
    fields = np.array([(values.fields == level).sum() for level in levels], dtype=float)
    return Spread(
        name,
        display_name(name),
        str(layer.attrs.get("long_name") or ""),
        "",
        land / values.area.sum(),
        fields / max(len(values.fields), 1),
        np.empty(0),
        tuple(_class_name(layer, kind, level) for level in levels),
        len(values.fields),
        (None, None),
    )


def _class_name(layer: xr.DataArray, kind: str, level: float) -> str:
    if kind == "boolean":
        return "yes" if level else "no"
    given: dict[Any, Any] = dict(layer.attrs.get("categories") or {})
    names = {str(key): str(name) for key, name in given.items()}
    return names.get(f"{level:g}", f"class {level:g}")
