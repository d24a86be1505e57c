"""What the columns of labels say: regions, systems, targets and weights, none of them in doubt."""

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting import frames
from siting.columns import row_names
from siting.errors import InputError
from siting.scoring.label_checks import shortened

Floats = NDArray[np.float64]


def column_of(labels: gpd.GeoDataFrame, column: str, name: str) -> pd.Series:
    """A column of labels.

    Raises
    ------
    InputError
        COLUMN_UNKNOWN.
    """
    if column not in labels:
        raise InputError(
            "COLUMN_UNKNOWN",
            f"the labels have no column '{column}'",
            where=name,
            found=", ".join(str(each) for each in labels.columns),
            wanted=column,
            fix=frames.nearest(labels, column) or "name one of the columns",
        )
    values: pd.Series = labels[column]
    return values


def region_of(labels: gpd.GeoDataFrame, region: str, name: str) -> pd.Series:
    """Region of each label as text.

    Raises
    ------
    InputError
        COLUMN_UNKNOWN, VALUE_MISSING.
    """
    text = _text(column_of(labels, region, name))
    if (missing := np.flatnonzero(text == "")).size:
        names = row_names(labels)
        raise InputError(
            "VALUE_MISSING", f"labels have no value of '{region}'", where=name,
            found=shortened([names[row] for row in missing]), wanted="a region for every label",
            fix="fill in the column, or leave these rows out",
        )  # fmt: skip
    return text


def system_of(labels: gpd.GeoDataFrame, group: str, name: str) -> NDArray[np.object_]:
    """System of each label; one without is a system of its own.

    Raises
    ------
    InputError
        COLUMN_UNKNOWN.
    """
    text = _text(column_of(labels, group, name))
    own = [f"row {number}" for number in range(1, len(text) + 1)]
    return np.where(text == "", np.array(own, dtype=object), text.to_numpy(dtype=object))


def _text(values: pd.Series) -> pd.Series:
    text: pd.Series = values.astype(object).where(values.notna(), "").astype(str).str.strip()
    return text


def target_of(labels: gpd.GeoDataFrame, target: str | None, name: str) -> Floats:
    """What is learned of each label: 1 without a column, NaN where it is not known.

    Raises
    ------
    InputError
        COLUMN_UNKNOWN, COLUMN_TEXT, NODATA_UNDECLARED, VALUE_INVALID.
    """
    if target is None:
        return np.ones(len(labels))
    return finite_or_missing(labels, target, name)


def finite_or_missing(labels: gpd.GeoDataFrame, column: str, name: str) -> Floats:
    """Numbers of a column, NaN where a cell is empty.

    Raises
    ------
    InputError
        COLUMN_UNKNOWN, COLUMN_TEXT, NODATA_UNDECLARED; VALUE_INVALID for infinite ones.
    """
    column_of(labels, column, name)
    values = frames.numbers(labels, column, name)
    if np.isinf(values).any():
        raise InputError(
            "VALUE_INVALID", f"the column '{column}' holds infinite numbers", where=name,
            found=f"row {np.flatnonzero(np.isinf(values))[0] + 1}", wanted="finite numbers",
            fix="leave the cells empty where the value is not known",
        )  # fmt: skip
    return values


def weight_of(labels: gpd.GeoDataFrame, weight: str, name: str) -> Floats:
    """Weight of each label, above zero.

    Raises
    ------
    InputError
        COLUMN_UNKNOWN, COLUMN_TEXT, NODATA_UNDECLARED; VALUE_INVALID where one is missing,
        zero, negative or infinite.
    """
    values = finite_or_missing(labels, weight, name)
    if (bad := np.flatnonzero(~(values > 0))).size:
        names = row_names(labels)
        raise InputError(
            "VALUE_INVALID", f"weights in '{weight}' are missing, or not above zero", where=name,
            found=shortened([f"{values[row]:g} at {names[row]}" for row in bad]),
            wanted="a weight above zero for every label",
            fix="leave out rows that should not count, and fill in the others",
        )  # fmt: skip
    return values
