"""Layers of the quantiles of a quantity, by a forest fitted on all samples."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.errors import PipelineError
from siting.kernels.prediction import Floats
from siting.scoring.fitting import fit
from siting.scoring.prediction import tilewise_stack
from siting.scoring.training import Training

SHARES = (0.1, 0.5, 0.9)


def quantile_layers(
    model: Any, features: Sequence[xr.DataArray], table: Training, domain: xr.DataArray,
    grid: GeoBox, unit: str,
) -> list[xr.DataArray]:  # fmt: skip
    """Lazy layers of p10, p50 and p90.

    Raises
    ------
    PipelineError
        MODEL_KIND for a model whose leaves have no distribution; MODEL_FIT.
    """
    # Compiled kernels load numba, which checking a pipeline file does not need.
    from siting.kernels.forest import CannotCompile
    from siting.kernels.forest.distribution import target_forest

    fitted = fit(model, table.X, table.y, table.weight)
    try:
        forest = target_forest(fitted, table.X.to_numpy(), table.y, table.weight)
    except CannotCompile as error:
        raise PipelineError(
            "MODEL_KIND",
            "the model has no leaves of which quantiles can be taken",
            where="learned.quantiles.model",
            found=f"{type(model).__name__}: {error.reason}",
            fix="use {sklearn.ensemble.RandomForestRegressor: {min_samples_leaf: 5}}, or "
            "conformal.interval for any regressor",
        ) from error
    layers = tilewise_stack(partial(_quantiles, forest=forest), len(SHARES), features, domain, grid)
    return [each.assign_attrs(own={"units": unit}) for each in layers]


def _quantiles(layers: Sequence[NDArray[Any]], inside: NDArray[np.bool_], forest: Any) -> Floats:
    return np.asarray(forest.quantiles(SHARES, list(layers), inside))
