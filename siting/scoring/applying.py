"""Layers for a model that was trained elsewhere: in its order and units, and within its ranges."""

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting import units
from siting.errors import InputError, UnitsError
from siting.findings import warn
from siting.grid import as_layer, cell_area
from siting.io.model_use import wrong_features, wrong_unit
from siting.kernels.blocks import over_blocks
from siting.kinds import FittedModel
from siting.scoring.prediction import feature_names

Floats = NDArray[np.float64]
_MANY = 0.05  # share of the domain beyond the training's ranges from which on it is a warning
_SHOWN = 8  # features that a message lists


def layers_for(
    model: FittedModel, features: Sequence[xr.DataArray], renamed: Mapping[str, str]
) -> list[xr.DataArray]:
    """The features of a model, in its order and units.

    Parameters
    ----------
    model : FittedModel
        Its card names the units of its features.
    features : sequence of (y, x) layers
        A layer for each feature, in any order.
    renamed : mapping
        Feature of the model that a layer stands for, by the name of the layer, where the two
        have different names.

    Raises
    ------
    InputError
        MODEL_FEATURES where a feature has no layer or a layer no feature, KIND_WRONG for classes
        where the model learned from numbers, and the other way round.
    UnitsError
        MODEL_UNITS where a unit is missing or of another kind.
    """
    own = feature_names(features, "learned.applied.features")
    if strange := sorted(set(renamed) - set(own)):
        raise wrong_features("`renamed` names layers that are not there", strange, own)
    found = {renamed.get(name, name): layer for name, layer in zip(own, features, strict=True)}
    if len(found) < len(features) or set(found) != set(model.features):
        message = "layers and features do not have the same names"
        raise wrong_features(message, sorted(found), model.features)
    return [_fitting(found[name], name, model.card) for name in model.features]


def _fitting(layer: xr.DataArray, name: str, card: Mapping[str, Any]) -> xr.DataArray:
    """A layer in the unit of the model's feature, of its kind and with its name."""
    wanted = card.get("kinds", {}).get(name, "continuous")
    kind = layer.attrs.get("kind", "continuous")
    if "categorical" in {wanted, kind} and wanted != kind:
        raise InputError(
            "KIND_WRONG", f"the model did not learn from such a layer as '{layer.name}'",
            where=name, found=f"kind {kind}", wanted=f"kind {wanted}",
        )  # fmt: skip
    have = layer.attrs.get("units", "1" if layer.dtype == bool else None)
    want = card.get("units", {}).get(name)
    try:
        if have is None or want is None:
            raise UnitsError("MODEL_UNITS", "a unit is missing")
        converted: xr.DataArray = units.convert(layer, str(have), str(want))
    except UnitsError as error:
        raise wrong_unit(name, have, want) from error
    return converted.rename(name).assign_attrs({**layer.attrs, "units": want})


def tell_ranges(
    model: FittedModel, layers: Sequence[xr.DataArray], domain: xr.DataArray, grid: GeoBox
) -> dict[str, float]:
    """Share of the domain's area where each feature is beyond those of the training [1].

    A finding tells the shares: a note, or a warning where one is a twentieth or more.

    Parameters
    ----------
    model : FittedModel
        Its card has the ``ranges`` of its features.
    layers : sequence of (y, x) layers
        Its features, in order and in its units.
    domain : (y, x) layer of bool
        Where the model is to be used.
    grid : GeoBox
        The grid.
    """
    low, high = ranges_of(model).T
    block = partial(_areas_beyond, low, high)
    given = [as_layer(each.data, grid).data for each in (domain, cell_area(grid), *layers)]
    totals = [math.fsum(parts) for parts in zip(*over_blocks(block, *given), strict=True)]
    area = totals.pop()
    shares = {
        name: total / area if area else 0.0
        for name, total in zip(model.features, totals, strict=True)
    }
    _tell(shares, dict(zip(model.features, zip(low, high, strict=True), strict=True)), model)
    return shares


def ranges_of(model: FittedModel) -> Floats:
    """Lowest and highest value of each feature in training, shape (features, 2).

    Raises
    ------
    InputError
        MODEL_TRAINING, where the card does not have them.
    """
    try:
        told = [model.card["ranges"][name] for name in model.features]
        return np.asarray(told, dtype=np.float64).reshape(len(model.features), 2)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            "MODEL_TRAINING", "the model does not say what ranges its features had in training",
            wanted="a model of learned.classifier, learned.regressor or learned.from_cells",
            fix="train it again with one of these, and save it as an output",
        ) from error  # fmt: skip


def _areas_beyond(
    low: Floats, high: Floats, inside: NDArray[Any], area: Floats, *features: NDArray[Any]
) -> tuple[float, ...]:
    """Area of a block where each feature is out of range, and where all are known."""
    whole: NDArray[np.bool_] = inside == 1  # never astype(bool), by which NaN is inside
    for each in features:
        whole = whole & np.isfinite(each)
    ground = area[whole]
    values = [each[whole] for each in features]
    beyond = [
        float(ground[(each < least) | (each > most)].sum())
        for each, least, most in zip(values, low, high, strict=True)
    ]
    return (*beyond, float(ground.sum()))


def _tell(
    shares: Mapping[str, float], ranges: Mapping[str, tuple[float, float]], model: FittedModel
) -> None:
    beyond = sorted((name for name in shares if shares[name] > 0), key=lambda name: -shares[name])
    if not beyond:
        return
    worst = beyond[0]
    unit = model.card.get("units", {}).get(worst, "1")
    warn(
        "MODEL_EXTRAPOLATES",
        "the model is asked for values of its features that it has not seen",
        where=type(model.estimator).__name__,
        found=", ".join(f"{name}: {shares[name]:.1%} of the area" for name in beyond[:_SHOWN])
        + (f" and {len(beyond) - _SHOWN} more" if len(beyond) > _SHOWN else ""),
        wanted=f"{worst} from {ranges[worst][0]:g} to {ranges[worst][1]:g}"
        + ("" if unit == "1" else f" {unit}"),
        fix="look at the dissimilarity there, or take these cells out of the domain",
        severity="warning" if shares[worst] >= _MANY else "note",
    )
