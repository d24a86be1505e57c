"""Models trained on tables of cells, without layers."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import geopandas as gpd

from siting.findings import warn
from siting.kinds import FittedModel
from siting.scoring.cells import cells_table, kinds_of_columns
from siting.scoring.fitted import check_kind, fitted_model
from siting.scoring.targets import tell_perfect, unit_of

_TOLD = ("features", "ranges", "reference", "importance", "dissimilarity_threshold", "labels")
_SHOWN = 10  # features that a message lists


def trained(
    model: Any,
    cells: gpd.GeoDataFrame,
    features: Sequence[str],
    target: str,
    columns: Mapping[str, str | None],
) -> tuple[FittedModel, dict[str, Any]]:
    """A model fitted on cells, and a record of what it was trained on.

    Parameters
    ----------
    model : scikit-learn estimator
        Unfitted: a classifier where the target is presence and absence, else a regressor.
    cells : GeoDataFrame of points
        Cells with a column for each feature.
    features : sequence of str
        Columns to learn from.
    target : str
        Column of what is learned.
    columns : mapping
        Columns of ``group``, ``region`` and ``weight``, where there are any.

    Raises
    ------
    PipelineError
        MODEL_KIND, MODEL_FIT.
    InputError
        The errors of :func:`siting.scoring.cells.cells_table`; UNITS_MISSING.
    """
    table = cells_table(cells, features, target=target, **columns)
    name = str(cells.attrs.get("name", "cells"))
    classes = table.y.dtype.kind == "i"
    found = f"'{target}' holds {'presence and absence' if classes else 'a quantity'}"
    wanted: Literal["classifier", "regressor"] = "classifier" if classes else "regressor"
    check_kind(model, wanted, "learned.from_cells", found)
    if classes:
        tell_perfect(table.X, table.y, name)
    unit = "1" if classes else unit_of(cells, target, name)
    units = table.record["units"]
    fitted, _ = fitted_model(model, table, units, kinds_of_columns(cells, features), unit)
    tell_silent(units, features, name)
    systems = int(table.X.index.get_level_values("group").nunique())
    told = {each: fitted.card[each] for each in _TOLD}
    return fitted, {**told, "cells": len(table.X), "systems": systems}


def tell_silent(units: Mapping[str, str], features: Sequence[str], where: str) -> None:
    """A note for features without a unit: no layer can be shown to fit them."""
    if silent := [each for each in features if each not in units]:
        warn(
            "UNITS_MISSING",
            "features without a unit: the model cannot be applied to layers",
            where=where,
            found=", ".join(silent[:_SHOWN]) + (" ..." if len(silent) > _SHOWN else ""),
            fix="add them to the source: `columns: {NAME: UNIT}`, with 1 for plain numbers",
            severity="note",
        )
