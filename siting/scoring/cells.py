"""Training samples from a table of cells, which brings its features along."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting import frames
from siting.columns import row_names
from siting.errors import InputError, PipelineError
from siting.findings import warn
from siting.scoring.folds import INDEX
from siting.scoring.label_checks import check_classes, check_varied, shortened
from siting.scoring.label_columns import (
    column_of,
    finite_or_missing,
    region_of,
    system_of,
    weight_of,
)
from siting.scoring.outlines import points_of
from siting.scoring.training import Training
from siting.wording import counted

Floats = NDArray[np.float64]
_DECIMALS = 5  # of a degree, about a metre: cells that are one and the same


def cells_table(
    cells: gpd.GeoDataFrame,
    columns: Sequence[str],
    *,
    target: str,
    group: str | None = None,
    region: str | None = None,
    weight: str | None = None,
) -> Training:
    """Samples of a table of cells, one for each cell that has all its values.

    Parameters
    ----------
    cells : GeoDataFrame of points
        Middles of cells in any CRS, with a column for each feature.
    columns : sequence of str
        Features, in order. Their units, where ``cells.attrs["columns"]`` states them, go to the
        record as ``units``.
    target : str
        Column of what is learned: presence and absence in whatever words, or a quantity. Cells
        where it is empty are left out.
    group : str, optional
        Column of the field or system that each cell is part of; without it each cell is a
        system of its own, and neighbours may stand on both sides of a split.
    region : str, optional
        Column with the region of each cell, for :func:`siting.scoring.folds.regions`.
    weight : str, optional
        Column of how much each cell counts, above zero.

    Returns
    -------
    Training
        Cells in the order of the table. ``y`` is of whole numbers where the target is 0 and 1.

    Raises
    ------
    InputError
        COLUMN_UNKNOWN, COLUMN_TEXT, NODATA_UNDECLARED (a -9999 far from the other values),
        VALUE_INVALID (an infinite value, or a weight that is none), VALUE_MISSING (no region),
        GEOMETRY_MIXED, CRS_MISSING, COORD_INVALID; LABEL_CONFLICT
        where a place or a system has two labels, ROW_DUPLICATE where a place comes twice,
        TOO_FEW_POSITIVES.
    PipelineError
        FEATURES_UNNAMED (no features, or one twice), FEATURE_LEAK (target, group, region or
        weight among the features).

    Examples
    --------
    >>> from geopandas import points_from_xy
    >>> frame = pd.DataFrame({"hot": [9.0, 8, 7, 1, 2], "known": [1, 1, 1, 0, 0],
    ...                       "site": ["a", "a", "b", "c", "c"]})
    >>> geometry = points_from_xy([1, 2, 3, 4, 5], [0] * 5, crs="EPSG:4326")
    >>> table = cells_table(gpd.GeoDataFrame(frame, geometry=geometry), ["hot"],
    ...                     target="known", group="site")
    >>> table.y.tolist(), table.X.index.get_level_values("group").tolist()
    ([1, 1, 1, 0, 0], [0, 0, 1, 2, 2])
    """
    name = str(cells.attrs.get("name", "cells"))
    _check_features(cells, columns, (target, group, region, weight), name)
    samples = _samples(cells, target, group, region, weight, name)
    values = np.stack([finite_or_missing(cells, each, name) for each in columns], axis=1)
    known, record = _known(samples, values, columns, name)
    samples, values = samples[known].reset_index(drop=True), values[known]
    _check_places(samples, target, name)
    table = _table(samples, values, columns, {**record, "units": _units(cells, columns)}, weight)
    return _checked(table, samples, target, name)


def kinds_of_columns(cells: gpd.GeoDataFrame, features: Sequence[str]) -> dict[str, str]:
    """Kinds of the columns that state one beside their unit."""
    entries = cells.attrs.get("columns", {})
    return {
        each: str(entries[each]["kind"])
        for each in features
        if isinstance(entries.get(each), Mapping) and "kind" in entries[each]
    }


def _check_features(
    cells: gpd.GeoDataFrame, columns: Sequence[str], others: Sequence[str | None], name: str
) -> None:
    for each in columns:
        column_of(cells, each, name)
    if not columns or len(set(columns)) < len(columns):
        raise PipelineError(
            "FEATURES_UNNAMED", "name each feature, and each of them once", where=name,
            found=", ".join(columns) or "no features",
        )  # fmt: skip
    if told := [each for each in columns if each in others]:
        raise PipelineError(
            "FEATURE_LEAK", "what a cell is labelled with is among its features", where=name,
            found=", ".join(told), wanted="evidence that is known of every cell",
            fix="leave it out of the features",
        )  # fmt: skip


def _samples(
    cells: gpd.GeoDataFrame,
    target: str,
    group: str | None,
    region: str | None,
    weight: str | None,
    name: str,
) -> pd.DataFrame:
    """Place, target, system, region and weight of each cell."""
    points = points_of(cells, name)
    longitude, latitude = points.x.to_numpy(), points.y.to_numpy()
    if (bad := np.flatnonzero(~(np.isfinite(longitude) & np.isfinite(latitude)))).size:
        raise InputError(
            "COORD_INVALID", f"{counted(bad.size, 'cell has', 'cells have')} no place on the globe",
            where=name, found=f"row {bad[0] + 1}", fix="name the right CRS with `crs:`",
        )  # fmt: skip
    names = np.array(row_names(cells), dtype=object)
    return pd.DataFrame(
        {
            "name": system_of(cells, group, name) if group else names,
            "longitude": longitude,
            "latitude": latitude,
            "target": _target(cells, target, name),
            "region": region_of(cells, region, name).to_numpy() if region else "",
            "group": system_of(cells, group, name) if group else np.arange(len(cells)),
            "weight": weight_of(cells, weight, name) if weight else 1.0,
        }
    )


def _target(cells: gpd.GeoDataFrame, target: str, name: str) -> Floats:
    """Numbers of the target; words of presence and absence as 1 and 0."""
    values = column_of(cells, target, name)
    is_number = pd.api.types.is_numeric_dtype(values) and values.dtype != bool
    if is_number:
        return finite_or_missing(cells, target, name)
    return frames.presence(cells, target, name)


def _known(
    samples: pd.DataFrame, values: Floats, columns: Sequence[str], name: str
) -> tuple[NDArray[np.bool_], dict[str, Any]]:
    """Cells with a target and all features; findings and counts of the others."""
    unknown = samples.target.isna().to_numpy()
    lacking = ~unknown & np.isnan(values).any(axis=1)
    if unknown.any():
        warn(
            "LABELS_UNKNOWN",
            f"{counted(unknown.sum(), 'cell is', 'cells are')} left out, without a value to learn",
            where=name, found=shortened([f"row {row + 1}" for row in np.flatnonzero(unknown)]),
            fix="fill in the column, or remove these rows",
        )  # fmt: skip
    if lacking.any():
        gaps = np.isnan(values[lacking]).T
        blame = ", ".join(each for each, gap in zip(columns, gaps, strict=True) if gap.any())
        warn(
            "SITES_WITHOUT_VALUES",
            f"{counted(lacking.sum(), 'cell is', 'cells are')} left out, "
            "since a feature has no value there",
            where=name,
            found=f"{shortened([f'row {row + 1}' for row in np.flatnonzero(lacking)])} "
            f"(no value of {blame})",
            fix="fill in the values, or leave these columns out of the features",
        )  # fmt: skip
    record = {
        "name": name,
        "used": int((~unknown & ~lacking).sum()),
        "left_out_unknown": int(unknown.sum()),
        "without_values": int(lacking.sum()),
        "background": 0,
    }
    return ~unknown & ~lacking, record


def _check_places(samples: pd.DataFrame, target: str, name: str) -> None:
    """Refuse cells that come twice, and places or systems with two labels."""
    place = samples.groupby([samples.longitude.round(_DECIMALS), samples.latitude.round(_DECIMALS)])
    conflict, repeated = place.target.transform("nunique") > 1, place.target.transform("size") > 1
    if conflict.any():
        raise _conflict("the same place", samples.name[conflict], target, name)
    if repeated.any():
        raise InputError(
            "ROW_DUPLICATE", "the same place comes more than once", where=name,
            found=f"{counted(repeated.sum(), 'row')} of {_few(samples.name[repeated])}",
            wanted="one row for each cell", fix="keep one row for each cell",
        )  # fmt: skip
    both = samples.groupby("group").target.transform("nunique") > 1
    if samples.target.isin([0.0, 1.0]).all() and both.any():
        raise _conflict("the same system", samples.name[both], target, name)


def _conflict(what: str, names: pd.Series, target: str, where: str) -> InputError:
    return InputError(
        "LABEL_CONFLICT", f"{what} has two values of '{target}'", where=where, found=_few(names),
        wanted="one value for each", fix="correct the labels, or leave these rows out",
    )  # fmt: skip


def _few(names: pd.Series) -> str:
    return shortened([str(each) for each in names.unique()])


def _units(cells: gpd.GeoDataFrame, columns: Sequence[str]) -> dict[str, str]:
    """Units of those columns that state one."""
    stated = {each: frames.unit_of(cells, each) for each in columns}
    return {each: unit for each, unit in stated.items() if unit is not None}


def _table(
    samples: pd.DataFrame,
    values: Floats,
    columns: Sequence[str],
    record: dict[str, Any],
    weight: str | None,
) -> Training:
    numbered = samples.assign(group=pd.factorize(samples.group)[0])
    index = pd.MultiIndex.from_arrays(
        [numbered.index, *(numbered[level] for level in INDEX[1:])], names=INDEX
    )
    return Training(
        pd.DataFrame(values, columns=list(columns), index=index),
        samples.target.to_numpy(),
        tuple(map(str, samples.name)),
        record,
        samples.weight.to_numpy() if weight else None,
    )


def _checked(table: Training, samples: pd.DataFrame, target: str, name: str) -> Training:
    """The table, once it has something to tell apart; classes as whole numbers."""
    if not len(samples) or not samples.target.isin([0.0, 1.0]).all():
        check_varied(table.X, table.y, name)
        return table
    y = table.y.astype(np.int64)
    check_classes(table.X, y, name)
    return Training(table.X, y, table.names, table.record, table.weight)
